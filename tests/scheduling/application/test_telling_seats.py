"""How many seats are left is told: once for whatever happened meanwhile, and only of use."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from chassis.database import Database
from scheduling.application.telling import tell_seats
from tests.scheduling.told import World
from tests.timing import FixedClock


async def tell(database: Database) -> int:
    async with database.transaction() as tx:
        return await tell_seats(tx)


async def told(world: World) -> list[tuple[int, Any, Any]]:
    """Sequence, free and held of each snapshot."""
    facts = await world.facts("seats.changed")
    return [(int(fact["sequence"]), fact["data"]["free"], fact["data"]["held"]) for fact in facts]


async def a_session(world: World, **changes: Any) -> UUID:
    return await world.session("tela", await world.place("tela"), **changes)


async def test_many_bookings_are_one_snapshot_and_no_change_is_none(
    world: World, own_database: Database
) -> None:
    session = await a_session(world)
    booked = [await world.book("caf", session) for _ in range(3)]

    first = await tell(own_database)
    again = await tell(own_database)
    await world.give_back("caf", booked[0])
    await tell(own_database)

    assert (first, again) == (1, 0)
    assert await told(world) == [(2, 3, 0), (3, 4, 0)]
    [one, _] = await world.facts("seats.changed")
    assert (one["key"], one["data"]["capacity"]) == (str(session), 6)


async def test_the_numbers_of_a_session_s_facts_have_no_gap(
    world: World, own_database: Database
) -> None:
    session = await a_session(world)
    await world.book("caf", session)
    await tell(own_database)
    await world.call_off("tela", session)
    await tell(own_database)

    facts = await world.facts("session.scheduled", "seats.changed", "session.cancelled")

    assert [(fact["type"], int(fact["sequence"])) for fact in facts] == [
        ("session.scheduled", 1),
        ("seats.changed", 2),
        ("session.cancelled", 3),
    ]


async def test_nobody_is_told_of_a_session_that_has_begun(
    world: World, own_database: Database, clock: FixedClock
) -> None:
    session = await a_session(world)
    await world.book("caf", session)
    clock.advance(timedelta(days=2))

    assert await tell(own_database) == 0
    assert await world.rows("SELECT * FROM seat_change") == []


async def test_a_session_that_is_just_being_booked_is_told_the_next_time(
    world: World, own_database: Database
) -> None:
    session = await a_session(world)
    await world.book("caf", session)
    async with own_database.transaction() as tx:
        await tx.connection.exec_driver_sql("SELECT FROM session FOR SHARE")
        meanwhile = await tell(own_database)

    assert (meanwhile, await tell(own_database)) == (0, 1)


async def test_two_tellers_at_once_tell_it_once(world: World, own_database: Database) -> None:
    session = await a_session(world)
    await world.book("caf", session)

    assert sorted(await asyncio.gather(*(tell(own_database) for _ in range(4)))) == [0, 0, 0, 1]
    assert await told(world) == [(2, 5, 0)]

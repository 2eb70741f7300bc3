"""A seat kept while somebody is asked: it stops others for a quarter of an hour, and no longer."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.database import Database
from scheduling.application.acts import RefusedError
from scheduling.application.telling import tell_seats
from tests.scheduling.told import World
from tests.timing import FixedClock

JUST_BEFORE, OVER = timedelta(minutes=14, seconds=59), timedelta(minutes=15)


async def a_session(world: World, capacity: int = 1, **changes: Any) -> UUID:
    place = await world.place("tela")
    return await world.session("tela", place, capacity=capacity, **changes)


async def seats(world: World) -> list[tuple[int, bool]]:
    """Each seat taken, and whether it is only kept."""
    rows = await world.rows("SELECT seat_no, held_until FROM seat ORDER BY session, seat_no")
    return [(row["seat_no"], row["held_until"] is not None) for row in rows]


async def test_a_kept_seat_is_nobody_else_s_until_it_lapses(
    world: World, clock: FixedClock
) -> None:
    session = await a_session(world)
    hold = await world.hold("caf", session, await world.referral("caf", "tela"))

    clock.advance(JUST_BEFORE)
    with pytest.raises(RefusedError, match="no-seat-left"):
        await world.book("mission-locale", session)
    clock.advance(OVER - JUST_BEFORE)
    await world.book("mission-locale", session)

    with pytest.raises(RefusedError, match="hold-lapsed"):
        await world.confirm("caf", hold)
    assert await seats(world) == [(1, False)]
    assert len(await world.facts("booking.confirmed")) == 1


async def test_a_confirmed_seat_is_a_booking_of_the_referral_s_journey(
    world: World, clock: FixedClock
) -> None:
    session, referral = await a_session(world), await world.referral("caf", "tela")
    hold = await world.hold("caf", session, referral)
    clock.advance(JUST_BEFORE)

    done = await world.confirm("caf", hold)
    again = await world.confirm("caf", hold)

    assert done.subject == again.subject == hold
    [fact] = await world.facts("booking.confirmed")
    assert (fact["key"], fact["correlationid"]) == (str(hold), str(referral.correlation))
    assert fact["data"]["referral"] == str(referral.id)
    assert fact["data"]["person"] == str(referral.person.id)
    clock.advance(timedelta(days=1))
    await world.attend("tela", hold)


async def test_a_lapsed_seat_is_not_confirmed_even_if_nobody_came_for_it(
    world: World, clock: FixedClock
) -> None:
    hold = await world.hold("caf", await a_session(world), await world.referral("caf", "tela"))
    clock.advance(OVER)

    with pytest.raises(RefusedError, match="hold-lapsed"):
        await world.confirm("caf", hold)

    assert await world.facts("booking.confirmed") == []


async def test_a_seat_given_back_is_free_at_once_and_asked_for_again_it_is_kept_anew(
    world: World,
) -> None:
    session, referral = await a_session(world), await world.referral("caf", "tela")
    hold = await world.hold("caf", session, referral)

    await world.release("caf", hold)
    await world.release("caf", hold)
    other = await world.hold("caf", session, referral)

    assert other != hold
    with pytest.raises(RefusedError, match="hold-released"):
        await world.confirm("caf", hold)
    await world.confirm("caf", other)
    with pytest.raises(RefusedError, match="hold-confirmed"):
        await world.release("caf", other)


async def test_one_referral_keeps_one_seat_of_a_session_however_often_it_is_asked(
    world: World,
) -> None:
    session, referral = await a_session(world, 6), await world.referral("caf", "tela")

    kept = await asyncio.gather(*(world.hold("caf", session, referral) for _ in range(6)))

    assert len(set(kept)) == 1
    assert await seats(world) == [(1, True)]


async def test_who_has_a_seat_gets_no_second_one(world: World) -> None:
    session, referral = await a_session(world, 6), await world.referral("caf", "tela")
    person = referral.person.id
    await world.hold("caf", session, referral)

    with pytest.raises(RefusedError, match="already-booked"):
        await world.book("caf", session, person=person, referral=referral.id)
    with pytest.raises(RefusedError, match="already-booked"):
        await world.hold(
            "caf", session, await world.referral("caf", "mission-locale", person=person)
        )


@pytest.mark.parametrize(
    ("who", "changes", "code"),
    [
        ("mission-locale", {}, "referral-not-yours"),
        ("caf", {"direct_booking": False}, "ask-the-place"),
    ],
    ids=["another's referral", "the place books itself"],
)
async def test_who_may_keep_a_seat(
    world: World, who: str, changes: dict[str, Any], code: str
) -> None:
    session = await a_session(world, **changes)

    with pytest.raises(RefusedError, match=code):
        await world.hold(who, session, await world.referral("caf", "tela"))


async def test_a_session_called_off_keeps_no_seat(world: World) -> None:
    session = await a_session(world)
    hold = await world.hold("caf", session, await world.referral("caf", "tela"))
    await world.call_off("tela", session)

    with pytest.raises(RefusedError, match="session-cancelled"):
        await world.confirm("caf", hold)
    assert await seats(world) == []


async def test_a_kept_seat_is_told_as_kept_and_as_free_again(
    world: World, own_database: Database, clock: FixedClock
) -> None:
    await world.hold("caf", await a_session(world, 6), await world.referral("caf", "tela"))
    for step in (timedelta(0), OVER, timedelta(0)):
        clock.advance(step)
        async with own_database.transaction() as tx:
            await tell_seats(tx)

    told = [fact["data"] for fact in await world.facts("seats.changed")]

    assert [(each["free"], each["held"]) for each in told] == [(5, 1), (6, 0)]


async def test_a_hold_gives_way_to_commands_of_any_day_once_it_has_lapsed(
    world: World, clock: FixedClock
) -> None:
    session = await a_session(world)
    await world.hold("caf", session, await world.referral("caf", "tela"))
    clock.advance(OVER)

    asked = world.act("mission-locale", at=clock.now() - timedelta(minutes=10))
    await world.book("mission-locale", session, act=asked)

    assert await seats(world) == [(1, False)]

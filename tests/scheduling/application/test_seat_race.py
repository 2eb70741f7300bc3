"""Seats on the real database: none is given twice, nobody is sent away from an empty one."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from chassis.clock import Clock
from chassis.database import Database
from scheduling.application.acts import RefusedError
from scheduling.domain.heard import Referral
from scheduling.entrypoints.outbound import wire
from tests.scheduling.told import World
from tests.servers.handles import DatabaseAccess
from tests.timing import FixedClock

CLIENTS = 32
SESSIONS = 20
SEATS = 6


@pytest.fixture
async def crowd(access: DatabaseAccess, clock: FixedClock) -> AsyncIterator[Database]:
    """A pool wide enough for every client to be in a transaction at once."""
    database = Database.connect(
        access.url, clock=clock, source="/scheduling", outbound=wire, pool_size=CLIENTS
    )
    yield database
    await database.close()


@pytest.fixture
async def open_sessions(world: World) -> list[UUID]:
    place = await world.place("tela")
    return [await world.session("tela", place) for _ in range(SESSIONS)]


async def race(
    world: World, crowd: Database, clock: Clock, wanted: list[tuple[UUID, UUID]]
) -> Counter[str]:
    """Every client asks for its share of (session, person) as fast as it can; what came of it."""
    clients = World(crowd, world.access, clock)
    clients.organisations = world.organisations
    outcomes: Counter[str] = Counter()

    async def ask(client: int) -> None:
        for session, person in wanted[client::CLIENTS]:
            try:
                await clients.book("caf", session, person=person)
            except RefusedError as refused:
                outcomes[refused.refusal.code] += 1
            else:
                outcomes["seated"] += 1

    await asyncio.gather(*map(ask, range(CLIENTS)))
    return outcomes


async def register(database: Database, people: list[UUID]) -> None:
    async with database.transaction() as tx:
        await tx.connection.execute(
            text("INSERT INTO person (id) VALUES (:id)"), [{"id": each} for each in people]
        )


async def test_no_seat_is_sold_twice_and_none_stays_empty_while_someone_is_refused(
    world: World, crowd: Database, clock: FixedClock, open_sessions: list[UUID]
) -> None:
    people = [uuid4() for _ in range(CLIENTS)]
    await register(crowd, people)
    # Client after client, the same session: all of them meet at the same seats.
    wanted = [(session, person) for session in open_sessions for person in people]

    outcomes = await race(world, crowd, clock, wanted)

    taken = await world.rows(
        """SELECT session, count(*) AS seats, count(DISTINCT seat_no) AS numbers, max(seat_no)
        AS highest FROM booking WHERE state <> 'cancelled' GROUP BY session"""
    )
    assert len(taken) == SESSIONS
    assert {(row["seats"], row["numbers"], row["highest"]) for row in taken} == {(6, 6, 6)}
    assert outcomes == {
        "seated": SESSIONS * SEATS,
        "no-seat-left": SESSIONS * (CLIENTS - SEATS),
    }
    assert len(await world.facts("booking.confirmed")) == SESSIONS * SEATS


async def test_one_person_gets_one_seat_however_often_it_is_asked_for_at_once(
    world: World, crowd: Database, clock: FixedClock, open_sessions: list[UUID]
) -> None:
    person = uuid4()
    await register(crowd, [person])
    wanted = [(session, person) for session in open_sessions for _ in range(CLIENTS)]

    outcomes = await race(world, crowd, clock, wanted)

    assert outcomes == {"seated": SESSIONS, "already-booked": SESSIONS * (CLIENTS - 1)}


async def test_a_seat_given_back_is_taken_again_by_the_next(
    world: World, open_sessions: list[UUID]
) -> None:
    session = open_sessions[0]
    booked = [await world.book("caf", session) for _ in range(SEATS)]
    await world.give_back("caf", booked[2])

    again = await world.book("caf", session)

    rows = await world.rows("SELECT seat_no FROM booking WHERE id = $1", again)
    assert rows == [{"seat_no": 3}]


@pytest.mark.parametrize(
    ("table", "seat", "person", "guard"),
    [
        ("seat", 1, 9, "seat_pkey"),
        ("seat", 2, 1, "seat_person_key"),
        ("seat", 7, 9, "seat_check"),
        ("seat", 0, 9, "seat_check"),
        ("booking", 1, 9, "booking_seat_key"),
        ("booking", 2, 1, "booking_person_key"),
        ("booking", 7, 9, "booking_check"),
    ],
    ids=[
        *("a seat twice", "a person twice", "beyond the last seat", "before the first"),
        *("a booking twice", "a person booked twice", "a booking beyond the last seat"),
    ],
)
async def test_the_database_itself_refuses(
    world: World, open_sessions: list[UUID], table: str, seat: int, person: int, guard: str
) -> None:
    """Past every rule of the application, as a mistake in it would."""
    insert = {
        "seat": """INSERT INTO seat (session, capacity, seat_no, person, booking)
            VALUES ($1, 6, $2, $3, gen_random_uuid())""",
        "booking": """INSERT INTO booking (id, session, capacity, seat_no, person, booked_by, state,
            correlation, sequence, confirmed_at, changed_at, learnt_at) VALUES (gen_random_uuid(),
            $1, 6, $2, $3, gen_random_uuid(), 'confirmed', gen_random_uuid(), 1, now(), now(),
            now())""",
    }[table]
    await world.rows(insert, open_sessions[0], 1, UUID(int=1))

    with pytest.raises(Exception, match=guard):
        await world.rows(insert, open_sessions[0], seat, UUID(int=person))


async def rush(clients: World, client: int, session: UUID, referral: Referral) -> str:
    """A booker, or a holder who confirms or gives back; what came of it."""
    try:
        if client % 2:
            await clients.book("caf", session)
            return "booked"
        hold = await clients.hold("caf", session, referral)
        await (clients.confirm if client % 4 else clients.release)("caf", hold)
    except RefusedError as refused:
        return refused.refusal.code
    return "confirmed" if client % 4 else "released"


async def fill(world: World, session: UUID) -> int:
    """Take every seat that is left; how many there were."""
    for left in itertools.count():
        try:
            await world.book("caf", session)
        except RefusedError:
            return left
    raise AssertionError("a session has an end")


async def test_bookers_and_holders_share_the_seats_and_lapsed_ones_are_lost_to_nobody(
    world: World, crowd: Database, clock: FixedClock, open_sessions: list[UUID]
) -> None:
    """Every seat was kept, and all lapse as bookers and holders rush in."""
    sessions = open_sessions[:5]
    for session in sessions:
        for _ in range(SEATS):
            await world.hold("caf", session, await world.referral("caf", "tela"))
    clock.advance(timedelta(minutes=15))
    clients = World(crowd, world.access, clock)
    clients.organisations = world.organisations
    referrals = [await world.referral("caf", "tela") for _ in range(CLIENTS)]

    async def ask(client: int) -> set[str]:
        return {await rush(clients, client, session, referrals[client]) for session in sessions}

    outcomes = set().union(*await asyncio.gather(*map(ask, range(CLIENTS))))

    assert outcomes <= {"booked", "confirmed", "released", "no-seat-left"}
    # Who gave a seat back may have been the last: then another one gets it, and nobody more.
    for session in sessions:
        await fill(world, session)
    for table, live in (("seat", "held_until IS NULL"), ("booking", "state = 'confirmed'")):
        query = f"SELECT count(*) AS taken FROM {table} WHERE {live} GROUP BY session"  # noqa: S608 - names of ours
        assert [row["taken"] for row in await world.rows(query)] == [SEATS] * len(sessions)

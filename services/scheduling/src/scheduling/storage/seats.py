"""SQL of seats: one row per seat that is taken, or kept for a while."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.storage.tables import seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """Who takes a seat: `booking` is the id of a booking, or of the hold that may become one.

    `held_until` is None for a booking. `now` is when it is learnt: what was kept until then is
    free, whatever day the command is dated.
    """

    session: UUID
    capacity: int
    booking: UUID
    person: UUID
    now: datetime
    held_until: datetime | None = None


class PersonSeatedError(Exception):
    """The person has a seat in the session, booked or kept."""


# The lowest free seat, or no row: the session is full, or somebody committed that very seat, or a
# seat for the same person, since the statement began. No conflict is named, so that neither one
# ends the transaction; which one it was is looked up afterwards.
_TAKE = text("""
    INSERT INTO seat (session, seat_no, capacity, booking, person, held_until)
    SELECT :session, free.seat_no, CAST(:capacity AS smallint), :booking, :person,
        CAST(:held_until AS timestamptz)
    FROM (
        SELECT CAST(number AS smallint) AS seat_no
        FROM generate_series(1, CAST(:capacity AS integer)) AS number
        WHERE NOT EXISTS (
            SELECT FROM seat AS taken WHERE taken.session = :session AND taken.seat_no = number)
        ORDER BY number LIMIT 1
    ) AS free
    ON CONFLICT DO NOTHING
    RETURNING seat_no
""")
_IS_FULL = text("""
    SELECT count(*) >= CAST(:capacity AS integer) FROM seat WHERE session = :session
""")
# In the order of seats: two who free the same ones meet, and do not block each other. Only rows of
# `seat` are touched: a hold whose time is over has lapsed, whoever has noted it or not.
_LAPSE_HERE = text("""
    DELETE FROM seat WHERE booking = ANY(ARRAY(
        SELECT booking FROM seat WHERE session = :session AND held_until <= :now
        ORDER BY seat_no FOR UPDATE))
""")
# What somebody is just confirming or freeing is left to them.
_LAPSE_EVERYWHERE = text("""
    DELETE FROM seat WHERE booking = ANY(ARRAY(
        SELECT booking FROM seat WHERE held_until <= :now LIMIT 500 FOR UPDATE SKIP LOCKED))
""")


async def take(connection: AsyncConnection, taking: Taking) -> int | None:
    """Take the lowest free seat; its number, or None when every seat is taken.

    The keys decide, not what was read before: whoever loses a seat to another tries the next one
    until all are seen to be committed, so nobody is sent away from an empty seat. Holds that have
    lapsed are removed only when they stand in the way.

    Raises:
        PersonSeatedError: the person has a seat already.
    """
    values = {
        "session": taking.session,
        "capacity": taking.capacity,
        "booking": taking.booking,
        "person": taking.person,
        "held_until": taking.held_until,
    }
    whole = {"session": taking.session, "capacity": taking.capacity}
    while True:
        seat_no: int | None = (await connection.execute(_TAKE, values)).scalar_one_or_none()
        if seat_no is not None:
            return seat_no
        if await _lapse_here(connection, taking.session, now=taking.now):
            continue
        if await _is_seated(connection, taking):
            raise PersonSeatedError
        if (await connection.execute(_IS_FULL, whole)).scalar_one():
            return None


async def keep(connection: AsyncConnection, booking: UUID, *, now: datetime) -> bool:
    """Make a seat kept until after `now` a booking's; False when it is kept no longer."""
    kept = await connection.execute(
        update(seat)
        .where(seat.c.booking == booking, seat.c.held_until > now)
        .values(held_until=None)
    )
    return kept.rowcount == 1


async def free(connection: AsyncConnection, booking: UUID) -> None:
    """The seat of a booking or hold may be taken by others."""
    await connection.execute(delete(seat).where(seat.c.booking == booking))


async def free_all(connection: AsyncConnection, session: UUID) -> None:
    """Nobody has a seat in the session any more, nor one kept."""
    await connection.execute(delete(seat).where(seat.c.session == session))


async def lapse(connection: AsyncConnection, *, now: datetime) -> int:
    """Free the seats that were kept until `now`, in all sessions; how many."""
    return (await connection.execute(_LAPSE_EVERYWHERE, {"now": now})).rowcount


async def _lapse_here(connection: AsyncConnection, session: UUID, *, now: datetime) -> bool:
    values = {"session": session, "now": now}
    return (await connection.execute(_LAPSE_HERE, values)).rowcount > 0


async def _is_seated(connection: AsyncConnection, taking: Taking) -> bool:
    query = select(exists().where(seat.c.session == taking.session, seat.c.person == taking.person))
    return bool((await connection.execute(query)).scalar_one())

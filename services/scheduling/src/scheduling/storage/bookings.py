"""SQL of bookings: one row per seat, and every step of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Select, exists, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.bookings import Booking, State
from scheduling.domain.events import BookingConfirmed
from scheduling.storage.tables import booking, booking_transition, session


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of a booking, with both its times. `code` is the reason of a cancellation."""

    booking: UUID
    state: State
    happened_at: datetime
    learnt_at: datetime
    who: str
    code: str = ""
    topics: tuple[str, ...] = ()
    minutes: int | None = None
    title_presented: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """When, under which parcours and by whom a seat was taken."""

    capacity: int
    correlation: UUID
    confirmed_at: datetime
    learnt_at: datetime
    who: str


class PersonSeatedError(Exception):
    """The person has a live booking in the session."""


# The lowest free seat, or no row: the session is full, or somebody committed that very seat since
# the statement began. The conflict is named, so that no other one is swallowed.
_TAKE = text("""
    INSERT INTO booking (id, session, capacity, seat_no, person, referral, booked_by, commune,
        birth_band, state, correlation, sequence, confirmed_at, changed_at, learnt_at)
    SELECT :id, :session, CAST(:capacity AS smallint), free.seat_no, :person, :referral,
        :booked_by, :commune, :birth_band, 'confirmed', :correlation, 1, :confirmed_at,
        :confirmed_at, :learnt_at
    FROM (
        SELECT CAST(seat AS smallint) AS seat_no
        FROM generate_series(1, CAST(:capacity AS integer)) AS seat
        WHERE NOT EXISTS (SELECT FROM booking AS taken
            WHERE taken.session = :session AND taken.seat_no = seat AND taken.state <> 'cancelled')
        ORDER BY seat LIMIT 1
    ) AS free
    ON CONFLICT (session, seat_no) WHERE state <> 'cancelled' DO NOTHING
    RETURNING seat_no
""")
_IS_FULL = text("""
    SELECT count(*) >= CAST(:capacity AS integer) FROM booking
    WHERE session = :session AND state <> 'cancelled'
""")


async def take_seat(connection: AsyncConnection, fact: BookingConfirmed, seating: Seating) -> bool:
    """Write the booking on the lowest free seat; False when every seat is taken.

    The indexes decide, not what was read before: whoever loses a seat to another tries the next
    one until all are seen to be committed, so nobody is sent away from an empty seat.

    Raises:
        PersonSeatedError: by the second index.
    """
    values = _values(fact, seating)
    full = {"session": fact.session, "capacity": seating.capacity}
    while True:
        if await _is_seated(connection, fact):
            raise PersonSeatedError
        if await _try_to_sit(connection, values):
            await append(connection, _first_step(fact, seating))
            return True
        if (await connection.execute(_IS_FULL, full)).scalar_one():
            return False


async def lock(connection: AsyncConnection, booking_id: UUID) -> Booking | None:
    """The booking, locked until the end of the transaction, or None."""
    query = _select().where(booking.c.id == booking_id).with_for_update(of=booking)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _booking(row)


async def lock_live(connection: AsyncConnection, session_id: UUID) -> Sequence[Booking]:
    """The live bookings of a session by seat, all locked."""
    query = (
        _select()
        .where(booking.c.session == session_id, booking.c.state != State.CANCELLED.value)
        .order_by(booking.c.seat_no)
        .with_for_update(of=booking)
    )
    return [_booking(row) for row in await connection.execute(query)]


async def advance(connection: AsyncConnection, step: Transition, *, sequence: int) -> None:
    """Add a step to a booking that the caller has locked."""
    await append(connection, step)
    await connection.execute(
        update(booking)
        .where(booking.c.id == step.booking)
        .values(state=step.state.value, sequence=sequence, changed_at=step.happened_at)
    )


async def append(connection: AsyncConnection, step: Transition) -> None:
    """Write one step into the journal."""
    await connection.execute(
        insert(booking_transition).values(
            booking=step.booking,
            state=step.state.value,
            code=step.code,
            topics=list(step.topics),
            minutes=step.minutes,
            title_presented=step.title_presented,
            happened_at=step.happened_at,
            learnt_at=step.learnt_at,
            who=step.who,
        )
    )


async def _is_seated(connection: AsyncConnection, fact: BookingConfirmed) -> bool:
    query = select(
        exists().where(
            booking.c.session == fact.session,
            booking.c.person == fact.person,
            booking.c.state != State.CANCELLED.value,
        )
    )
    return bool((await connection.execute(query)).scalar_one())


async def _try_to_sit(connection: AsyncConnection, values: dict[str, object]) -> bool:
    try:
        async with connection.begin_nested():
            taken = await connection.execute(_TAKE, values)
            return taken.one_or_none() is not None
    except IntegrityError as error:
        # A seat lost is no error here, and the id is new: it is the same person, at this moment.
        if getattr(error.orig, "sqlstate", None) == _UNIQUE_VIOLATION:
            raise PersonSeatedError from error
        raise


_UNIQUE_VIOLATION = "23505"


def _values(fact: BookingConfirmed, seating: Seating) -> dict[str, object]:
    return {
        "id": fact.booking,
        "session": fact.session,
        "capacity": seating.capacity,
        "person": fact.person,
        "referral": fact.referral,
        "booked_by": fact.booked_by,
        "commune": fact.commune,
        "birth_band": fact.birth_band,
        "correlation": seating.correlation,
        "confirmed_at": seating.confirmed_at,
        "learnt_at": seating.learnt_at,
    }


def _first_step(fact: BookingConfirmed, seating: Seating) -> Transition:
    return Transition(
        booking=fact.booking,
        state=State.CONFIRMED,
        happened_at=seating.confirmed_at,
        learnt_at=seating.learnt_at,
        who=seating.who,
    )


def _select() -> Select[tuple[object, ...]]:
    return select(booking, session.c.place, session.c.organisation, session.c.starts_at).join(
        session, session.c.id == booking.c.session
    )


def _booking(row: Row[tuple[object, ...]]) -> Booking:
    return Booking(
        id=row.id,
        session=row.session,
        place=row.place,
        organisation=row.organisation,
        person=row.person,
        referral=row.referral,
        booked_by=row.booked_by,
        starts_at=row.starts_at,
        state=State(row.state),
        changed_at=row.changed_at,
        correlation=row.correlation,
        sequence=row.sequence,
    )

"""SQL of bookings, and every step of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.bookings import Booking, State
from scheduling.domain.events import BookingConfirmed
from scheduling.storage import seats
from scheduling.storage.tables import booking, session


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
    """Which seat was taken, when, under which parcours and by whom."""

    seat_no: int
    capacity: int
    correlation: UUID
    confirmed_at: datetime
    learnt_at: datetime
    who: str


_ADD = text("""
    WITH made AS (
        INSERT INTO booking (id, session, capacity, seat_no, person, referral, booked_by, commune,
            birth_band, state, correlation, sequence, confirmed_at, changed_at, learnt_at)
        VALUES (:id, :session, :capacity, :seat_no, :person, :referral, :booked_by, :commune,
            :birth_band, 'confirmed', :correlation, 1, :confirmed_at, :confirmed_at, :learnt_at)
        RETURNING id)
    INSERT INTO booking_transition (booking, state, code, topics, title_presented, happened_at,
        learnt_at, who)
    SELECT id, 'confirmed', '', CAST('{}' AS text[]), false, CAST(:confirmed_at AS timestamptz),
        CAST(:learnt_at AS timestamptz), :who FROM made
""")


async def add(connection: AsyncConnection, fact: BookingConfirmed, seating: Seating) -> None:
    """Write the booking and its first step; its seat is taken already."""
    await connection.execute(
        _ADD,
        {
            "id": fact.booking,
            "session": fact.session,
            "capacity": seating.capacity,
            "seat_no": seating.seat_no,
            "person": fact.person,
            "referral": fact.referral,
            "booked_by": fact.booked_by,
            "commune": fact.commune,
            "birth_band": fact.birth_band,
            "correlation": seating.correlation,
            "confirmed_at": seating.confirmed_at,
            "learnt_at": seating.learnt_at,
            "who": seating.who,
        },
    )


_BOOKINGS = select(booking, session.c.place, session.c.organisation, session.c.starts_at).join(
    session, session.c.id == booking.c.session
)
_LOCK = _BOOKINGS.where(booking.c.id == bindparam("booking")).with_for_update(of=booking)


async def lock(connection: AsyncConnection, booking_id: UUID) -> Booking | None:
    """The booking, locked until the end of the transaction, or None."""
    row = (await connection.execute(_LOCK, {"booking": booking_id})).one_or_none()
    return None if row is None else _booking(row)


async def lock_live(connection: AsyncConnection, session_id: UUID) -> Sequence[Booking]:
    """The live bookings of a session by seat, all locked."""
    query = (
        _BOOKINGS.where(booking.c.session == session_id, booking.c.state != State.CANCELLED.value)
        .order_by(booking.c.seat_no)
        .with_for_update(of=booking)
    )
    return [_booking(row) for row in await connection.execute(query)]


_ADVANCE = text("""
    WITH step AS (
        INSERT INTO booking_transition (booking, state, code, topics, minutes, title_presented,
            happened_at, learnt_at, who)
        VALUES (:booking, :state, :code, :topics, :minutes, :title_presented, :happened_at,
            :learnt_at, :who))
    UPDATE booking SET state = :state, sequence = :sequence, changed_at = :happened_at
    WHERE id = :booking
""")


async def advance(connection: AsyncConnection, step: Transition, *, sequence: int) -> None:
    """Add a step to a booking that the caller has locked; one that is given back frees its seat."""
    await connection.execute(
        _ADVANCE,
        {
            "booking": step.booking,
            "state": step.state.value,
            "code": step.code,
            "topics": list(step.topics),
            "minutes": step.minutes,
            "title_presented": step.title_presented,
            "happened_at": step.happened_at,
            "learnt_at": step.learnt_at,
            "who": step.who,
            "sequence": sequence,
        },
    )
    if step.state is State.CANCELLED:
        await seats.free(connection, step.booking)


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

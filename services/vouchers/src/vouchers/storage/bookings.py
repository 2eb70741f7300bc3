"""SQL of bookings and referrals: the facts of others, as far as they were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.bookings import Attendance, Booking

_KEEP = text("""
    INSERT INTO booking (id, session, place, organisation, person, starts_at, correlation)
    VALUES (:id, :session, :place, :organisation, :person, :starts_at, :correlation)
    ON CONFLICT (id) DO NOTHING
""")
_CANCEL = text("UPDATE booking SET cancelled = true WHERE id = :id")
_ATTEND = text("""
    UPDATE booking SET attendance_status = :status, title_presented = :title_presented,
        attended_at = :happened_at, attendance_sequence = :sequence
    WHERE id = :id AND coalesce(attendance_sequence, 0) < :sequence
""")
_READ = text("SELECT * FROM booking WHERE id = :id")
_LOCK = text("SELECT * FROM booking WHERE id = :id FOR UPDATE")
_OF_PERSON = text("SELECT id FROM booking WHERE person = :person ORDER BY id")
_AT_PLACE = text("""
    SELECT id FROM booking WHERE place = :place
    AND (starts_at AT TIME ZONE 'Europe/Paris')::date >= :from_on ORDER BY id
""")
_REFUSE = text("UPDATE booking SET refused = :reason WHERE id = :id")
_HEAR_REFERRAL = text("""
    INSERT INTO referral (id, person, correlation, parties)
    VALUES (:id, :person, :correlation, :parties) ON CONFLICT DO NOTHING
""")
_ADD_PARTIES = text("""
    UPDATE referral SET parties = ARRAY(
        SELECT DISTINCT party FROM unnest(parties || CAST(:parties AS uuid[])) AS party)
    WHERE id = :id
""")
_REFERRAL = text("SELECT id, person, correlation, parties FROM referral WHERE id = :id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Une orientation as far as vouchers needs it: whose journey it is, and who takes part."""

    id: UUID
    person: UUID
    correlation: UUID
    parties: tuple[UUID, ...]


async def keep(connection: AsyncConnection, booking: Booking) -> None:
    """Learn where, when and who; what was learnt first stays."""
    values = {
        "id": booking.id,
        "session": booking.session,
        "place": booking.place,
        "organisation": booking.organisation,
        "person": booking.person,
        "starts_at": booking.starts_at,
        "correlation": booking.correlation,
    }
    await connection.execute(_KEEP, values)


async def cancel(connection: AsyncConnection, booking: UUID) -> bool:
    """False when the booking is not known yet."""
    return (await connection.execute(_CANCEL, {"id": booking})).rowcount == 1


async def attend(connection: AsyncConnection, booking: UUID, attendance: Attendance) -> None:
    """Keep the latest word about the attendance, by the number of its fact."""
    values = {
        "id": booking,
        "status": attendance.status,
        "title_presented": attendance.title_presented,
        "happened_at": attendance.happened_at,
        "sequence": attendance.sequence,
    }
    await connection.execute(_ATTEND, values)


async def lock(connection: AsyncConnection, booking: UUID) -> tuple[Booking, str | None]:
    """The booking and why its redemption was refused last, its row locked."""
    row = (await connection.execute(_LOCK, {"id": booking})).one()
    return _booking(row), row.refused


async def read(connection: AsyncConnection, booking: UUID) -> Booking:
    """The booking as it stands, its row not locked."""
    return _booking((await connection.execute(_READ, {"id": booking})).one())


def _booking(row: Row[tuple[object, ...]]) -> Booking:
    attendance = None
    if row.attendance_sequence is not None:
        attendance = Attendance(
            status=row.attendance_status,
            title_presented=row.title_presented,
            happened_at=row.attended_at,
            sequence=row.attendance_sequence,
        )
    return Booking(
        id=row.id,
        session=row.session,
        place=row.place,
        organisation=row.organisation,
        person=row.person,
        starts_at=row.starts_at,
        correlation=row.correlation,
        cancelled=row.cancelled,
        attendance=attendance,
    )


async def of_person(connection: AsyncConnection, person: UUID) -> Sequence[UUID]:
    return list((await connection.execute(_OF_PERSON, {"person": person})).scalars())


async def at_place(connection: AsyncConnection, place: UUID, *, from_on: date) -> Sequence[UUID]:
    """Bookings at the place on or after a day."""
    values = {"place": place, "from_on": from_on}
    return list((await connection.execute(_AT_PLACE, values)).scalars())


async def refuse(connection: AsyncConnection, booking: UUID, reason: str) -> None:
    await connection.execute(_REFUSE, {"id": booking, "reason": reason})


async def hear_referral(connection: AsyncConnection, referral: Referral) -> None:
    values = {
        "id": referral.id,
        "person": referral.person,
        "correlation": referral.correlation,
        "parties": list(referral.parties),
    }
    await connection.execute(_HEAR_REFERRAL, values)


async def add_parties(connection: AsyncConnection, referral: UUID, parties: Sequence[UUID]) -> None:
    """More organisations take part; told again they are added once."""
    await connection.execute(_ADD_PARTIES, {"id": referral, "parties": list(parties)})


async def find_referral(connection: AsyncConnection, referral: UUID) -> Referral | None:
    row = (await connection.execute(_REFERRAL, {"id": referral})).one_or_none()
    if row is None:
        return None
    return Referral(
        id=row.id, person=row.person, correlation=row.correlation, parties=tuple(row.parties)
    )

"""What pages and doors show: places, sessions with their free seats, and who has which seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import FromClause, Row, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.bookings import State
from scheduling.domain.places import Place
from scheduling.storage import places
from scheduling.storage.tables import (
    booking,
    booking_transition,
    mediator,
    organisation,
    place,
    seat,
    session,
    visit,
)

# A week of a busy place, or the sessions to come of a département for one need.
SESSIONS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A session as it is shown; `taken` counts its live bookings, `held` the seats kept now.

    `mediator` is the work name of who holds it, where somebody in particular does.
    """

    id: UUID
    place: UUID
    place_name: str
    address: str | None
    access: str | None
    commune: str
    organisation: UUID
    organisation_name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    need: str
    level: str | None
    capacity: int
    taken: int
    held: int
    mediator: str | None
    open_to_others: bool
    cancelled_reason: str | None

    @property
    def free(self) -> int:
        """Seats that may still be taken."""
        left = self.capacity - self.taken - self.held
        return left if self.cancelled_reason is None else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A booking as it is shown: by pseudonym, never by name."""

    booking: UUID
    session: UUID
    seat_no: int
    person: UUID
    referral: UUID | None
    booked_by: UUID
    booked_by_name: str
    state: State
    title_presented: bool
    correlation: UUID
    confirmed_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a booking, with both its times."""

    state: State
    code: str
    topics: tuple[str, ...]
    minutes: int | None
    title_presented: bool
    happened_at: datetime


async def list_places(connection: AsyncConnection, of: UUID | None) -> Sequence[Place]:
    """The open places by name: one organisation's, or all."""
    query = select(place).where(place.c.closed_at.is_(None)).order_by(place.c.name, place.c.id)
    if of is not None:
        query = query.where(place.c.organisation == of)
    return [places.read(row) for row in (await connection.execute(query)).mappings()]


async def to_come(
    connection: AsyncConnection,
    *,
    after: datetime,
    need: str | None = None,
    level: str | None = None,
) -> Sequence[Line]:
    """The sessions that begin after the instant and have a free seat, the first ones first."""
    seated = _seats_of_session(after)
    query = _lines(seated).where(
        session.c.starts_at > after,
        session.c.cancelled_reason.is_(None),
        session.c.capacity > seated.c.taken + seated.c.held,
    )
    if need is not None:
        query = query.where(session.c.need == need)
    if level is not None:
        # A session without level is for everybody.
        query = query.where((session.c.level == level) | session.c.level.is_(None))
    return await _read(connection, query)


async def week(
    connection: AsyncConnection, place_id: UUID, *, start: datetime, end: datetime, now: datetime
) -> Sequence[Line]:
    """The sessions of a place that begin in the interval, cancelled ones too."""
    query = _lines(_seats_of_session(now)).where(
        session.c.place == place_id, session.c.starts_at >= start, session.c.starts_at < end
    )
    return await _read(connection, query)


async def one_session(
    connection: AsyncConnection, session_id: UUID, *, now: datetime
) -> Line | None:
    """One session with its seats at `now`, or None."""
    found = await _read(
        connection, _lines(_seats_of_session(now)).where(session.c.id == session_id)
    )
    return found[0] if found else None


async def seats(connection: AsyncConnection, session_id: UUID) -> Sequence[Seat]:
    """Who has a seat in the session, by seat; those given back are left out."""
    query = _seats().where(
        booking.c.session == session_id, booking.c.state != State.CANCELLED.value
    )
    return [_seat(row) for row in await connection.execute(query.order_by(booking.c.seat_no))]


async def one_seat(connection: AsyncConnection, booking_id: UUID) -> Seat | None:
    """One booking, whatever became of it, or None."""
    row = (await connection.execute(_seats().where(booking.c.id == booking_id))).one_or_none()
    return None if row is None else _seat(row)


async def seat_in_session(
    connection: AsyncConnection, booking_id: UUID, *, now: datetime
) -> tuple[Seat, Line] | None:
    """One booking and the session it is in, or None."""
    seat = await one_seat(connection, booking_id)
    line = None if seat is None else await one_session(connection, seat.session, now=now)
    return None if seat is None or line is None else (seat, line)


async def steps(connection: AsyncConnection, booking_id: UUID) -> Sequence[Step]:
    """Everything that happened to a booking, in its order."""
    query = (
        select(booking_transition)
        .where(booking_transition.c.booking == booking_id)
        .order_by(booking_transition.c.id)
    )
    return [
        Step(
            state=State(row.state),
            code=row.code,
            topics=tuple(row.topics),
            minutes=row.minutes,
            title_presented=row.title_presented,
            happened_at=row.happened_at,
        )
        for row in await connection.execute(query)
    ]


async def visits_since(connection: AsyncConnection, place_id: UUID, *, since: datetime) -> int:
    """How many people came to the place without appointment since the instant."""
    query = (
        select(func.count())
        .select_from(visit)
        .where(visit.c.place == place_id, visit.c.happened_at >= since)
    )
    return (await connection.execute(query)).scalar_one()


def _seats_of_session(now: datetime) -> FromClause:
    """How many seats of a session are booked, and how many are kept at `now`."""
    return (
        select(
            func.count().filter(seat.c.held_until.is_(None)).label("taken"),
            func.count().filter(seat.c.held_until > now).label("held"),
        )
        .where(seat.c.session == session.c.id)
        .lateral("seats")
    )


def _lines(seated: FromClause) -> Select[tuple[object, ...]]:
    return (
        select(
            session,
            place.c.name.label("place_name"),
            place.c.address,
            place.c.access,
            place.c.commune,
            place.c.online_booking,
            organisation.c.name.label("organisation_name"),
            mediator.c.label.label("mediator_label"),
            seated.c.taken,
            seated.c.held,
        )
        .join(place, place.c.id == session.c.place)
        .join(organisation, organisation.c.id == session.c.organisation)
        .outerjoin(mediator, mediator.c.id == session.c.mediator)
        .join(seated, true())
        .order_by(session.c.starts_at, session.c.id)
        .limit(SESSIONS_MAX)
    )


async def _read(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> Sequence[Line]:
    return [_line(row) for row in await connection.execute(query)]


def _line(row: Row[tuple[object, ...]]) -> Line:
    return Line(
        id=row.id,
        place=row.place,
        place_name=row.place_name,
        address=row.address,
        access=row.access,
        commune=row.commune,
        organisation=row.organisation,
        organisation_name=row.organisation_name,
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        need=row.need,
        level=row.level,
        capacity=row.capacity,
        taken=row.taken,
        held=row.held,
        mediator=row.mediator_label,
        open_to_others=row.direct_booking and row.online_booking,
        cancelled_reason=row.cancelled_reason,
    )


def _seats() -> Select[tuple[object, ...]]:
    last = (
        select(booking_transition.c.title_presented)
        .where(booking_transition.c.booking == booking.c.id)
        .order_by(booking_transition.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(
        booking, organisation.c.name.label("booked_by_name"), last.label("title_presented")
    ).join(organisation, organisation.c.id == booking.c.booked_by)


def _seat(row: Row[tuple[object, ...]]) -> Seat:
    return Seat(
        booking=row.id,
        session=row.session,
        seat_no=row.seat_no,
        person=row.person,
        referral=row.referral,
        booked_by=row.booked_by,
        booked_by_name=row.booked_by_name,
        state=State(row.state),
        title_presented=row.title_presented,
        correlation=row.correlation,
        confirmed_at=row.confirmed_at,
        changed_at=row.changed_at,
    )

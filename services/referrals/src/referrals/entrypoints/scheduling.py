"""What referrals reads of scheduling: places, sessions, free seats, bookings, presences."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from pydantic import AwareDatetime

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging import Handler, Waiting
from referrals.application.appointments import (
    NotHeardOfYetError,
    SeatFact,
    hear_of_booking,
    hear_of_cancellation,
    hear_of_presence,
)
from referrals.domain.appointments import AppointmentStep, Seat
from referrals.entrypoints.reading import Reader, read
from referrals.storage import seats


class PlaceTold(Reader):
    place: UUID
    organisation: UUID
    name: str
    commune: str
    online_booking: bool
    address: str | None = None


class PlaceClosed(Reader):
    place: UUID


class SessionScheduled(Reader):
    session: UUID
    place: UUID
    kind: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    need: str
    level: str | None = None
    capacity: int
    direct_booking: bool


class SessionCancelled(Reader):
    session: UUID


class SeatsChanged(Reader):
    session: UUID
    free: int


class SeatTold(Reader):
    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    referral: UUID | None = None
    starts_at: AwareDatetime


class BookingCancelled(Reader):
    booking: UUID


class Presence(SeatTold):
    status: AppointmentStep


PLACE_REGISTERED: Final = "maillage.place.registered.v1"
PLACE_CHANGED: Final = "maillage.place.changed.v1"
PLACE_CLOSED: Final = "maillage.place.closed.v1"
SESSION_SCHEDULED: Final = "maillage.session.scheduled.v1"
SESSION_CANCELLED: Final = "maillage.session.cancelled.v1"
SEATS_CHANGED: Final = "maillage.seats.changed.v1"
BOOKING_CONFIRMED: Final = "maillage.booking.confirmed.v1"
BOOKING_CANCELLED: Final = "maillage.booking.cancelled.v1"
ATTENDANCE_RECORDED: Final = "maillage.attendance.recorded.v1"
ATTENDANCE_CORRECTED: Final = "maillage.attendance.corrected.v1"

READS: Final[Mapping[str, type[Reader]]] = {
    PLACE_REGISTERED: PlaceTold,
    PLACE_CHANGED: PlaceTold,
    PLACE_CLOSED: PlaceClosed,
    SESSION_SCHEDULED: SessionScheduled,
    SESSION_CANCELLED: SessionCancelled,
    SEATS_CHANGED: SeatsChanged,
    BOOKING_CONFIRMED: SeatTold,
    BOOKING_CANCELLED: BookingCancelled,
    ATTENDANCE_RECORDED: Presence,
    ATTENDANCE_CORRECTED: Presence,
}


async def _place(tx: Transaction, event: Event) -> None:
    said = read(PlaceTold, event)
    place = seats.Place(
        id=said.place,
        organisation=said.organisation,
        name=said.name,
        commune=said.commune,
        online_booking=said.online_booking,
        address=said.address,
    )
    await seats.put_place(tx.connection, place)


async def _place_closed(tx: Transaction, event: Event) -> None:
    await seats.close_place(tx.connection, read(PlaceClosed, event).place)


async def _session(tx: Transaction, event: Event) -> None:
    said = read(SessionScheduled, event)
    session = seats.Session(
        id=said.session,
        place=said.place,
        kind=said.kind,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        need=said.need,
        level=said.level,
        capacity=said.capacity,
        direct_booking=said.direct_booking,
    )
    await seats.add_session(tx.connection, session)


async def _session_cancelled(tx: Transaction, event: Event) -> None:
    await seats.cancel_session(tx.connection, read(SessionCancelled, event).session)


async def _seats_changed(tx: Transaction, event: Event) -> None:
    said = read(SeatsChanged, event)
    await seats.set_free(tx.connection, said.session, free=said.free)


async def _booked(tx: Transaction, event: Event) -> None:
    await hear_of_booking(tx, _seat_fact(read(SeatTold, event), event))


async def _booking_cancelled(tx: Transaction, event: Event) -> None:
    booking = read(BookingCancelled, event).booking
    await hear_of_cancellation(tx, booking=booking, happened_at=event.time)


async def _presence(tx: Transaction, event: Event) -> None:
    said = read(Presence, event)
    await hear_of_presence(tx, _seat_fact(said, event), said.status)


def _waiting(hear: Callable[[Transaction, Event], Awaitable[None]]) -> Handler:
    async def handle(tx: Transaction, event: Event) -> None:
        try:
            await hear(tx, event)
        except NotHeardOfYetError as unknown:
            raise Waiting(unknown.token) from None

    return handle


PLACES: Final[Mapping[str, Handler]] = {
    PLACE_REGISTERED: _place,
    PLACE_CHANGED: _place,
    PLACE_CLOSED: _place_closed,
}
"""On the topic of the directory."""
SEATS: Final[Mapping[str, Handler]] = {
    SESSION_SCHEDULED: _session,
    SESSION_CANCELLED: _session_cancelled,
    SEATS_CHANGED: _seats_changed,
    BOOKING_CONFIRMED: _waiting(_booked),
    BOOKING_CANCELLED: _booking_cancelled,
    ATTENDANCE_RECORDED: _waiting(_presence),
    ATTENDANCE_CORRECTED: _waiting(_presence),
}
"""On scheduling's own topic."""


def _seat_fact(said: SeatTold, event: Event) -> SeatFact:
    return SeatFact(
        seat=Seat(
            booking=said.booking,
            session=said.session,
            place=said.place,
            organisation=said.organisation,
            starts_at=said.starts_at,
        ),
        referral=said.referral,
        happened_at=event.time,
        who=event.source,
    )

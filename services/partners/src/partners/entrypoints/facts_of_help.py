"""The facts of scheduling and vouchers that partners' doors tell on: what of them goes out.

A field that is not named here does not go out, however the fact may grow.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from chassis.events import Event
from partners.application.telling_help import (
    HelpFact,
    tell_booked,
    tell_help,
    tell_of_booking,
    tell_of_voucher,
)
from partners.domain.outgoing import Helped
from partners.entrypoints.reading import Reader, read, read_uuid
from partners.entrypoints.telling import Tell


class OfBooking(Reader):
    """Whatever names a booking: whom it concerns is known by that."""

    booking: UUID


class BookingConfirmed(OfBooking):
    session: UUID
    place: UUID
    organisation: UUID
    person: UUID
    referral: UUID | None = None
    booked_by: UUID
    kind: str
    need: str
    level: str | None = None
    starts_at: datetime
    ends_at: datetime


class BookingCancelled(OfBooking):
    session: UUID
    reason: str


class AttendanceRecorded(OfBooking):
    session: UUID
    place: UUID
    organisation: UUID
    referral: UUID | None = None
    status: str
    topics: tuple[str, ...]
    minutes: int | None = None
    title_presented: bool
    starts_at: datetime


class AttendanceCorrected(AttendanceRecorded):
    previous_status: str


class VisitRecorded(Reader):
    """Without where the person lives: the place that noted it knows, and nobody else is told."""

    visit: UUID
    place: UUID
    organisation: UUID
    minutes: int
    topics: tuple[str, ...]
    autonomy: str
    person: UUID | None = None


class BookletIssued(Reader):
    booklet: UUID
    programme: UUID
    person: UUID
    distributor: UUID
    referral: UUID | None = None
    face_cents: int
    valid_until: date


class FunderCents(Reader):
    funder: UUID
    cents: int


class OfVoucher(OfBooking):
    voucher: UUID
    serial: int
    booklet: UUID
    programme: UUID
    place: UUID
    organisation: UUID
    cents: int
    split: tuple[FunderCents, ...]


class VoucherRedeemed(OfVoucher):
    session: UUID


class VoucherReversed(OfVoucher):
    reason: str


class VoucherSettled(OfVoucher):
    settlement: UUID


BOOKED: Final = "maillage.booking.confirmed.v1"
VISIT: Final = "maillage.visit.recorded.v1"
ISSUED: Final = "maillage.booklet.issued.v1"
OF_BOOKINGS: Final[Mapping[str, type[OfBooking]]] = {
    "maillage.booking.cancelled.v1": BookingCancelled,
    "maillage.attendance.recorded.v1": AttendanceRecorded,
    "maillage.attendance.corrected.v1": AttendanceCorrected,
}
OF_VOUCHERS: Final[Mapping[str, type[OfVoucher]]] = {
    "maillage.voucher.redeemed.v1": VoucherRedeemed,
    "maillage.voucher.reversed.v1": VoucherReversed,
    "maillage.voucher.settled.v1": VoucherSettled,
}
READS: Final[Mapping[str, type[Reader]]] = {
    BOOKED: BookingConfirmed,
    **OF_BOOKINGS,
    VISIT: VisitRecorded,
    ISSUED: BookletIssued,
    **OF_VOUCHERS,
}


def of_scheduling(*, kafka_doors: AbstractSet[str]) -> Mapping[str, Tell]:
    """How each fact of scheduling is told: how many organisations heard it."""

    async def booked(tx: Transaction, event: Event) -> int:
        said = read(BookingConfirmed, event)
        helped = Helped(organisation=said.organisation, person=said.person, referral=said.referral)
        fact = _fact(event, said, key=said.booking)
        return await tell_booked(tx, fact, helped, kafka_doors=kafka_doors)

    async def became(tx: Transaction, event: Event) -> int:
        said = read(OF_BOOKINGS[event.type], event)
        fact = _fact(event, said, key=said.booking)
        return await tell_of_booking(tx, fact, said.booking, kafka_doors=kafka_doors)

    async def visited(tx: Transaction, event: Event) -> int:
        said = read(VisitRecorded, event)
        helped = Helped(organisation=said.organisation, person=said.person)
        return await tell_help(
            tx, _fact(event, said, key=said.visit), helped, kafka_doors=kafka_doors
        )

    return {BOOKED: booked, **dict.fromkeys(OF_BOOKINGS, became), VISIT: visited}


def of_vouchers(*, kafka_doors: AbstractSet[str]) -> Mapping[str, Tell]:
    """The same of vouchers."""

    async def issued(tx: Transaction, event: Event) -> int:
        said = read(BookletIssued, event)
        helped = Helped(organisation=said.distributor, person=said.person, referral=said.referral)
        return await tell_help(
            tx, _fact(event, said, key=said.booklet), helped, kafka_doors=kafka_doors
        )

    async def became(tx: Transaction, event: Event) -> int:
        said = read(OF_VOUCHERS[event.type], event)
        fact = _fact(event, said, key=said.voucher)
        return await tell_of_voucher(tx, fact, said.booking, kafka_doors=kafka_doors)

    return {ISSUED: issued, **dict.fromkeys(OF_VOUCHERS, became)}


def _fact(event: Event, said: Reader, *, key: UUID) -> HelpFact:
    return HelpFact(
        type=event.type,
        key=key,
        correlation=read_uuid(event, "correlationid", event.correlationid),
        happened_at=event.time,
        data=said.model_dump(exclude={"person"}),
    )

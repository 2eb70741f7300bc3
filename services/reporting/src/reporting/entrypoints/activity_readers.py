"""How the facts of places, sessions, seats, visits and titles of payment are read."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from reporting.domain import facts as f
from reporting.domain.facts import Fact, SeatStatus, Step, Told
from reporting.entrypoints.readers import Reader, sequence_of


class Place(Reader):
    place: UUID
    organisation: UUID
    name: str
    kind: str
    commune: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        sequence = sequence_of(told)
        return (f.PlaceDescribed(event=told.event_id, sequence=sequence, **self.model_dump()),)


class Closed(Reader):
    place: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (f.PlaceClosed(event=told.event_id, happened_at=told.happened_at, place=self.place),)


class Scheduled(Reader):
    session: UUID
    place: UUID
    kind: str
    starts_at: datetime
    capacity: int

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (f.SessionScheduled(event=told.event_id, **self.model_dump()),)


class CalledOff(Reader):
    session: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (f.SessionCancelled(event=told.event_id, session=self.session),)


class _Seat(Reader):
    booking: UUID
    session: UUID
    person: UUID

    def stands(self, told: Told, status: SeatStatus) -> tuple[Fact, ...]:
        return (
            f.SeatStands(
                event=told.event_id,
                booking=self.booking,
                sequence=sequence_of(told),
                session=self.session,
                person=self.person,
                status=status,
            ),
        )


class Booked(_Seat):
    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.stands(told, SeatStatus.BOOKED)


class GivenBack(_Seat):
    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.stands(told, SeatStatus.CANCELLED)


class Attendance(_Seat):
    status: SeatStatus

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.stands(told, self.status)


class Visit(Reader):
    visit: UUID
    place: UUID
    person: UUID | None = None

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.VisitRecorded(event=told.event_id, happened_at=told.happened_at, **self.model_dump()),
        )


class FunderCents(BaseModel):
    """What one funder bears."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    funder: UUID
    cents: int


class _Titles(Reader):
    step: ClassVar[Step]

    programme: UUID
    place: UUID | None = None
    split: tuple[FunderCents, ...] = ()

    def moved(self, told: Told, *, cents: int, number: int = 1) -> tuple[Fact, ...]:
        return (
            f.TitlesMoved(
                event=told.event_id,
                happened_at=told.happened_at,
                step=self.step,
                programme=self.programme,
                number=number,
                cents=cents,
                place=self.place,
                split=tuple((each.funder, each.cents) for each in self.split),
            ),
        )


class Issued(_Titles):
    step = Step.ISSUED
    face_cents: int

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.moved(told, cents=self.face_cents)


class Held(_Titles):
    step = Step.HELD
    amount_cents: int

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.moved(told, cents=self.amount_cents)


class _Voucher(_Titles):
    cents: int

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.moved(told, cents=self.cents)


class Redeemed(_Voucher):
    step = Step.REDEEMED


class Reversed(_Voucher):
    step = Step.REVERSED


class Settled(_Voucher):
    step = Step.SETTLED


class Unused(_Titles):
    step = Step.UNUSED
    vouchers: int
    cents: int

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return self.moved(told, cents=self.cents, number=self.vouchers)


PlaceReader = Place | Closed | Scheduled | CalledOff | Booked | GivenBack | Attendance | Visit
TitleReader = Issued | Held | Redeemed | Reversed | Settled | Unused
READERS: Final[Mapping[str, type[PlaceReader | TitleReader]]] = MappingProxyType(
    {
        "maillage.place.registered.v1": Place,
        "maillage.place.changed.v1": Place,
        "maillage.place.closed.v1": Closed,
        f.SessionScheduled.type: Scheduled,
        "maillage.session.cancelled.v1": CalledOff,
        "maillage.booking.confirmed.v1": Booked,
        "maillage.booking.cancelled.v1": GivenBack,
        "maillage.attendance.recorded.v1": Attendance,
        "maillage.attendance.corrected.v1": Attendance,
        f.VisitRecorded.type: Visit,
        "maillage.booklet.issued.v1": Issued,
        "maillage.booklet.held.v1": Held,
        "maillage.voucher.redeemed.v1": Redeemed,
        "maillage.voucher.reversed.v1": Reversed,
        "maillage.voucher.settled.v1": Settled,
        "maillage.statement.issued.v1": Unused,
    }
)

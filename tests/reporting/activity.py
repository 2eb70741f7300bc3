"""Others' facts of what is done at places: sessions, seats, visits, titles of payment."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from chassis.events import Event
from contracts.codes import (
    AttendanceStatus,
    Autonomy,
    BookingCancellation,
    HoldReleaseReason,
    Need,
    PlaceKind,
    ReversalReason,
    SessionCancellation,
    SessionKind,
)
from contracts.events import referrals as referral_facts
from contracts.events import scheduling as facts
from contracts.events import vouchers as money
from contracts.message import Message
from tests.reporting.telling import CAF, MAIRIE, START, TELA, named, told

STATE, EUROPE = named("state"), named("europe")
PROGRAMME = named("programme")
HOUR = timedelta(hours=1)


@dataclass
class Place:
    """A place and what is held there."""

    name: str
    commune: str
    organisation: UUID = TELA
    _sequence: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> UUID:
        return named(f"place-{self.name}")

    def registered(self, at: datetime = START) -> Event:
        return self._fact(self._described(facts.PlaceRegistered, self.name), at)

    def renamed(self, name: str, at: datetime = START) -> Event:
        return self._fact(self._described(facts.PlaceChanged, name), at)

    def closed(self, at: datetime) -> Event:
        return self._fact(facts.PlaceClosed(place=self.id), at)

    def visited(self, name: str, at: datetime, *, person: UUID | None = None) -> Event:
        visit = named(f"visit-{name}")
        message = facts.VisitRecorded(
            visit=visit,
            place=self.id,
            organisation=self.organisation,
            minutes=20,
            topics=[Need.EMAIL],
            autonomy=Autonomy.PARTLY_AUTONOMOUS,
            person=person,
        )
        event = told(message, visit, at, source="/scheduling", sequence=1, journey=visit)
        return replace(event, datasubject=None if person is None else str(person))

    def _described(
        self, kind: type[facts.PlaceRegistered | facts.PlaceChanged], name: str
    ) -> Message:
        return kind(
            place=self.id,
            organisation=self.organisation,
            name=name,
            kind=PlaceKind.THIRD_PLACE,
            commune=self.commune,
            online_booking=True,
        )

    def _fact(self, message: Message, at: datetime) -> Event:
        number = next(self._sequence)
        return told(message, self.id, at, source="/scheduling", sequence=number)


@dataclass
class Session:
    """A session at a place, from its planning to who came."""

    name: str
    place: Place
    starts_at: datetime
    capacity: int = 6

    @property
    def id(self) -> UUID:
        return named(f"session-{self.name}")

    def scheduled(self) -> Event:
        message = facts.SessionScheduled(
            session=self.id,
            place=self.place.id,
            organisation=self.place.organisation,
            kind=SessionKind.WORKSHOP,
            starts_at=self.starts_at,
            ends_at=self.starts_at + 2 * HOUR,
            need=Need.EMAIL,
            capacity=self.capacity,
            direct_booking=True,
        )
        at = self.starts_at - timedelta(days=7)
        return told(message, self.id, at, source="/scheduling", sequence=1, journey=self.id)

    def cancelled(self) -> Event:
        message = facts.SessionCancelled(session=self.id, reason=SessionCancellation.TOO_FEW)
        at = self.starts_at - timedelta(days=1)
        return told(message, self.id, at, source="/scheduling", sequence=2, journey=self.id)


@dataclass
class Seat:
    """A seat of a session and who has it."""

    session: Session
    person: UUID
    _sequence: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> UUID:
        return named(f"booking-{self.session.name}-{self.person}")

    def booked(self) -> Event:
        message = facts.BookingConfirmed(
            booking=self.id,
            session=self.session.id,
            place=self.session.place.id,
            organisation=self.session.place.organisation,
            person=self.person,
            booked_by=CAF,
            kind=SessionKind.WORKSHOP,
            need=Need.EMAIL,
            starts_at=self.session.starts_at,
            ends_at=self.session.starts_at + 2 * HOUR,
        )
        return self._fact(message, self.session.starts_at - timedelta(days=2))

    def given_back(self) -> Event:
        message = facts.BookingCancelled(
            booking=self.id,
            session=self.session.id,
            person=self.person,
            reason=BookingCancellation.BY_PERSON,
        )
        return self._fact(message, self.session.starts_at - HOUR)

    def recorded(self, status: AttendanceStatus) -> Event:
        message = facts.AttendanceRecorded(status=status, **self._attendance())
        return self._fact(message, self.session.starts_at + 2 * HOUR)

    def corrected(self, status: AttendanceStatus, before: AttendanceStatus) -> Event:
        message = facts.AttendanceCorrected(
            status=status, previous_status=before, **self._attendance()
        )
        return self._fact(message, self.session.starts_at + 3 * HOUR)

    def _attendance(self) -> dict[str, object]:
        return {
            "booking": self.id,
            "session": self.session.id,
            "place": self.session.place.id,
            "organisation": self.session.place.organisation,
            "person": self.person,
            "topics": [Need.EMAIL],
            "title_presented": False,
            "starts_at": self.session.starts_at,
        }

    def _fact(self, message: Message, at: datetime) -> Event:
        number = next(self._sequence)
        event = told(message, self.id, at, source="/scheduling", sequence=number, journey=self.id)
        return replace(event, datasubject=str(self.person))


@dataclass
class Booklet:
    """A booklet in somebody's hands, and one voucher of it from the hold to the settlement."""

    name: str
    seat: Seat
    cents: int = 1_000

    @property
    def id(self) -> UUID:
        return named(f"booklet-{self.name}")

    def issued(self, at: datetime) -> Event:
        message = money.BookletIssued(
            booklet=self.id,
            programme=PROGRAMME,
            person=self.seat.person,
            distributor=CAF,
            face_cents=5 * self.cents,
            valid_until=date(2026, 12, 31),
        )
        return self._fact(message, self.id, at, sequence=1)

    def held(self) -> Event:
        message = money.BookletHeld(
            booklet=self.id,
            programme=PROGRAMME,
            person=self.seat.person,
            booking=self.seat.id,
            session=self.seat.session.id,
            place=self.seat.session.place.id,
            amount_cents=self.cents,
        )
        return self._fact(message, self.id, self._starts_at() - timedelta(days=2), sequence=2)

    def released(self) -> Event:
        message = money.BookletHoldReleased(
            booklet=self.id,
            programme=PROGRAMME,
            person=self.seat.person,
            booking=self.seat.id,
            amount_cents=self.cents,
            reason=HoldReleaseReason.MISSED,
        )
        return self._fact(message, self.id, self._starts_at() + 2 * HOUR, sequence=3)

    def redeemed(self) -> Event:
        message = money.VoucherRedeemed(**self._voucher(), session=self.seat.session.id)
        return self._fact(message, self.voucher, self._starts_at() + 2 * HOUR, sequence=1)

    def taken_back(self) -> Event:
        message = money.VoucherReversed(**self._voucher(), reason=ReversalReason.NOT_PRESENTED)
        return self._fact(message, self.voucher, self._starts_at() + 3 * HOUR, sequence=2)

    def settled(self, at: datetime) -> Event:
        message = money.VoucherSettled(**self._voucher(), settlement=named("settlement"))
        return self._fact(message, self.voucher, at, sequence=2)

    @property
    def voucher(self) -> UUID:
        return named(f"voucher-{self.name}")

    def _voucher(self) -> dict[str, object]:
        europe = self.cents * 6 // 10
        return {
            "voucher": self.voucher,
            "serial": 1,
            "booklet": self.id,
            "programme": PROGRAMME,
            "person": self.seat.person,
            "booking": self.seat.id,
            "place": self.seat.session.place.id,
            "organisation": self.seat.session.place.organisation,
            "cents": self.cents,
            "split": [
                money.FunderCents(funder=EUROPE, cents=europe),
                money.FunderCents(funder=STATE, cents=self.cents - europe),
            ],
        }

    def _starts_at(self) -> datetime:
        return self.seat.session.starts_at

    def _fact(self, message: Message, key: UUID, at: datetime, *, sequence: int) -> Event:
        event = told(message, key, at, source="/vouchers", sequence=sequence, journey=self.seat.id)
        return replace(event, datasubject=str(self.seat.person))


def a_statement(at: datetime) -> Event:
    """What nobody used of the programme."""
    message = money.StatementIssued(
        statement=named("statement"),
        programme=PROGRAMME,
        on=at.date(),
        vouchers=7,
        cents=7_000,
        split=[money.FunderCents(funder=STATE, cents=7_000)],
    )
    return told(message, message.statement, at, source="/vouchers", sequence=1)


GUERET = Place("Tela", "23096")
AUBUSSON = Place("Médiathèque d'Aubusson", "23008", organisation=MAIRIE)


def an_activity() -> list[Event]:
    """Two places and what is done there in a week: every figure of activity has something."""
    monday = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    workshop = Session("workshop", GUERET, monday)
    emptied = Session("emptied", AUBUSSON, monday + timedelta(days=1))
    came, missed, wrong, gone = (
        Seat(workshop, named(f"person-{name}")) for name in ("came", "missed", "wrong", "gone")
    )
    paid, unpaid = Booklet("paid", came), Booklet("unpaid", missed)
    undone = Booklet("undone", wrong)
    registered = referral_facts.PersonRegistered(person=came.person, registered_by=CAF)
    person = told(registered, came.person, START, source="/referrals", sequence=1)
    return [
        replace(person, datasubject=str(came.person)),
        GUERET.registered(),
        AUBUSSON.registered(),
        GUERET.renamed("Tela, tiers-lieu"),
        workshop.scheduled(),
        emptied.scheduled(),
        emptied.cancelled(),
        *(each.booked() for each in (came, missed, wrong, gone)),
        gone.given_back(),
        came.recorded(AttendanceStatus.SEEN),
        missed.recorded(AttendanceStatus.MISSED),
        wrong.recorded(AttendanceStatus.MISSED),
        wrong.corrected(AttendanceStatus.SEEN, before=AttendanceStatus.MISSED),
        # One of them is the person of the workshop, who is met once.
        GUERET.visited("known", monday + HOUR, person=came.person),
        GUERET.visited("nobody", monday + HOUR),
        AUBUSSON.visited("elsewhere", monday + timedelta(days=2)),
        paid.issued(monday - timedelta(days=9)),
        unpaid.issued(monday - timedelta(days=8)),
        paid.held(),
        unpaid.held(),
        unpaid.released(),
        paid.redeemed(),
        paid.settled(monday + timedelta(days=20)),
        undone.issued(monday - timedelta(days=8)),
        undone.redeemed(),
        undone.taken_back(),
        a_statement(monday + timedelta(days=21)),
    ]

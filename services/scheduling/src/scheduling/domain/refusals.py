"""Every "no" that scheduling can say, as data; the words for it are made at the edge.

Refusal
├── of any command      TimeOutOfRange · UnknownOrganisation · OrganisationNotActive
├── of a place          UnknownPlace · NotYourPlace · PlaceClosed · ReferenceTaken · UnknownCommune
│                       SessionsToCome
├── of a session        UnknownSession · SessionCancelled · BadHours · SessionTooLong
│                       SessionInThePast · OneSeatOnly · AlreadyHeld · UnknownMediator
│                       NotYourMediator · MediatorBusy
├── of a booking        UnknownBooking · AskThePlace · SessionBegun · SessionOver · NoSeatLeft
│                       AlreadyBooked · UnknownPerson · UnknownReferral · ReferralNotYours
│                       ReferralOfAnother · UnknownVisit · VisitNotYours · NotYourBooking
│                       BookingCancelled
├── of a hold           UnknownHold · NotYourHold · HoldLapsed · HoldReleased · HoldConfirmed
└── of an attendance    TooEarly · BeforeBooking · AlreadyRecorded · NotRecorded
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule said no. `code` is what a verdict, a problem or a page carries."""

    code: ClassVar[str]


@dataclass(frozen=True, slots=True)
class TimeOutOfRange(Refusal):
    """Too far back for a credential without the scope `history`, or ahead of now."""

    code: ClassVar[str] = "time-out-of-range"


@dataclass(frozen=True, slots=True)
class UnknownOrganisation(Refusal):
    """Whoever acts, or hosts, is not active yet as far as we heard: it may be on its way."""

    code: ClassVar[str] = "unknown-organisation"
    organisation: UUID


@dataclass(frozen=True, slots=True)
class OrganisationNotActive(Refusal):
    code: ClassVar[str] = "organisation-not-active"
    organisation: UUID


@dataclass(frozen=True, slots=True)
class UnknownPlace(Refusal):
    code: ClassVar[str] = "unknown-place"
    place: UUID


@dataclass(frozen=True, slots=True)
class NotYourPlace(Refusal):
    """Another organisation answers for the place, or for the session held there."""

    code: ClassVar[str] = "not-your-place"


@dataclass(frozen=True, slots=True)
class PlaceClosed(Refusal):
    code: ClassVar[str] = "place-closed"


@dataclass(frozen=True, slots=True)
class ReferenceTaken(Refusal):
    """The reference names another place of the same organisation."""

    code: ClassVar[str] = "reference-taken"


@dataclass(frozen=True, slots=True)
class UnknownCommune(Refusal):
    code: ClassVar[str] = "unknown-commune"


@dataclass(frozen=True, slots=True)
class SessionsToCome(Refusal):
    """A place closes once nothing is to be held there any more."""

    code: ClassVar[str] = "sessions-to-come"


@dataclass(frozen=True, slots=True)
class UnknownSession(Refusal):
    code: ClassVar[str] = "unknown-session"
    session: UUID


@dataclass(frozen=True, slots=True)
class SessionCancelled(Refusal):
    code: ClassVar[str] = "session-cancelled"


@dataclass(frozen=True, slots=True)
class BadHours(Refusal):
    """A session ends after it starts."""

    code: ClassVar[str] = "bad-hours"


@dataclass(frozen=True, slots=True)
class SessionTooLong(Refusal):
    code: ClassVar[str] = "session-too-long"


@dataclass(frozen=True, slots=True)
class SessionInThePast(Refusal):
    """Its day was over when it was declared."""

    code: ClassVar[str] = "session-in-the-past"


@dataclass(frozen=True, slots=True)
class OneSeatOnly(Refusal):
    """A one-to-one session (rendez-vous) has one seat."""

    code: ClassVar[str] = "one-seat-only"


@dataclass(frozen=True, slots=True)
class AlreadyHeld(Refusal):
    """Somebody's presence is recorded: what was held cannot be cancelled."""

    code: ClassVar[str] = "already-held"


@dataclass(frozen=True, slots=True)
class UnknownMediator(Refusal):
    code: ClassVar[str] = "unknown-mediator"
    mediator: UUID


@dataclass(frozen=True, slots=True)
class NotYourMediator(Refusal):
    """Works for another organisation."""

    code: ClassVar[str] = "not-your-mediator"


@dataclass(frozen=True, slots=True)
class MediatorBusy(Refusal):
    """Holds another session at that time."""

    code: ClassVar[str] = "mediator-busy"


@dataclass(frozen=True, slots=True)
class UnknownBooking(Refusal):
    code: ClassVar[str] = "unknown-booking"
    booking: UUID


@dataclass(frozen=True, slots=True)
class AskThePlace(Refusal):
    """The place books its seats itself; others ask it."""

    code: ClassVar[str] = "ask-the-place"


@dataclass(frozen=True, slots=True)
class SessionBegun(Refusal):
    code: ClassVar[str] = "session-begun"


@dataclass(frozen=True, slots=True)
class SessionOver(Refusal):
    code: ClassVar[str] = "session-over"


@dataclass(frozen=True, slots=True)
class NoSeatLeft(Refusal):
    code: ClassVar[str] = "no-seat-left"


@dataclass(frozen=True, slots=True)
class AlreadyBooked(Refusal):
    """The person has a seat in this session, booked or kept for a while."""

    code: ClassVar[str] = "already-booked"


@dataclass(frozen=True, slots=True)
class UnknownPerson(Refusal):
    code: ClassVar[str] = "unknown-person"
    person: UUID


@dataclass(frozen=True, slots=True)
class UnknownReferral(Refusal):
    code: ClassVar[str] = "unknown-referral"
    referral: UUID


@dataclass(frozen=True, slots=True)
class ReferralNotYours(Refusal):
    """Neither sent by this organisation nor addressed to it; says no more than that."""

    code: ClassVar[str] = "referral-not-yours"


@dataclass(frozen=True, slots=True)
class ReferralOfAnother(Refusal):
    """The referral is about someone else than the person cited."""

    code: ClassVar[str] = "referral-of-another"


@dataclass(frozen=True, slots=True)
class UnknownVisit(Refusal):
    code: ClassVar[str] = "unknown-visit"
    visit: UUID


@dataclass(frozen=True, slots=True)
class VisitNotYours(Refusal):
    """Noted by another organisation, or of another person than the one cited."""

    code: ClassVar[str] = "visit-not-yours"


@dataclass(frozen=True, slots=True)
class NotYourBooking(Refusal):
    """Neither booked by this organisation nor at a place of its own."""

    code: ClassVar[str] = "not-your-booking"


@dataclass(frozen=True, slots=True)
class BookingCancelled(Refusal):
    code: ClassVar[str] = "booking-cancelled"


@dataclass(frozen=True, slots=True)
class UnknownHold(Refusal):
    code: ClassVar[str] = "unknown-hold"
    hold: UUID


@dataclass(frozen=True, slots=True)
class NotYourHold(Refusal):
    """Another organisation keeps the seat."""

    code: ClassVar[str] = "not-your-hold"


@dataclass(frozen=True, slots=True)
class HoldLapsed(Refusal):
    """Its quarter of an hour was over; whoever came next could have the seat."""

    code: ClassVar[str] = "hold-lapsed"


@dataclass(frozen=True, slots=True)
class HoldReleased(Refusal):
    code: ClassVar[str] = "hold-released"


@dataclass(frozen=True, slots=True)
class HoldConfirmed(Refusal):
    """It is a booking by now, which is cancelled with a reason."""

    code: ClassVar[str] = "hold-confirmed"


@dataclass(frozen=True, slots=True)
class TooEarly(Refusal):
    """Nobody can have been there, or not, before the session begins."""

    code: ClassVar[str] = "too-early"


@dataclass(frozen=True, slots=True)
class BeforeBooking(Refusal):
    code: ClassVar[str] = "before-booking"


@dataclass(frozen=True, slots=True)
class AlreadyRecorded(Refusal):
    code: ClassVar[str] = "already-recorded"


@dataclass(frozen=True, slots=True)
class NotRecorded(Refusal):
    """There is nothing to correct yet."""

    code: ClassVar[str] = "not-recorded"

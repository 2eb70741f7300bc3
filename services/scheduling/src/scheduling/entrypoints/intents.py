"""The intents that scheduling decides: what each says, and the command it becomes."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging.outcomes import Poison, Refused, Waiting
from chassis.messaging.subscription import Handler
from scheduling.application.acts import Act, Done, RefusedError
from scheduling.application.attendance import RecordAttendance, record_attendance
from scheduling.application.bookings import (
    BookSeat,
    CancelBooking,
    Nameless,
    book_seat,
    cancel_booking,
)
from scheduling.application.places import DeclarePlace, declare_place
from scheduling.application.sessions import (
    CancelSession,
    DeclareSession,
    cancel_session,
    declare_session,
)
from scheduling.application.verdicts import Submission, accept_submission, refuse_submission
from scheduling.application.visits import RecordVisit, record_visit
from scheduling.domain import refusals
from scheduling.domain.bookings import Presence, State
from scheduling.domain.places import Description
from scheduling.domain.refusals import Refusal
from scheduling.domain.sessions import Kind, Programme
from scheduling.entrypoints.reading import Reader, read
from scheduling.entrypoints.wording import sentence_of
from scheduling.metrics import Metrics


class PlaceSaid(Reader):
    place: UUID | None = None
    reference: str
    name: str
    kind: str
    commune: str
    online_booking: bool
    address: str | None = None
    access: str | None = None


class SessionSaid(Reader):
    place: UUID
    kind: Kind
    starts_at: datetime
    ends_at: datetime
    need: str
    level: str | None = None
    capacity: int
    direct_booking: bool
    mediator: UUID | None = None


class SessionCalledOff(Reader):
    session: UUID
    reason: str


class Somebody(Reader):
    commune: str | None = None
    birth_band: str | None = None


class SeatAsked(Reader):
    session: UUID
    person: UUID | None = None
    anonymous: Somebody | None = None
    referral: UUID | None = None
    visit: UUID | None = None


class SeatGivenBack(Reader):
    booking: UUID
    reason: str


class PresenceSaid(Reader):
    booking: UUID
    status: State
    topics: tuple[str, ...]
    minutes: int | None = None
    title_presented: bool


class VisitSaid(Reader):
    place: UUID
    minutes: int
    topics: tuple[str, ...]
    autonomy: str
    person: UUID | None = None
    anonymous: Somebody | None = None


PLACE: Final = "maillage.intent.place.declared.v1"
SESSION: Final = "maillage.intent.session.declared.v1"
SESSION_OFF: Final = "maillage.intent.session.cancelled.v1"
SEAT: Final = "maillage.intent.booking.requested.v1"
SEAT_OFF: Final = "maillage.intent.booking.cancelled.v1"
PRESENCE: Final = "maillage.intent.attendance.recorded.v1"
PRESENCE_CORRECTED: Final = "maillage.intent.attendance.corrected.v1"
VISIT: Final = "maillage.intent.visit.recorded.v1"

READS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {
        PLACE: PlaceSaid,
        SESSION: SessionSaid,
        SESSION_OFF: SessionCalledOff,
        SEAT: SeatAsked,
        SEAT_OFF: SeatGivenBack,
        PRESENCE: PresenceSaid,
        PRESENCE_CORRECTED: PresenceSaid,
        VISIT: VisitSaid,
    }
)


def handlers(metrics: Metrics) -> Mapping[str, Handler]:
    """What decides each intent; the verdict yes is written with the effect."""
    acts: Mapping[str, Callable[[Transaction, Event], Awaitable[Done]]] = {
        PLACE: _place,
        SESSION: _session,
        SESSION_OFF: _session_off,
        SEAT: _seat,
        SEAT_OFF: _seat_off,
        PRESENCE: _presence,
        PRESENCE_CORRECTED: _presence,
        VISIT: _visit,
    }
    return {type_: _decides(act, metrics) for type_, act in acts.items()}


def refuses(metrics: Metrics) -> Callable[[Transaction, Event, Refused], Awaitable[None]]:
    """What writes the verdict no."""

    async def refuse(tx: Transaction, event: Event, refused: Refused) -> None:
        detail = refused.detail or sentence_of(refused.code)
        await refuse_submission(tx, _submission(event), reason=refused.code, detail=detail)
        metrics.decisions_total.labels("intake", refused.code).inc()

    return refuse


def _decides(act: Callable[[Transaction, Event], Awaitable[Done]], metrics: Metrics) -> Handler:
    async def handle(tx: Transaction, event: Event) -> None:
        submission = _submission(event)
        try:
            done = await act(tx, event)
        except RefusedError as error:
            raise _outcome(error.refusal) from error
        accept_submission(tx, submission, done)
        metrics.decisions_total.labels("intake", "accepted").inc()

    return handle


def _outcome(refusal: Refusal) -> Waiting | Refused:
    """What is not known yet is waited for: a partner's first two calls race (messages.md §2.6)."""
    token = _TOKENS.get(type(refusal))
    if token is None:
        return Refused(refusal.code, sentence_of(refusal.code))
    return Waiting(f"{token}:{getattr(refusal, token)}")


# What an unknown thing is called in the refusal, and in the token that its coming announces.
_TOKENS: Final[Mapping[type[Refusal], str]] = MappingProxyType(
    {
        refusals.UnknownPlace: "place",
        refusals.UnknownMediator: "mediator",
        refusals.UnknownSession: "session",
        refusals.UnknownBooking: "booking",
        refusals.UnknownReferral: "referral",
        refusals.UnknownVisit: "visit",
        refusals.UnknownPerson: "person",
        refusals.UnknownOrganisation: "organisation",
    }
)


async def _place(tx: Transaction, event: Event) -> Done:
    said = read(PlaceSaid, event)
    description = Description(
        name=said.name,
        kind=said.kind,
        commune=said.commune,
        online_booking=said.online_booking,
        address=said.address,
        access=said.access,
    )
    command = DeclarePlace(
        act=_act(event), reference=said.reference, description=description, place=said.place
    )
    return await declare_place(tx, command)


async def _session(tx: Transaction, event: Event) -> Done:
    said = read(SessionSaid, event)
    programme = Programme(
        kind=said.kind,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
        need=said.need,
        level=said.level,
        capacity=said.capacity,
        direct_booking=said.direct_booking,
        mediator=said.mediator,
    )
    command = DeclareSession(act=_act(event), place=said.place, programme=programme)
    return await declare_session(tx, command)


async def _session_off(tx: Transaction, event: Event) -> Done:
    said = read(SessionCalledOff, event)
    command = CancelSession(act=_act(event), session=said.session, reason=said.reason)
    return await cancel_session(tx, command)


async def _seat(tx: Transaction, event: Event) -> Done:
    said = read(SeatAsked, event)
    command = BookSeat(
        act=_act(event),
        session=said.session,
        person=_whom(said.person, said.anonymous),
        referral=said.referral,
        visit=said.visit,
    )
    return await book_seat(tx, command)


async def _seat_off(tx: Transaction, event: Event) -> Done:
    said = read(SeatGivenBack, event)
    command = CancelBooking(act=_act(event), booking=said.booking, reason=said.reason)
    return await cancel_booking(tx, command)


async def _presence(tx: Transaction, event: Event) -> Done:
    said = read(PresenceSaid, event)
    command = RecordAttendance(
        act=_act(event),
        booking=said.booking,
        presence=Presence(
            status=said.status,
            topics=said.topics,
            minutes=said.minutes,
            title_presented=said.title_presented,
        ),
        correction=event.type == PRESENCE_CORRECTED,
    )
    return await record_attendance(tx, command)


async def _visit(tx: Transaction, event: Event) -> Done:
    said = read(VisitSaid, event)
    command = RecordVisit(
        act=_act(event),
        place=said.place,
        minutes=said.minutes,
        topics=said.topics,
        autonomy=said.autonomy,
        person=_whom(said.person, said.anonymous),
    )
    return await record_visit(tx, command)


def _whom(person: UUID | None, anonymous: Somebody | None) -> UUID | Nameless:
    if person is not None:
        return person
    if anonymous is None:
        return Nameless()
    return Nameless(commune=anonymous.commune, birth_band=anonymous.birth_band)


def _act(event: Event) -> Act:
    submission = _submission(event)
    return Act(
        id=submission.id,
        organisation=submission.organisation,
        who=event.source,
        at=event.time,
        received_at=event.recordedtime,
        history=event.extensions.get("history") == "true",
    )


def _submission(event: Event) -> Submission:
    """Who says it, as intake stamped it; a partner cannot write these.

    Raises:
        Poison: intake did not stamp it.
    """
    stamps = event.extensions
    try:
        number, organisation = UUID(stamps["submission"]), UUID(stamps["organisation"])
    except (KeyError, ValueError):
        raise Poison("no-stamp", "submission and organisation are not stamped") from None
    return Submission(id=number, organisation=organisation, intent=event.type)

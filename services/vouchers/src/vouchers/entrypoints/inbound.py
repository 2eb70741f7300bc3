"""What vouchers reads of others' messages: the fields it uses, and what it does with each."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging.outcomes import Poison, Refused, Waiting
from chassis.messaging.subscription import Handler, Subscription
from contracts import topics
from vouchers.application import issuing, labels, redemption
from vouchers.application.acts import Act, RefusedError, act_of_message, record_refusal
from vouchers.application.directory import FollowOrganisation, follow_organisation
from vouchers.application.issuing import IssueBooklet, issue_booklet
from vouchers.application.verdicts import Submission, accept_submission, refuse_submission
from vouchers.domain.bookings import Attendance, Booking
from vouchers.domain.directory import Fact, NeverRegistered, Registered, Renamed, Standing, Stands
from vouchers.domain.ledger import OperationKind
from vouchers.domain.refusals import BY_CODE, UnknownReferral
from vouchers.entrypoints.wording import sentence
from vouchers.metrics import Metrics
from vouchers.storage import bookings
from vouchers.storage.bookings import Referral


class Reader(BaseModel):
    """An open reader: fields that vouchers does not use may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


Read = TypeVar("Read", bound=Reader)


class OrganisationRegistered(Reader):
    organisation: UUID
    slug: str
    name: str

    def fact(self) -> Fact:
        return Registered(slug=self.slug, name=self.name)


class OrganisationChanged(Reader):
    organisation: UUID
    name: str

    def fact(self) -> Fact:
        return Renamed(name=self.name)


class OrganisationActive(Reader):
    """Activated, or reinstated after a suspension: to vouchers it is the same."""

    organisation: UUID

    def fact(self) -> Fact:
        return Stands(standing=Standing.ACTIVE)


class OrganisationSuspended(Reader):
    organisation: UUID

    def fact(self) -> Fact:
        return Stands(standing=Standing.SUSPENDED)


class PlaceDescribed(Reader):
    place: UUID
    organisation: UUID
    name: str


class PlaceClosed(Reader):
    place: UUID


class ReferralSent(Reader):
    referral: UUID
    sender: UUID
    person: UUID
    targets: tuple[UUID, ...]


class ReferralRedirected(Reader):
    """Others are asked as well: they may hand a booklet over under the referral from now on."""

    referral: UUID
    targets: tuple[UUID, ...]


class BookingConfirmed(Reader):
    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    person: UUID
    starts_at: datetime


class BookingCancelled(Reader):
    booking: UUID


class AttendanceSaid(BookingConfirmed):
    """Recorded or corrected: the latest word counts, and says where, when and who by itself."""

    status: str
    title_presented: bool


class BookletIssued(Reader):
    programme: UUID
    person: UUID
    referral: UUID | None = None


ISSUED: Final = "maillage.intent.booklet.issued.v1"
SENT: Final = "maillage.referral.sent.v1"
REDIRECTED: Final = "maillage.referral.redirected.v1"
CONFIRMED: Final = "maillage.booking.confirmed.v1"
CANCELLED: Final = "maillage.booking.cancelled.v1"
RECORDED: Final = "maillage.attendance.recorded.v1"
CORRECTED: Final = "maillage.attendance.corrected.v1"

_Organisation = (
    OrganisationRegistered | OrganisationChanged | OrganisationActive | OrganisationSuspended
)
_ORGANISATIONS: Final[Mapping[str, type[_Organisation]]] = MappingProxyType(
    {
        "maillage.organisation.registered.v1": OrganisationRegistered,
        "maillage.organisation.changed.v1": OrganisationChanged,
        "maillage.organisation.activated.v1": OrganisationActive,
        "maillage.organisation.suspended.v1": OrganisationSuspended,
        "maillage.organisation.reinstated.v1": OrganisationActive,
    }
)
_PLACES: Final = ("maillage.place.registered.v1", "maillage.place.changed.v1")
_CLOSED: Final = "maillage.place.closed.v1"

READS: Final[Mapping[str, type[Reader]]] = MappingProxyType(
    {
        **_ORGANISATIONS,
        **dict.fromkeys(_PLACES, PlaceDescribed),
        _CLOSED: PlaceClosed,
        SENT: ReferralSent,
        REDIRECTED: ReferralRedirected,
        CONFIRMED: BookingConfirmed,
        CANCELLED: BookingCancelled,
        RECORDED: AttendanceSaid,
        CORRECTED: AttendanceSaid,
        ISSUED: BookletIssued,
    }
)
"""Which reader takes which message; the catalogue's "read by" comes from here."""


def subscriptions(metrics: Metrics) -> tuple[Subscription, ...]:
    """Every topic that vouchers reads, and why."""
    return (
        # Who may distribute booklets, and which places there are to redeem them.
        Subscription(
            name="vouchers.directory",
            topics=(topics.DIRECTORY,),
            handlers={
                **dict.fromkeys(_ORGANISATIONS, _follows(metrics)),
                **dict.fromkeys(_PLACES, _hear_of_place),
                _CLOSED: _hear_of_closing,
            },
        ),
        # Whose journey a booklet belongs to that is handed over under a referral.
        Subscription(
            name="vouchers.referrals",
            topics=(topics.REFERRALS,),
            handlers={SENT: _hear_of_referral, REDIRECTED: _hear_of_redirection},
            gathers_ms=200,
        ),
        # What is booked holds, who came redeems.
        Subscription(
            name="vouchers.scheduling",
            topics=(topics.SCHEDULING,),
            handlers={
                CONFIRMED: _booked,
                CANCELLED: _cancelled,
                RECORDED: _attended,
                CORRECTED: _attended,
            },
        ),
        Subscription(
            name="vouchers.intake",
            topics=(topics.INTAKE,),
            handlers={ISSUED: _issues(metrics)},
            refuse=_refuses(metrics),
            gathers_ms=100,  # most intents are for others
        ),
    )


def read(model: type[Read], event: Event) -> Read:
    """The data as this service needs it.

    Raises:
        Poison: it breaks the contract; the places are named, the values are not.
    """
    try:
        return model.model_validate(event.data)
    except ValidationError as error:
        places = {".".join(map(str, each["loc"])) for each in error.errors(include_input=False)}
        raise Poison("contract-broken", ", ".join(sorted(places))) from None


def _follows(metrics: Metrics) -> Handler:
    async def follow(tx: Transaction, event: Event) -> None:
        message = read(_ORGANISATIONS[event.type], event)
        command = FollowOrganisation(organisation=message.organisation, fact=message.fact())
        try:
            await follow_organisation(tx, command)
        except NeverRegistered as error:
            raise Poison("never-registered", str(error)) from error
        metrics.directory_facts_total.labels(event.type).inc()

    return follow


async def _hear_of_place(tx: Transaction, event: Event) -> None:
    said = read(PlaceDescribed, event)
    await labels.hear_of_place(tx, place=said.place, organisation=said.organisation, name=said.name)


async def _hear_of_closing(tx: Transaction, event: Event) -> None:
    await labels.hear_of_closing(tx, place=read(PlaceClosed, event).place)


async def _hear_of_referral(tx: Transaction, event: Event) -> None:
    said = read(ReferralSent, event)
    if event.correlationid is None:
        raise Poison("no-correlation", "a referral opens a journey")
    referral = Referral(
        id=said.referral,
        person=said.person,
        correlation=UUID(event.correlationid),
        parties=(said.sender, *said.targets),
    )
    await issuing.hear_of_referral(tx, referral)


async def _hear_of_redirection(tx: Transaction, event: Event) -> None:
    said = read(ReferralRedirected, event)
    await issuing.hear_of_redirection(tx, said.referral, said.targets)


async def _booked(tx: Transaction, event: Event) -> None:
    said = read(BookingConfirmed, event)
    await bookings.keep(tx.connection, _booking(said, event))
    await redemption.reconcile(tx, _act(event), said.booking)


async def _cancelled(tx: Transaction, event: Event) -> None:
    said = read(BookingCancelled, event)
    # A booking's facts share a key and come in its order: of one never heard of nothing is held.
    if await bookings.cancel(tx.connection, said.booking):
        await redemption.reconcile(tx, _act(event), said.booking)


async def _attended(tx: Transaction, event: Event) -> None:
    said = read(AttendanceSaid, event)
    if event.sequence is None:
        raise Poison("no-sequence", "an attendance is numbered in its booking")
    await bookings.keep(tx.connection, _booking(said, event))
    attendance = Attendance(
        status=said.status,
        title_presented=said.title_presented,
        happened_at=event.time,
        sequence=event.sequence,
    )
    await bookings.attend(tx.connection, said.booking, attendance)
    await redemption.reconcile(tx, _act(event), said.booking)


def _booking(said: BookingConfirmed, event: Event) -> Booking:
    return Booking(
        id=said.booking,
        session=said.session,
        place=said.place,
        organisation=said.organisation,
        person=said.person,
        starts_at=said.starts_at,
        correlation=None if event.correlationid is None else UUID(event.correlationid),
    )


def _act(event: Event) -> Act:
    return act_of_message(
        source=event.source, message=UUID(event.id), step="reconcile", at=event.time
    )


def _issues(metrics: Metrics) -> Handler:
    async def handle(tx: Transaction, event: Event) -> None:
        submission, said = _submission(event), read(BookletIssued, event)
        command = IssueBooklet(
            act=_submitted(event),
            distributor=submission.organisation,
            programme=said.programme,
            person=said.person,
            referral=said.referral,
        )
        try:
            issued = await issue_booklet(tx, command)
        except RefusedError as error:
            if isinstance(error.refusal, UnknownReferral):
                # A partner's first two calls race (messages.md §2.6).
                raise Waiting(f"referral:{said.referral}") from error
            raise Refused(error.refusal.code, sentence(error.refusal.code)) from error
        accept_submission(tx, submission, issued)
        metrics.issues_total.labels("intake", "accepted").inc()

    return handle


def _refuses(metrics: Metrics) -> Callable[[Transaction, Event, Refused], Awaitable[None]]:
    async def refuse(tx: Transaction, event: Event, refused: Refused) -> None:
        known = BY_CODE.get(refused.code)
        if known is not None:
            await record_refusal(tx, _submitted(event), OperationKind.ISSUE, known())
        detail = refused.detail or sentence(refused.code)
        refuse_submission(tx, _submission(event), reason=refused.code, detail=detail)
        metrics.issues_total.labels("intake", refused.code).inc()

    return refuse


def _submitted(event: Event) -> Act:
    submission = _submission(event)
    return Act(
        caller=str(submission.organisation),
        client_id=str(submission.id),
        actor=event.source,
        at=event.time,
        payload=event.data,
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

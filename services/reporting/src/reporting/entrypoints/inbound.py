"""What reporting reads of others: every message for the log, a few fields for the figures."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging import Poison, Subscription
from contracts import topics
from contracts.readers import EVERY
from reporting.application.record import Arrival, record_events
from reporting.domain import facts as f
from reporting.domain.facts import Fact, Status, Told
from reporting.metrics import Metrics


class Reader(BaseModel):
    """Reads the fields that the figures use and lets every other pass.

    Each reader has a method `facts`: what the message says, in reporting's own words.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Sent(Reader):
    referral: UUID
    sender: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralSent(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                sender=self.sender,
            ),
        )


class Accepted(Reader):
    referral: UUID
    organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralAccepted(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.organisation,
            ),
        )


class Declined(Reader):
    referral: UUID
    organisation: UUID
    reason: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralRefused(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.organisation,
                reason=self.reason,
            ),
        )


class Completed(Reader):
    referral: UUID
    organisation: UUID
    outcome: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralCompleted(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.organisation,
                outcome=self.outcome,
            ),
        )


class Named(Reader):
    organisation: UUID
    name: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (_named(self.organisation, self.name, told),)


class Registered(Reader):
    organisation: UUID
    name: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        named = _named(self.organisation, self.name, told)
        return (named, _stands(self.organisation, Status.PENDING, told))


class Activated(Reader):
    organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (_stands(self.organisation, Status.ACTIVE, told),)


class Suspended(Reader):
    organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (_stands(self.organisation, Status.SUSPENDED, told),)


_Readers = Sent | Accepted | Declined | Completed | Named | Registered | Activated | Suspended
_READERS: Final[Mapping[str, type[_Readers]]] = MappingProxyType(
    {
        f.ReferralSent.type: Sent,
        f.ReferralAccepted.type: Accepted,
        f.ReferralRefused.type: Declined,
        f.ReferralCompleted.type: Completed,
        "maillage.organisation.registered.v1": Registered,
        "maillage.organisation.changed.v1": Named,
        "maillage.organisation.activated.v1": Activated,
        "maillage.organisation.suspended.v1": Suspended,
        "maillage.organisation.reinstated.v1": Activated,
    }
)
READS: Final[Mapping[str, type[BaseModel] | None]] = MappingProxyType({EVERY: None, **_READERS})
"""Which reader takes which message; the log keeps every message whole, with a reader or without."""

TOPICS: Final = (
    *(topics.PARTNERS, topics.DIRECTORY, topics.REFERRALS),
    *(topics.SCHEDULING, topics.VOUCHERS),
)
_DIRECTORY_NOUNS: Final = frozenset({"organisation", "place", "label", "programme"})


def subscriptions(metrics: Metrics, *, written: Callable[[int], None]) -> tuple[Subscription, ...]:
    """Everything this service reads; `written` is told the last number of the log it gave.

    One subscription for all topics: the log is one, and a batch costs two statements however many
    topics it mixes.
    """

    async def log(tx: Transaction, events: Sequence[Event]) -> None:
        arrivals = [arrival_of(event) for event in events]
        last = await record_events(tx, arrivals, metrics=metrics)
        if last is not None:
            written(last)

    return (Subscription(name="reporting.log", topics=TOPICS, batch=log),)


def arrival_of(event: Event) -> Arrival:
    """The event with what the log must know of it.

    Raises:
        Poison: it breaks the contract.
    """
    service = event.source.strip("/").partition("/")[0]
    if service not in topics.FACTS_OF:
        raise Poison("unknown-source", "the source is no service of the platform")
    if event.recordedtime is None:
        raise Poison("missing-attribute", "recordedtime")
    return Arrival(
        event=event,
        service=service,
        topic=_topic_of(event, service),
        recorded_at=event.recordedtime,
        correlation_id=_correlation(event.correlationid),
        facts=facts_of(
            Told(
                event_id=event.id,
                type=event.type,
                sequence=event.sequence,
                happened_at=event.time,
                data=event.data,
            )
        ),
    )


def facts_of(told: Told) -> tuple[Fact, ...]:
    """What the figures read in an event; nothing in most.

    Raises:
        Poison: a field that we use is missing or wrong; the detail names it, never its value.
    """
    reader = _READERS.get(told.type)
    if reader is None:
        return ()
    try:
        return reader.model_validate(told.data).facts(told)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise Poison("contract-broken", f"{told.type}: {fields}") from None


def _topic_of(event: Event, service: str) -> str:
    """Where it travelled: each fact has one topic, and the noun in its type decides which."""
    noun = event.type.removeprefix("maillage.").partition(".")[0]
    return topics.DIRECTORY if noun in _DIRECTORY_NOUNS else topics.FACTS_OF[service]


def _correlation(value: str | None) -> UUID | None:
    if value is None:
        return None
    try:
        return UUID(value)
    except ValueError:
        raise Poison("bad-attribute", "correlationid is no UUID") from None


def _named(organisation: UUID, name: str, told: Told) -> Fact:
    return f.OrganisationNamed(
        event=told.event_id, organisation=organisation, sequence=_sequence(told), name=name
    )


def _stands(organisation: UUID, status: Status, told: Told) -> Fact:
    return f.OrganisationStands(
        event=told.event_id, organisation=organisation, sequence=_sequence(told), status=status
    )


def _sequence(told: Told) -> int:
    if told.sequence is None:
        raise Poison("missing-attribute", "sequence")
    return told.sequence

"""What reporting reads of others: every message for the log, a few fields for the figures."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ValidationError

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging import Poison, Subscription
from contracts import topics
from contracts.readers import EVERY
from reporting.application.record import Arrival, record_events
from reporting.domain.facts import Fact, Told
from reporting.entrypoints import activity_readers, readers
from reporting.metrics import Metrics

_Readers = (
    readers.ReferralReader
    | readers.DirectoryReader
    | activity_readers.PlaceReader
    | activity_readers.TitleReader
)
_READERS: Final[Mapping[str, type[_Readers]]] = MappingProxyType(
    {**readers.READERS, **activity_readers.READERS}
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

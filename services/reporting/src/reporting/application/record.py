"""Record what the topics bring: into the log once each, and into the figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from chassis.database import Transaction
from chassis.events import Event
from reporting.domain.facts import Fact
from reporting.domain.fold import Fold
from reporting.metrics import Metrics
from reporting.storage import event_log, fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An event that came in, and the facts that the figures read in it (often none)."""

    event: Event
    service: str
    topic: str
    recorded_at: datetime
    correlation_id: UUID | None
    facts: tuple[Fact, ...]


async def record_events(
    tx: Transaction, arrivals: Sequence[Arrival], *, metrics: Metrics
) -> int | None:
    """Log the events that the log does not hold and fold their facts, in two statements.

    Returns the last number given in the log, None if every event was known.
    """
    with metrics.fold_seconds.time():
        rows = [_row(arrival) for arrival in arrivals]
        logged = await event_log.append(tx.connection, rows, logged_at=tx.now)
        # Taken out one by one: a batch that held an event twice must not count it twice.
        last = max(logged.values(), default=None)
        fresh = [each for each in arrivals if logged.pop(_identity(each), None) is not None]
        learnt = Fold()
        for arrival in fresh:
            for fact in arrival.facts:
                learnt.learn(fact)
        if learnt:
            await fold.merge(tx.connection, learnt)
    metrics.events_known_total.inc(len(arrivals) - len(fresh))
    for arrival in fresh:
        metrics.events_logged_total.labels(arrival.service).inc()
    return last


def _identity(arrival: Arrival) -> tuple[str, str]:
    return arrival.event.id, arrival.event.source


def _row(arrival: Arrival) -> event_log.LogRow:
    event = arrival.event
    return event_log.LogRow(
        event_id=event.id,
        source=event.source,
        type=event.type,
        service=arrival.service,
        topic=arrival.topic,
        subject=event.subject,
        correlation_id=arrival.correlation_id,
        causation_id=event.causationid,
        sequence=event.sequence,
        happened_at=event.time,
        recorded_at=arrival.recorded_at,
        data_subject=event.datasubject,
        extensions=orjson.dumps(dict(event.extensions)).decode(),
        data=orjson.dumps(dict(event.data)).decode(),
    )

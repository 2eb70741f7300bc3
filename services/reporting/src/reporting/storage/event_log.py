"""The event log: written once per event, read by journey, by place and by figure."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.facts import Told
from reporting.domain.journeys import STARTS, Entry
from reporting.storage.tables import event_log

JOURNEY_STEPS_MAX: Final = 1_000
"""Most steps of one journey ever shown: a year of weekly visits with a booklet needs about 300."""

REREAD_ROWS: Final = 5_000
"""Rows per round trip when the whole log is read again: some 5 MB, a few dozen milliseconds."""

# One writer at a time, so that `log_seq` is also the order of commits: whoever has read up to a
# number has seen everything below it. Taken inside the statement, it costs no round trip.
_GATE: Final = 7_012_026_001

_APPEND = text("""
    WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock(:gate))
    INSERT INTO event_log (
        event_id, source, type, service, topic, subject, correlation_id, causation_id, sequence,
        happened_at, recorded_at, logged_at, data_subject, extensions, data
    )
    SELECT r.event_id, r.source, r.type, r.service, r.topic, r.subject, r.correlation_id,
        r.causation_id, r.sequence, r.happened_at, r.recorded_at, :logged_at, r.data_subject,
        r.extensions::jsonb, r.data::jsonb
    FROM gate CROSS JOIN unnest(
        CAST(:event_id AS text[]), CAST(:source AS text[]), CAST(:type AS text[]),
        CAST(:service AS text[]), CAST(:topic AS text[]), CAST(:subject AS text[]),
        CAST(:correlation_id AS uuid[]), CAST(:causation_id AS text[]),
        CAST(:sequence AS bigint[]), CAST(:happened_at AS timestamptz[]),
        CAST(:recorded_at AS timestamptz[]), CAST(:data_subject AS text[]),
        CAST(:extensions AS text[]), CAST(:data AS text[])
    ) WITH ORDINALITY AS r (
        event_id, source, type, service, topic, subject, correlation_id, causation_id, sequence,
        happened_at, recorded_at, data_subject, extensions, data, place
    )
    ORDER BY r.place
    ON CONFLICT (event_id, source) DO NOTHING
    RETURNING log_seq, event_id, source
""")

_CLOSE_GATE = text("SELECT pg_advisory_xact_lock(:gate)")

# Verdicts (`maillage.intent.accepted.v1`…) are kept but are no step: they say nothing that the
# fact beside them does not.
_NO_STEP: Final = "maillage.intent.%"

ENTRY: Final = select(
    *(event_log.c.log_seq, event_log.c.event_id, event_log.c.type, event_log.c.service),
    *(event_log.c.happened_at, event_log.c.recorded_at, event_log.c.subject),
    *(event_log.c.data_subject, event_log.c.correlation_id, event_log.c.data),
)
"""The columns that `entry_of` needs."""


class LogRow(NamedTuple):
    """One event as it goes into the log; `extensions` and `data` are JSON texts."""

    event_id: str
    source: str
    type: str
    service: str
    topic: str
    subject: str | None
    correlation_id: UUID | None
    causation_id: str | None
    sequence: int | None
    happened_at: datetime
    recorded_at: datetime
    data_subject: str | None
    extensions: str
    data: str


async def append(
    connection: AsyncConnection, rows: Sequence[LogRow], *, logged_at: datetime
) -> dict[tuple[str, str], int]:
    """Add the rows not yet in the log, in their order; `log_seq` of each by (event_id, source)."""
    columns: dict[str, Any] = {
        name: list(values)
        for name, values in zip(LogRow._fields, zip(*rows, strict=True), strict=True)
    }
    found = await connection.execute(_APPEND, {**columns, "gate": _GATE, "logged_at": logged_at})
    return {(event_id, source): log_seq for log_seq, event_id, source in found}


async def close_gate(connection: AsyncConnection) -> None:
    """Keep everybody else from appending until the end of this transaction."""
    await connection.execute(_CLOSE_GATE, {"gate": _GATE})


async def head(connection: AsyncConnection) -> int:
    """The last number of the log, 0 when it is empty."""
    found = await connection.scalar(select(func.coalesce(func.max(event_log.c.log_seq), 0)))
    return int(found or 0)


async def size(connection: AsyncConnection) -> int:
    """About how many events the log holds (the planner's estimate: counting would read it all)."""
    found = await connection.scalar(
        text(
            "SELECT GREATEST(reltuples, 0)::bigint FROM pg_class WHERE oid = 'event_log'::regclass"
        )
    )
    return int(found or 0)


async def last_logged_at(connection: AsyncConnection) -> datetime | None:
    """When the last event came in."""
    found: datetime | None = await connection.scalar(
        select(event_log.c.logged_at).order_by(event_log.c.log_seq.desc()).limit(1)
    )
    return found


async def journey(
    connection: AsyncConnection, correlation_id: UUID, *, after: int = 0
) -> list[Entry]:
    """The facts of a journey logged after a number, in the order of the log."""
    found = await connection.execute(
        ENTRY.where(event_log.c.correlation_id == correlation_id, event_log.c.log_seq > after)
        .where(event_log.c.type.not_like(_NO_STEP))
        .order_by(event_log.c.log_seq)
        .limit(JOURNEY_STEPS_MAX)
    )
    return [entry_of(row) for row in found.mappings()]


async def starts(connection: AsyncConnection, correlation_id: UUID) -> list[Entry]:
    """The journey's referrals as they left, and its bookings, in the order of the log."""
    found = await connection.execute(
        ENTRY.where(event_log.c.correlation_id == correlation_id)
        .where(event_log.c.type.in_(STARTS))
        .order_by(event_log.c.log_seq)
    )
    return [entry_of(row) for row in found.mappings()]


async def latest(connection: AsyncConnection, *, limit: int) -> list[Entry]:
    """The last facts that came in, the newest first."""
    found = await connection.execute(
        ENTRY.where(event_log.c.type.not_like(_NO_STEP))
        .order_by(event_log.c.log_seq.desc())
        .limit(limit)
    )
    return [entry_of(row) for row in found.mappings()]


async def arrivals(
    connection: AsyncConnection, *, after: int, limit: int
) -> Sequence[tuple[int, UUID | None]]:
    """(log_seq, correlation id) of what came after a number, in order."""
    found = await connection.execute(
        select(event_log.c.log_seq, event_log.c.correlation_id)
        .where(event_log.c.log_seq > after)
        .order_by(event_log.c.log_seq)
        .limit(limit)
    )
    return [(log_seq, correlation_id) for log_seq, correlation_id in found]


async def reread(
    connection: AsyncConnection, *, after: int, up_to: int
) -> AsyncIterator[list[Told]]:
    """The log from `after` (not included) up to `up_to` (included), in order, in slices."""
    while True:
        found = await connection.execute(
            select(event_log.c.log_seq, *(event_log.c[name] for name in _TOLD))
            .where(event_log.c.log_seq > after, event_log.c.log_seq <= up_to)
            .order_by(event_log.c.log_seq)
            .limit(REREAD_ROWS)
        )
        rows = found.all()
        if not rows:
            return
        yield [Told(**dict(zip(_TOLD, row[1:], strict=True))) for row in rows]
        after = rows[-1].log_seq


_TOLD: Final = tuple(field.name for field in fields(Told))


def entry_of(row: RowMapping) -> Entry:
    """The entry that a row is; a person's id is never shown, not even as a subject."""
    subject = None if row["subject"] == row["data_subject"] else row["subject"]
    return Entry(
        log_seq=row["log_seq"],
        event_id=row["event_id"],
        type=row["type"],
        service=row["service"],
        happened_at=row["happened_at"],
        recorded_at=row["recorded_at"],
        subject=subject,
        correlation_id=row["correlation_id"],
        data=row["data"],
    )

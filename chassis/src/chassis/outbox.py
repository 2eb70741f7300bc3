"""The outbox: facts that left their transaction but not yet this database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

KEPT = timedelta(days=35)
"""How long sent rows stay: longer than the 28 days of a facts topic."""


class Row(NamedTuple):
    """A message ready to be sent; `headers` is JSON, a list of [name, text]."""

    event_id: UUID
    topic: str
    key: str
    headers: str
    value: bytes
    data_subject: str | None
    recorded_at: datetime


# One statement for any number of rows; ordinality keeps `seq` in the order of emission.
_INSERT = text("""
    INSERT INTO outbox (event_id, topic, key, headers, value, data_subject, recorded_at)
    SELECT r.event_id, r.topic, r.key, r.headers::jsonb, r.value, r.data_subject, r.recorded_at
    FROM unnest(
        CAST(:event_id AS uuid[]), CAST(:topic AS text[]), CAST(:key AS text[]),
        CAST(:headers AS text[]), CAST(:value AS bytea[]), CAST(:data_subject AS text[]),
        CAST(:recorded_at AS timestamptz[])
    ) WITH ORDINALITY
        AS r (event_id, topic, key, headers, value, data_subject, recorded_at, place)
    ORDER BY r.place
""")

_PRUNE = text("""
    DELETE FROM outbox WHERE seq IN (
        SELECT seq FROM outbox WHERE sent_at < :before ORDER BY sent_at LIMIT 5000
    )
""")


async def insert(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Write the rows in their order."""
    columns = {name: [getattr(row, name) for row in rows] for name in Row._fields}
    await connection.execute(_INSERT, columns)


async def prune(connection: AsyncConnection, now: datetime) -> int:
    """Delete a slice of the rows sent longer than `KEPT` ago; the number deleted."""
    return (await connection.execute(_PRUNE, {"before": now - KEPT})).rowcount

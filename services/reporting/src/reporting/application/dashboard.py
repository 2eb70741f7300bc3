"""Read what the dashboard shows, in one snapshot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.application.figures import Value, read_figures
from reporting.domain.figures import Scope
from reporting.domain.journeys import Entry, participants
from reporting.storage import event_log, organisations

LATEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Dashboard:
    """The figures, when the last event came in, the last facts (newest first).

    `head` is the last number of the log.
    """

    values: Sequence[Value]
    last_logged_at: datetime | None
    latest: Sequence[Entry]
    names: Mapping[UUID, str]
    head: int


async def read_dashboard(
    connection: AsyncConnection, scope: Scope, *, with_latest: bool
) -> Dashboard:
    """All at one moment; the last facts only for those who may see every journey."""
    latest = await event_log.latest(connection, limit=LATEST) if with_latest else []
    return Dashboard(
        values=await read_figures(connection, scope),
        last_logged_at=await event_log.last_logged_at(connection),
        latest=latest,
        names=await organisations.names_of(connection, participants(latest)),
        head=await event_log.head(connection),
    )


async def log_size(connection: AsyncConnection) -> int:
    """About how many events the log holds."""
    return await event_log.size(connection)


async def last_number(connection: AsyncConnection) -> int:
    """The last number of the log: it grows with every event."""
    return await event_log.head(connection)

"""Read one journey, if the reader may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.journeys import Entry, Viewer, in_order, may_see, participants
from reporting.storage import event_log, organisations


class UnknownJourney(Exception):
    """There is no such journey, or not for this reader: one answer, so that none can be probed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The facts of one journey in their order, and the names of who takes part.

    `seen` is the last number of the log that is part of it: what comes later is new.
    """

    correlation_id: UUID
    entries: Sequence[Entry]
    names: Mapping[UUID, str]
    seen: int


async def read_journey(
    connection: AsyncConnection, correlation_id: UUID, *, viewer: Viewer
) -> Journey:
    """The journey as the log has it now.

    Raises:
        UnknownJourney: nothing is known of it, or the viewer takes no part in it.
    """
    entries = await event_log.journey(connection, correlation_id)
    if not entries or not may_see(viewer, entries):
        raise UnknownJourney
    return Journey(
        correlation_id=correlation_id,
        entries=in_order(entries),
        names=await organisations.names_of(connection, participants(entries)),
        seen=entries[-1].log_seq,
    )


async def read_news(
    connection: AsyncConnection, correlation_id: UUID, *, after: int
) -> Sequence[Entry]:
    """What was learnt of the journey after a number of the log, in the order of the log."""
    return await event_log.journey(connection, correlation_id, after=after)

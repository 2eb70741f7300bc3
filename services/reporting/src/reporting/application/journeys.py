"""Read one journey, if the reader may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.journeys import (
    Entry,
    Viewer,
    in_order,
    may_see,
    own_side,
    own_side_of,
    participants,
)
from reporting.storage import event_log, organisations


class UnknownJourney(Exception):
    """There is no such journey, or not for this reader: one answer, so that none can be probed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What the viewer may see of one journey: its facts in their order, the names they need.

    `seen` is the last number of the log that is part of it, shown or not: what comes later is new.
    """

    correlation_id: UUID
    viewer: Viewer
    entries: Sequence[Entry]
    names: Mapping[UUID, str]
    seen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the viewer may see of what came, in the order of the log.

    `seen` is the last number read, shown or not; there may be `more` to read at once.
    """

    entries: Sequence[Entry]
    seen: int
    more: bool


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
    shown = own_side(viewer, entries, own=own_side_of(viewer.organisation, entries))
    return Journey(
        correlation_id=correlation_id,
        viewer=viewer,
        entries=in_order(shown),
        names=await organisations.names_of(connection, participants(shown)),
        seen=entries[-1].log_seq,
    )


async def read_news(
    connection: AsyncConnection, correlation_id: UUID, *, viewer: Viewer, after: int
) -> News:
    """What was learnt of the journey after a number of the log."""
    entries = await event_log.journey(connection, correlation_id, after=after)
    own: frozenset[str] = frozenset()
    if entries and not viewer.sees_everything:
        starts = await event_log.starts(connection, correlation_id)
        own = own_side_of(viewer.organisation, starts)
    return News(
        entries=own_side(viewer, entries, own=own),
        seen=entries[-1].log_seq if entries else after,
        more=len(entries) == event_log.JOURNEY_STEPS_MAX,
    )

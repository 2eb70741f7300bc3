"""The free seats to come, the nearest first when it is known where the person lives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

import territory
from scheduling.storage import reading
from scheduling.storage.reading import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A session with a free seat; `km` by road is an estimate, None where it is not known."""

    line: Line
    km: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is looked for: codes, and the commune (Insee) where the person lives."""

    need: str | None = None
    level: str | None = None
    commune: str | None = None


async def free_seats(
    connection: AsyncConnection, wish: Wish, *, after: datetime, limit: int
) -> Sequence[Offer]:
    """At most `limit` sessions; those equally far, and all when no commune is said, by date."""
    lines = await reading.to_come(connection, after=after, need=wish.need, level=wish.level)
    offers = [Offer(line=line, km=_km(wish.commune, line.commune)) for line in lines]
    # The sort is stable: by date as they came.
    return sorted(offers, key=lambda each: float("inf") if each.km is None else each.km)[:limit]


def _km(start: str | None, end: str) -> float | None:
    return None if start is None else territory.road_km(start, end)

"""SQL of visits without appointment."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.events import VisitRecorded
from scheduling.storage.tables import visit


class Noted(NamedTuple):
    """Who noted a visit, of whom if known, and the journey it opened."""

    organisation: UUID
    person: UUID | None
    correlation: UUID


async def find(connection: AsyncConnection, identifier: UUID) -> Noted | None:
    """The visit of that id."""
    row = (
        await connection.execute(
            select(visit.c.organisation, visit.c.person, visit.c.correlation).where(
                visit.c.id == identifier
            )
        )
    ).one_or_none()
    return None if row is None else Noted(*row)


async def add(
    connection: AsyncConnection,
    fact: VisitRecorded,
    *,
    correlation: UUID,
    happened_at: datetime,
    learnt_at: datetime,
    who: str,
) -> None:
    """Write a visit; it never changes."""
    row = {
        "id": fact.visit,
        "place": fact.place,
        "organisation": fact.organisation,
        "minutes": fact.minutes,
        "topics": list(fact.topics),
        "autonomy": fact.autonomy,
        "person": fact.person,
        "commune": fact.commune,
        "birth_band": fact.birth_band,
        "correlation": correlation,
        "happened_at": happened_at,
        "learnt_at": learnt_at,
        "who": who,
    }
    await connection.execute(_ADD, row)


_ADD = insert(visit)

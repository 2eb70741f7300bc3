"""SQL of visits without appointment."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.events import VisitRecorded
from scheduling.storage.tables import visit


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
    await connection.execute(
        insert(visit).values(
            id=fact.visit,
            place=fact.place,
            organisation=fact.organisation,
            minutes=fact.minutes,
            topics=list(fact.topics),
            autonomy=fact.autonomy,
            person=fact.person,
            commune=fact.commune,
            birth_band=fact.birth_band,
            correlation=correlation,
            happened_at=happened_at,
            learnt_at=learnt_at,
            who=who,
        )
    )

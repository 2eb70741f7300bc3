"""SQL of mediators."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.mediators import Mediator
from scheduling.storage.tables import mediator


async def keep(connection: AsyncConnection, said: Mediator) -> UUID:
    """Write the mediator under the organisation's reference; the id is that of the first time."""
    statement = insert(mediator).values(
        id=said.id, organisation=said.organisation, reference=said.reference, label=said.label
    )
    kept = statement.on_conflict_do_update(
        index_elements=[mediator.c.organisation, mediator.c.reference], set_={"label": said.label}
    ).returning(mediator.c.id)
    found: UUID = (await connection.execute(kept)).scalar_one()
    return found


async def find(connection: AsyncConnection, mediator_id: UUID) -> Mediator | None:
    """The mediator, or None."""
    found = await connection.execute(select(mediator).where(mediator.c.id == mediator_id))
    row = found.one_or_none()
    if row is None:
        return None
    return Mediator(
        id=row.id, organisation=row.organisation, reference=row.reference, label=row.label
    )


async def of_organisation(
    connection: AsyncConnection, organisation: UUID | None
) -> Sequence[Mediator]:
    """The mediators by label: one organisation's, or all."""
    query = select(mediator).order_by(mediator.c.label, mediator.c.id)
    if organisation is not None:
        query = query.where(mediator.c.organisation == organisation)
    return [
        Mediator(id=row.id, organisation=row.organisation, reference=row.reference, label=row.label)
        for row in await connection.execute(query)
    ]

"""What organisations are called."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.storage.tables import organisation_name


async def names_of(
    connection: AsyncConnection, organisations: Collection[UUID]
) -> Mapping[UUID, str]:
    """The names of those of the organisations that the directory has named so far."""
    if not organisations:
        return {}
    found = await connection.execute(
        select(organisation_name.c.organisation, organisation_name.c.name).where(
            organisation_name.c.organisation.in_(organisations)
        )
    )
    return {row.organisation: row.name for row in found}

"""What organisations are called and where they stand."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.facts import Status
from reporting.storage.tables import organisation_name, organisation_standing


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


async def is_suspended(connection: AsyncConnection, organisation: UUID) -> bool:
    """Whether the directory has told that it is suspended; one not told of yet is not."""
    status = await connection.scalar(
        select(organisation_standing.c.status).where(
            organisation_standing.c.organisation == organisation
        )
    )
    return bool(status == Status.SUSPENDED.value)

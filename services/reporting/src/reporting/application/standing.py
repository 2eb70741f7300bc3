"""Whether an organisation may still read here, as the directory has told this service."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.storage import organisations


async def may_read(connection: AsyncConnection, organisation: UUID) -> bool:
    """All but those known as suspended: the directory's facts may come after a first sign-in."""
    return not await organisations.is_suspended(connection, organisation)

"""Count everything, to be compared with what its owners count."""

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.storage import counts


async def count_everything(connection: AsyncConnection) -> dict[str, int]:
    """How many of everything the figures are made of; the owners use the same names."""
    return await counts.counts(connection)

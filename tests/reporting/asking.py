"""What the database holds, for tests."""

from typing import Any

from sqlalchemy import select

from chassis.database import Database
from reporting.storage.tables import FOLDED, event_log


async def dump(database: Database) -> bytes:
    """The folded tables, byte by byte, rows sorted."""
    parts = []
    async with database.reading() as connection:
        for table in FOLDED:
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            parts.append(repr((table.name, [tuple(row) for row in rows])))
    return "\n".join(parts).encode()


async def logged(database: Database) -> list[dict[str, Any]]:
    """The log, in its order."""
    async with database.reading() as connection:
        found = await connection.execute(select(event_log).order_by(event_log.c.log_seq))
        return [dict(row) for row in found.mappings()]

"""What the database holds, for tests."""

from typing import Any

import asyncpg
from sqlalchemy import select

from chassis.database import Database
from reporting.storage.tables import FOLDED, event_log
from tests.servers.handles import DatabaseAccess, plain

OUR_TABLES = """
    SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


async def forget(access: DatabaseAccess) -> None:
    """Empty the database as its superuser, past the trigger that guards the log."""
    connection = await asyncpg.connect(plain(access.admin_url))
    try:
        tables = await connection.fetchval(OUR_TABLES)
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
    finally:
        await connection.close()


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

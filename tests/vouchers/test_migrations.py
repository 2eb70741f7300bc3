"""The migrations make what `storage/tables.py` says, and give the service role what it needs."""

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrate
from tests.servers.handles import DatabaseAccess
from vouchers.storage.tables import metadata


def differences(connection: Connection) -> list[object]:
    """What autogenerate would still change of our own tables (the chassis keeps its own)."""
    ours = set(metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={"include_name": lambda name, kind, _: kind != "table" or name in ours},
    )
    return list(compare_metadata(context, metadata))


async def test_the_migrations_make_the_declared_tables(access: DatabaseAccess) -> None:
    engine = create_async_engine(access.owner_url)
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


def test_migrating_twice_changes_nothing(access: DatabaseAccess) -> None:
    migrate.upgrade("vouchers", access.owner_url, role=access.service_role)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM organisation",
        "TRUNCATE organisation",
        "DROP TABLE organisation",
        "ALTER TABLE organisation ADD COLUMN note text",
        "CREATE TABLE note (id int)",
    ],
)
async def test_the_service_role_may_not_change_shapes_or_forget_organisations(
    access: DatabaseAccess, statement: str
) -> None:
    connection = await asyncpg.connect(access.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()

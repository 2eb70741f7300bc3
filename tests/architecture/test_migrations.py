"""Every service's migrations go up, down and up again, and make what its `tables.py` declares."""

import asyncio
import importlib
from collections.abc import Callable
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine

from chassis import migrate
from tests.architecture.sources import PACKAGES, ROOT, SERVICES
from tests.servers.handles import DatabaseAccess

NewDatabase = Callable[..., DatabaseAccess]
T = TypeVar("T")


def on(access: DatabaseAccess, act: Callable[..., T], *arguments: object) -> T:
    """Do something on a connection of the database's owner."""

    async def run() -> T:
        engine = create_async_engine(access.owner_url)
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(act, *arguments)
        finally:
            await engine.dispose()

    return asyncio.run(run())


def scripts(service: str) -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(ROOT / PACKAGES[service] / "migrations"))
    return config, ScriptDirectory.from_config(config)


def downgrade(connection: Connection, service: str, role: str) -> None:
    config, directory = scripts(service)
    config.attributes["role"] = role
    environment = EnvironmentContext(
        config,
        directory,
        fn=lambda revision, _: directory._downgrade_revs("base", revision),  # noqa: SLF001 - as Alembic's own command does
    )
    with environment:
        environment.configure(connection=connection)
        with environment.begin_transaction():
            environment.run_migrations()


def tables(connection: Connection) -> set[str]:
    query = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return set(connection.execute(query).scalars()) - {"alembic_version"}


def differences(connection: Connection, declared: MetaData) -> list[object]:
    """What autogenerate would still change of the service's own tables."""
    context = MigrationContext.configure(
        connection,
        opts={"include_name": lambda name, kind, _: kind != "table" or name in declared.tables},
    )
    return list(compare_metadata(context, declared))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_one_line_of_migrations(service: str) -> None:
    _, directory = scripts(service)

    assert len(directory.get_heads()) == 1
    assert len(directory.get_bases()) == 1


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_make_the_declared_tables(service: str, new_database: NewDatabase) -> None:
    access = new_database(service)
    declared: MetaData = importlib.import_module(f"{service}.storage.tables").metadata

    migrate.upgrade(service, access.owner_url, role=access.service_role)

    assert declared.tables
    assert on(access, differences, declared) == []


@pytest.mark.parametrize("service", SERVICES)
def test_the_migrations_go_up_and_down_and_up_again(
    service: str, new_database: NewDatabase
) -> None:
    access = new_database(service)

    migrate.upgrade(service, access.owner_url, role=access.service_role)
    made = on(access, tables)
    migrate.upgrade(service, access.owner_url, role=access.service_role)
    on(access, downgrade, service, access.service_role)
    left = on(access, tables)
    migrate.upgrade(service, access.owner_url, role=access.service_role)

    assert left == set()
    assert on(access, tables) == made

"""Runs a service's Alembic scripts from inside its package, so that an image migrates itself."""

import asyncio
from importlib.resources import files

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

_LOCK = 0x6D696772  # two processes that migrate at once: the second waits, then finds nothing to do


def upgrade(package: str, url: str, *, role: str, target: str = "head") -> None:
    """Bring the database at `url` to `target` by the scripts in `package`'s `migrations`.

    `url` is the owner's; `role` is the service role, given to the scripts as
    `context.config.attributes["role"]` for their GRANTs. A statement waits at most 5 s for a lock,
    so that a migration never queues all traffic behind it.
    """
    config = Config()
    config.set_main_option("script_location", str(files(package) / "migrations").replace("%", "%%"))
    config.attributes["role"] = role
    asyncio.run(_upgrade(config, url, target))


async def _upgrade(config: Config, url: str, target: str) -> None:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_run, config, target)
    finally:
        await engine.dispose()


def _run(connection: Connection, config: Config, target: str) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    connection.execute(text("SET LOCAL statement_timeout = '10min'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    scripts = ScriptDirectory.from_config(config)
    environment = EnvironmentContext(
        config,
        scripts,
        fn=lambda revision, _: scripts._upgrade_revs(target, revision),  # noqa: SLF001 - Alembic's own commands do this
    )
    with environment:
        environment.configure(connection=connection, target_metadata=None)
        with environment.begin_transaction():
            environment.run_migrations()

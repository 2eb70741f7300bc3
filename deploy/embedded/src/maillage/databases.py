"""One database per service, with an owner for migrations and a role that may only work in it."""

import asyncpg

from contracts.topics import SERVICES
from maillage.home import Secrets


def owner(service: str) -> str:
    """The role that owns the tables of a service and runs its migrations."""
    return f"{service}_owner"


async def prepare(admin_url: str, secrets: Secrets) -> None:
    """Makes roles and databases that are missing, and sets the roles' passwords. Idempotent."""
    connection = await asyncpg.connect(admin_url)
    try:
        # Everyone may connect to these by default, and see the names of the others' databases.
        await connection.execute("REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC")
        for service in SERVICES:
            for role in (owner(service), service):
                await _role(connection, role, secrets.password(f"postgres:{role}"))
            await _database(connection, service)
    finally:
        await connection.close()


async def _role(connection: "asyncpg.Connection", role: str, password: str) -> None:
    known = await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if known else "CREATE"
    # Names are ours and passwords URL-safe: nothing here needs escaping.
    await connection.execute(
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
        f"PASSWORD '{password}'"
    )


async def _database(connection: "asyncpg.Connection", service: str) -> None:
    if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", service):
        # From template0: nobody else's changes to template1, and no wait for who looks at it.
        await connection.execute(
            f"CREATE DATABASE {service} OWNER {owner(service)} TEMPLATE template0"
        )
    await connection.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {service} TO {service}")

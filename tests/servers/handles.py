"""What a test gets in hand: a fresh database with its two roles, and a broker with its admin."""

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaAccess:
    """The broker, and an administrator who may do everything on it."""

    bootstrap: str
    username: str
    password: str
    security_protocol: str = "SASL_PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"

    @property
    def confluent(self) -> dict[str, str | int | float | bool]:
        """Settings of a confluent-kafka client."""
        return {
            "bootstrap.servers": self.bootstrap,
            "security.protocol": self.security_protocol,
            "sasl.mechanism": self.mechanism,
            "sasl.username": self.username,
            "sasl.password": self.password,
        }

    @property
    def aiokafka(self) -> dict[str, str]:
        """Settings of an aiokafka client."""
        return {
            "bootstrap_servers": self.bootstrap,
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseAccess:
    """An empty database. Addresses are SQLAlchemy's (`postgresql+asyncpg://`)."""

    name: str
    owner_role: str
    service_role: str
    owner_url: str  # for migrations
    url: str  # for the service: no right until the migrations grant it
    admin_url: str  # the superuser, to break things

    @property
    def dsn(self) -> str:
        """The service's address for asyncpg itself."""
        return plain(self.url)


def plain(url: str) -> str:
    """SQLAlchemy's address as asyncpg takes it."""
    return url.replace("postgresql+asyncpg://", "postgresql://")


async def create_database(admin_url: str, name: str) -> DatabaseAccess:
    """Makes the database NAME with roles NAME_owner and NAME."""
    owner, password = f"{name}_owner", secrets.token_urlsafe(12)
    connection = await asyncpg.connect(plain(admin_url))
    try:
        for role in (owner, name):
            await connection.execute(
                f"CREATE ROLE \"{role}\" LOGIN NOSUPERUSER PASSWORD '{password}'"
            )
        await connection.execute(f'CREATE DATABASE "{name}" OWNER "{owner}"')
        await connection.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{name}"')
    finally:
        await connection.close()
    place = urlsplit(admin_url)
    at = f"{place.hostname}:{place.port}/{name}"
    scheme = "postgresql+asyncpg"
    return DatabaseAccess(
        name=name,
        owner_role=owner,
        service_role=name,
        owner_url=f"{scheme}://{owner}:{password}@{at}",
        url=f"{scheme}://{name}:{password}@{at}",
        admin_url=f"{scheme}://{place.username}:{place.password}@{at}",
    )


async def empty(database: DatabaseAccess) -> None:
    """Removes every row of a migrated database."""
    connection = await asyncpg.connect(plain(database.admin_url))
    try:
        # Only a superuser gets past the triggers that keep the journals.
        await connection.execute("SET session_replication_role = replica")
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        )
        names = [row["tablename"] for row in tables if row["tablename"] != "alembic_version"]
        # The names are the database's own.
        await connection.execute(";".join(f"DELETE FROM {name}" for name in names))  # noqa: S608
    finally:
        await connection.close()


async def drop_database(admin_url: str, database: DatabaseAccess) -> None:
    """Removes the database, whoever is still connected, and its roles."""
    connection = await asyncpg.connect(plain(admin_url))
    try:
        await connection.execute(f'DROP DATABASE "{database.name}" WITH (FORCE)')
        for role in (database.owner_role, database.service_role):
            await connection.execute(f'DROP ROLE "{role}"')
    finally:
        await connection.close()

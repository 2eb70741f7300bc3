"""A real database built by the migrations, empty for each test, and the service on it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import asyncpg
import pytest

from chassis import migrate
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics
from partners.entrypoints.inbound import subscriptions
from partners.entrypoints.outbound import wire
from tests.partners.story import Story
from tests.partners.world import NOW, Partner, World
from tests.servers.handles import DatabaseAccess, create_database, drop_database, plain
from tests.servers.shared import run
from tests.timing import FixedClock


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[DatabaseAccess]:
    """A database built by the migrations, one for all tests of a process."""
    access = run(create_database(postgres, f"partners_{secrets.token_hex(4)}"))
    migrate.upgrade("partners", access.owner_url, role=access.service_role)
    yield access
    run(drop_database(postgres, access))


@pytest.fixture
async def access(migrated: DatabaseAccess) -> DatabaseAccess:
    """The same, emptied: tests commit for real, since locks and races are what they are about."""
    connection = await asyncpg.connect(plain(migrated.admin_url))
    try:
        # Only a superuser gets past the trigger that keeps the journal.
        await connection.execute("SET session_replication_role = replica")
        tables = await connection.fetch(
            "SELECT format('%I', tablename) AS name FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        names = ", ".join(row["name"] for row in tables)
        await connection.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    finally:
        await connection.close()
    return migrated


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def own_database(access: DatabaseAccess, clock: FixedClock) -> AsyncIterator[Database]:
    """The same through the service's own role."""
    database = Database.connect(
        access.url, clock=clock, source="/partners", outbound=wire, pool_size=8
    )
    yield database
    await database.close()


@pytest.fixture
async def world(
    access: DatabaseAccess, clock: FixedClock, own_database: Database
) -> AsyncIterator[World]:
    world = await World.open(access, clock, own_database)
    yield world
    await world.client.aclose()


@pytest.fixture
async def caf(world: World) -> Partner:
    """Sends people, and has a door on Kafka."""
    return await world.partner("caf", kind="family_allowance_fund")


@pytest.fixture
async def tela(world: World) -> Partner:
    """Sends and receives, by HTTP alone."""
    return await world.partner("tela", kind="third_place")


@pytest.fixture
async def youth(world: World) -> Partner:
    """Sends and receives, and has a door on Kafka too."""
    return await world.partner("mission-locale", kind="youth_centre")


@pytest.fixture
def consumers(world: World) -> Consumers:
    """Not started: there is no broker. They apply what waits, exactly as in the service."""
    settings = world.here.settings
    return Consumers(
        subscriptions(metrics=world.here.metrics, kafka_doors=settings.door_slugs),
        database=world.here.database,
        kafka=settings.kafka,
        instance="partners-0",
        metrics=Metrics(),
        intent_wait=timedelta(seconds=settings.intent_wait_s),
    )


@pytest.fixture
def story(world: World, consumers: Consumers, caf: Partner, tela: Partner) -> Story:
    """CAF sends someone to Tela."""
    return Story(world, consumers, caf, (tela.id,))

"""A scheduling database built by the migrations, emptied before each test, and who acts in it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from chassis import metrics as chassis_metrics
from chassis import migrate
from chassis.database import Database
from chassis.messaging.consumers import Consumers
from chassis.messaging.inbox import Inbox
from chassis.settings import KafkaSettings
from scheduling.entrypoints.inbound import subscriptions
from scheduling.entrypoints.outbound import wire
from scheduling.metrics import Metrics
from tests.scheduling.told import World
from tests.servers.handles import DatabaseAccess, create_database, drop_database, empty
from tests.servers.shared import run
from tests.timing import FixedClock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NO_BROKER = KafkaSettings(bootstrap="127.0.0.1:1", username="nobody", password="unused")  # noqa: S106 - no broker is asked


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[DatabaseAccess]:
    """One database for the run of a process: migrating takes longer than most tests."""
    access = run(create_database(postgres, f"scheduling_{secrets.token_hex(4)}"))
    migrate.upgrade("scheduling", access.owner_url, role=access.service_role)
    yield access
    run(drop_database(postgres, access))


@pytest.fixture
async def access(migrated: DatabaseAccess) -> DatabaseAccess:
    """The same, empty."""
    await empty(migrated)
    return migrated


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def own_database(access: DatabaseAccess, clock: FixedClock) -> AsyncIterator[Database]:
    """The same through the service's own role."""
    database = Database.connect(
        access.url, clock=clock, source="/scheduling", outbound=wire, pool_size=8
    )
    yield database
    await database.close()


@pytest.fixture
async def world(own_database: Database, access: DatabaseAccess, clock: FixedClock) -> World:
    """CAF, the mission locale and the tiers-lieu Tela are active."""
    world = World(own_database, access, clock)
    await world.introduce("caf", "mission-locale", "tela")
    return world


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def consumers(own_database: Database, registry: CollectorRegistry) -> Consumers:
    """Not started: no broker. They apply what waits, exactly as in the running service."""
    return Consumers(
        subscriptions(Metrics(registry)),
        database=own_database,
        kafka=NO_BROKER,
        instance="scheduling-0",
        metrics=chassis_metrics.Metrics(),
        intent_wait=timedelta(seconds=60),
    )


@pytest.fixture
def directory(consumers: Consumers) -> Inbox:
    """The reader of the directory, as the broker would feed it."""
    return consumers.inboxes["scheduling.directory"]

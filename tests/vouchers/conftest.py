"""A vouchers database built by the migrations, emptied before each test, and who acts in it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry

from chassis import migrate
from chassis.database import Database
from chassis.messaging.inbox import Inbox
from tests.servers.handles import DatabaseAccess, create_database, drop_database, empty
from tests.servers.shared import run
from tests.timing import FixedClock
from tests.vouchers.world import World, inbox
from vouchers.entrypoints.outbound import wire

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[DatabaseAccess]:
    """One database for the run of a process: migrating takes longer than most tests."""
    access = run(create_database(postgres, f"vouchers_{secrets.token_hex(4)}"))
    migrate.upgrade("vouchers", access.owner_url, role=access.service_role)
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
    """The database through the service's own role."""
    database = Database.connect(
        access.url, clock=clock, source="/vouchers", outbound=wire, pool_size=8
    )
    yield database
    await database.close()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def directory(own_database: Database, registry: CollectorRegistry) -> Inbox:
    """The reader of the directory, as the broker would feed it."""
    return inbox("vouchers.directory", own_database, registry)


@pytest.fixture
async def world(own_database: Database, access: DatabaseAccess, clock: FixedClock) -> World:
    """Three funders, a distributor, a labelled place, and the Creuse programme."""
    world = World(own_database, access, clock)
    await world.begin()
    return world

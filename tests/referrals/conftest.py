"""A referrals database built by the migrations, emptied before each test, and who acts in it."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from chassis import migrate
from chassis.database import Database
from referrals.entrypoints.outbound import wire
from tests.referrals.told import World
from tests.servers.handles import DatabaseAccess, create_database, drop_database, empty
from tests.servers.shared import run
from tests.timing import FixedClock

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[DatabaseAccess]:
    """One database for the run of a process: migrating takes longer than most tests."""
    access = run(create_database(postgres, f"referrals_{secrets.token_hex(4)}"))
    migrate.upgrade("referrals", access.owner_url, role=access.service_role)
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
async def store(access: DatabaseAccess, clock: FixedClock) -> AsyncIterator[Database]:
    """The same through the service's own role."""
    database = Database.connect(
        access.url, clock=clock, source="/referrals", outbound=wire, pool_size=8
    )
    yield database
    await database.close()


@pytest.fixture
async def world(store: Database, access: DatabaseAccess, clock: FixedClock) -> World:
    """CAF, the mission locale and the tiers-lieu Tela are active."""
    world = World(store, access, clock)
    await world.introduce("caf", "mission-locale", "tela")
    return world

"""A reporting database, built by the migrations and emptied before each test."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis import metrics as chassis_metrics
from chassis import migrate
from chassis.database import Database
from chassis.messaging.inbox import Inbox
from reporting.entrypoints.inbound import subscriptions
from reporting.metrics import Metrics
from reporting.service import build
from reporting.settings import Settings
from tests.reporting.asking import forget
from tests.reporting.site import ISSUER, Issuer, Site, running
from tests.reporting.telling import NOW
from tests.servers.handles import DatabaseAccess, create_database, drop_database
from tests.servers.shared import run
from tests.timing import FixedClock


@pytest.fixture(scope="session")
def migrated(postgres: str) -> Iterator[DatabaseAccess]:
    """One database for the run of the tests, built by the migrations."""
    access = run(create_database(postgres, f"reporting_{secrets.token_hex(4)}"))
    migrate.upgrade("reporting", access.owner_url, role=access.service_role)
    yield access
    run(drop_database(postgres, access))


@pytest.fixture
async def access(migrated: DatabaseAccess) -> DatabaseAccess:
    """The database, empty. No role of the service could empty it: its log is append-only."""
    await forget(migrated)
    return migrated


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def own_database(access: DatabaseAccess, clock: FixedClock) -> AsyncIterator[Database]:
    """The same through the service's own role."""
    database = Database.connect(access.url, clock=clock, source="/reporting", pool_size=4)
    yield database
    await database.close()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def written() -> list[int]:
    """The numbers of the log that the reader of the topics told."""
    return []


@pytest.fixture
def inbox(own_database: Database, registry: CollectorRegistry, written: list[int]) -> Inbox:
    """The reader of all topics, as the broker would feed it."""
    (subscription,) = subscriptions(Metrics(registry), written=written.append)
    return Inbox(
        subscription,
        database=own_database,
        metrics=chassis_metrics.Metrics(),
        intent_wait=timedelta(seconds=60),
    )


@pytest.fixture
def settings(access: DatabaseAccess) -> Settings:
    return Settings(
        database_url=access.url,
        kafka_bootstrap="127.0.0.1:9",
        kafka_username="reporting",
        kafka_password=SecretStr("kR7-wB5z"),
        port=0,
        public_url="http://reporting.test",
        issuer=ISSUER,
        live_streams_max=4,
        live_streams_per_reader_max=3,
    )


@pytest.fixture
async def site(settings: Settings, clock: FixedClock) -> AsyncIterator[Site]:
    """The whole service but its broker, as `service.build` makes it, on a real socket."""
    async with running(build(settings, clock=clock), Issuer(clock)) as site:
        yield site

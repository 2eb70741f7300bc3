"""A reporting database of its own for each test, built by the migrations."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from chassis import metrics as chassis_metrics
from chassis import migrate
from chassis.database import Database
from chassis.messaging.inbox import Inbox
from chassis.testing import FixedClock
from reporting.entrypoints.inbound import subscriptions
from reporting.metrics import Metrics
from tests.reporting.telling import NOW
from tests.servers.handles import DatabaseAccess


@pytest.fixture
def access(new_database: Callable[..., DatabaseAccess]) -> DatabaseAccess:
    """A migrated database."""
    access = new_database("reporting")
    migrate.upgrade("reporting", access.owner_url, role=access.service_role)
    return access


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

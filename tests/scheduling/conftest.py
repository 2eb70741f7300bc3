"""A scheduling database of its own for each test, built by the migrations."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from chassis import metrics as chassis_metrics
from chassis import migrate
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.inbox import Inbox
from scheduling.entrypoints.inbound import subscriptions
from scheduling.entrypoints.outbound import wire
from scheduling.metrics import Metrics
from tests.servers.handles import DatabaseAccess


@pytest.fixture
def access(new_database: Callable[..., DatabaseAccess]) -> DatabaseAccess:
    """A migrated database."""
    access = new_database("scheduling")
    migrate.upgrade("scheduling", access.owner_url, role=access.service_role)
    return access


@pytest.fixture
async def own_database(access: DatabaseAccess) -> AsyncIterator[Database]:
    """The same through the service's own role."""
    database = Database.connect(
        access.url, clock=SystemClock(), source="/scheduling", outbound=wire, pool_size=3
    )
    yield database
    await database.close()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def directory(own_database: Database, registry: CollectorRegistry) -> Inbox:
    """The reader of the directory, as the broker would feed it."""
    (subscription,) = subscriptions(Metrics(registry))
    return Inbox(
        subscription,
        database=own_database,
        metrics=chassis_metrics.Metrics(),
        intent_wait=timedelta(seconds=60),
    )

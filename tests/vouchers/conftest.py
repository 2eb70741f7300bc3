"""A vouchers database of its own for each test, built by the migrations."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from chassis import metrics as chassis_metrics
from chassis import migrate
from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.inbox import Inbox
from tests.servers.handles import DatabaseAccess
from vouchers.entrypoints.inbound import subscriptions
from vouchers.entrypoints.outbound import wire
from vouchers.metrics import Metrics


@pytest.fixture
def access(new_database: Callable[..., DatabaseAccess]) -> DatabaseAccess:
    """A migrated database."""
    access = new_database("vouchers")
    migrate.upgrade("vouchers", access.owner_url, role=access.service_role)
    return access


@pytest.fixture
async def own_database(access: DatabaseAccess) -> AsyncIterator[Database]:
    """The same through the service's own role."""
    database = Database.connect(
        access.url, clock=SystemClock(), source="/vouchers", outbound=wire, pool_size=3
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

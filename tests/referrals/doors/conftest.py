"""The service's HTTP application on its real database, and who calls it with which token."""

from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis import metrics as chassis_metrics
from chassis.database import Database
from referrals.metrics import Metrics
from referrals.service import build_app
from referrals.settings import Settings
from tests.doors import ISSUER, Doors, opened
from tests.referrals.told import World
from tests.servers.handles import DatabaseAccess

HERE = "http://referrals.test"
SCHEDULING = "http://scheduling.test"


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def app(access: DatabaseAccess, store: Database, registry: CollectorRegistry) -> FastAPI:
    settings = Settings(
        database_url=access.url,
        kafka_bootstrap="127.0.0.1:9",
        kafka_username="referrals",
        kafka_password=SecretStr("kR7-wB5z"),
        port=0,
        public_url=HERE,
        issuer=ISSUER,
        scheduling_url=SCHEDULING,
    )
    series = chassis_metrics.Metrics(registry)
    return build_app(settings, database=store, series=series, metrics=Metrics(registry))


@pytest.fixture
async def doors(app: FastAPI, world: World, store: Database) -> AsyncIterator[Doors]:
    async with opened(app, world, store, here=HERE, role="professional") as doors:
        yield doors


Count = Callable[..., float]


@pytest.fixture
def count(registry: CollectorRegistry) -> Count:
    """The value of one series."""

    def value(name: str, **labels: str) -> float:
        return registry.get_sample_value(name, labels) or 0.0

    return value

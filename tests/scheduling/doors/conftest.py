"""The service's HTTP application on its real database, and who calls it with which token."""

from collections.abc import AsyncIterator, Callable

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis import metrics as chassis_metrics
from chassis.database import Database
from scheduling.metrics import Metrics
from scheduling.service import build_app
from scheduling.settings import Settings
from tests.doors import ISSUER, Doors, opened
from tests.scheduling.told import World
from tests.servers.handles import DatabaseAccess

HERE = "http://scheduling.test"
REFERRALS = "http://referrals.test"


NewApp = Callable[[str, str], FastAPI]
"""Builds the application with these addresses: its own, and referrals'."""


@pytest.fixture
def new_app(access: DatabaseAccess, own_database: Database) -> NewApp:
    def build(here: str, referrals: str) -> FastAPI:
        settings = Settings(
            database_url=access.url,
            kafka_bootstrap="127.0.0.1:9",
            kafka_username="scheduling",
            kafka_password=SecretStr("kR7-wB5z"),
            port=0,
            public_url=here,
            referrals_url=referrals,
            issuer=ISSUER,
        )
        registry = CollectorRegistry()
        series = chassis_metrics.Metrics(registry)
        return build_app(settings, database=own_database, series=series, metrics=Metrics(registry))

    return build


@pytest.fixture
def app(new_app: NewApp) -> FastAPI:
    return new_app(HERE, REFERRALS)


@pytest.fixture
async def doors(app: FastAPI, world: World, own_database: Database) -> AsyncIterator[Doors]:
    async with opened(app, world, own_database, here=HERE, role="mediator") as doors:
        yield doors

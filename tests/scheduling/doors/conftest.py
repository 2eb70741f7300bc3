"""The service's HTTP application on its real database, and who calls it with which token."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from chassis import metrics as chassis_metrics
from chassis.database import Database
from scheduling.metrics import Metrics
from scheduling.service import build_app
from scheduling.settings import Settings
from tests.scheduling.told import World
from tests.servers.handles import DatabaseAccess
from web.auth import TokenVerifier

ISSUER = "http://issuer.test"
HERE = "http://scheduling.test"
REFERRALS = "http://referrals.test"


class Doors:
    """Calls the service as a program or as a colleague of an organisation."""

    def __init__(self, app: FastAPI, world: World, key: OKPKey) -> None:
        self.world = world
        self.app = app
        self._key = key
        self._clients: list[httpx.AsyncClient] = []

    def program(self, slug: str, *, scope: str = "events persons") -> httpx.AsyncClient:
        return self._client(self._bearer(slug, scope=scope, cred=str(uuid4()), roles=[]))

    def administrator(self) -> httpx.AsyncClient:
        """The platform's own, who acts for no organisation."""
        return self._client(self._bearer(None, roles=["administrator"]))

    def colleague(self, slug: str, *roles: str) -> httpx.AsyncClient:
        """Someone at a browser."""
        token = self.token(slug, roles=list(roles or ("mediator",)))
        return self._client(
            {"cookie": f"maillage_session={token}", "accept": "text/html", "origin": HERE}
        )

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        client = httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers)
        self._clients.append(client)
        return client

    def _bearer(self, slug: str | None, **claims: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(slug, **claims)}"}

    def token(self, slug: str | None, **claims: Any) -> str:
        now = self.world.clock.now()
        of = {} if slug is None else {"org": str(self.world[slug]), "slug": slug}
        told = {
            "iss": ISSUER,
            "sub": f"someone@{slug}",
            "aud": "maillage",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(days=30)).timestamp()),
            "name": "Claire Dubois",
            **of,
            **claims,
        }
        header = {"alg": "Ed25519", "kid": self._key.kid}
        return jwt.encode(header, told, self._key, algorithms=["Ed25519"])


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
    key = OKPKey.generate_key("Ed25519", {"kid": "one", "alg": "Ed25519", "use": "sig"})

    async def fetch() -> Any:
        return {"keys": [key.as_dict(private=False)]}

    app.state.verifier = TokenVerifier("unused", issuer=ISSUER, database=own_database, fetch=fetch)
    doors = Doors(app, world, key)
    yield doors
    await doors.close()

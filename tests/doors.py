"""A service's HTTP application as programs and colleagues call it, each with a token of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.clock import Clock
from chassis.database import Database
from web.auth import TokenVerifier

ISSUER = "http://issuer.test"


class World(Protocol):
    """The organisations of a test, by name, and what time it is there."""

    @property
    def clock(self) -> Clock: ...

    def __getitem__(self, slug: str) -> UUID: ...


class Doors:
    """Calls the service at `here`; a colleague of whom nothing else is said has the `role`."""

    def __init__(self, app: FastAPI, world: World, key: OKPKey, *, here: str, role: str) -> None:
        self.app = app
        self._world = world
        self._key = key
        self._here = here
        self._role = role
        self._clients: list[httpx.AsyncClient] = []

    def program(self, slug: str, *, scope: str = "events persons") -> httpx.AsyncClient:
        return self._client(self._bearer(slug, scope=scope, cred=str(uuid4()), roles=[]))

    def administrator(self) -> httpx.AsyncClient:
        """The platform's own, who acts for no organisation."""
        return self._client(self._bearer(None, roles=["administrator"]))

    def colleague(self, slug: str, *roles: str) -> httpx.AsyncClient:
        """Someone at a browser."""
        token = self.token(slug, roles=list(roles or (self._role,)))
        return self._client(
            {"cookie": f"maillage_session={token}", "accept": "text/html", "origin": self._here}
        )

    def stranger(self, **headers: str) -> httpx.AsyncClient:
        """Whoever has no token."""
        return self._client(headers)

    def token(self, slug: str | None, **claims: Any) -> str:
        now = self._world.clock.now()
        of = {} if slug is None else {"org": str(self._world[slug]), "slug": slug}
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

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app)
        client = httpx.AsyncClient(transport=transport, base_url=self._here, headers=headers)
        self._clients.append(client)
        return client

    def _bearer(self, slug: str | None, **claims: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(slug, **claims)}"}


@asynccontextmanager
async def opened(
    app: FastAPI, world: World, database: Database, *, here: str, role: str
) -> AsyncIterator[Doors]:
    """The doors of an application that trusts one key, made for the test."""
    key = OKPKey.generate_key("Ed25519", {"kid": "one", "alg": "Ed25519", "use": "sig"})

    async def fetch() -> Any:
        return {"keys": [key.as_dict(private=False)]}

    app.state.verifier = TokenVerifier("unused", issuer=ISSUER, database=database, fetch=fetch)
    doors = Doors(app, world, key, here=here, role=role)
    try:
        yield doors
    finally:
        await doors.close()

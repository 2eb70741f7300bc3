"""The service as people and programs reach it: real sockets, real tokens, a real database."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.clock import Clock
from chassis.events import Event
from tests.marks import loose_marks
from tests.reporting.telling import records
from tests.timing import eventually
from web.auth import TokenVerifier
from web.process import Service

ISSUER = "http://issuer.test"


@dataclass
class Issuer:
    """Signs tokens, at the hour of the service's clock, and publishes its public key."""

    clock: Clock
    key: OKPKey = field(
        default_factory=lambda: OKPKey.generate_key("Ed25519", parameters={"kid": "one"})
    )

    async def fetch(self) -> Any:
        return {"keys": [self.key.as_dict(private=False)]}

    def token(self, *roles: str, organisation: UUID | None = None, subject: str = "someone") -> str:
        now = self.clock.now()
        claims = {
            "iss": ISSUER,
            "sub": subject,
            "aud": "maillage",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=15)).timestamp()),
            "name": "Quelqu'un",
            "roles": list(roles),
            **({"org": str(organisation)} if organisation else {}),
        }
        return jwt.encode(
            {"alg": "Ed25519", "kid": "one"}, claims, self.key, algorithms=["Ed25519"]
        )


@dataclass(kw_only=True)
class Site:
    """A running service, and what a test needs to talk to it."""

    service: Service
    issuer: Issuer
    client: httpx.AsyncClient
    server: uvicorn.Server
    serving: asyncio.Task[None]

    def as_(self, *roles: str, organisation: UUID | None = None) -> dict[str, str]:
        """The header of someone with these roles."""
        token = self.issuer.token(*roles, organisation=organisation)
        return {"authorization": f"Bearer {token}"}

    async def get(self, path: str, headers: dict[str, str], **more: Any) -> httpx.Response:
        return await self.client.get(path, headers=headers, **more)

    async def page(self, path: str, headers: dict[str, str]) -> httpx.Response:
        """As a browser asks; no mark of the page may go to the next line alone."""
        answer = await self.client.get(path, headers={**headers, "accept": "text/html"})
        assert loose_marks(answer.text) == []
        return answer

    async def happen(self, events: Iterable[Event]) -> None:
        """The topics bring these."""
        assert self.service.consumers is not None
        await self.service.consumers.inboxes["reporting.log"].take(records(events))

    def follow(self, path: str, headers: dict[str, str], **more: Any) -> Any:
        """A stream of Server-Sent Events, open for the length of the block."""
        return _following(self.client, path, headers, more)


@asynccontextmanager
async def running(service: Service, issuer: Issuer) -> AsyncIterator[Site]:
    """Serve the application on a port of the loopback until the end of the block."""
    settings = service.settings
    app = service.app
    app.state.verifier = TokenVerifier(
        settings.jwks_url, issuer=settings.issuer, database=service.database, fetch=issuer.fetch
    )
    app.state.consumers = service.consumers
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=5)
    )
    serving = asyncio.create_task(server.serve())
    await eventually(_started(server), every_s=0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    base_url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(base_url=base_url, trust_env=False, timeout=10) as client:
        yield Site(service=service, issuer=issuer, client=client, server=server, serving=serving)
    app.state.stopping.set()
    server.should_exit = True
    await serving
    await service.database.close()


def _started(server: uvicorn.Server) -> Any:
    async def started() -> bool:
        return server.started

    return started


@dataclass(frozen=True, slots=True)
class Told:
    """One Server-Sent Event."""

    event: str
    data: str
    id: str | None

    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.data)
        return found


class Stream:
    """What a stream tells, one event after the other."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self, *, within_s: float = 5) -> Told:
        """The next event that carries data.

        Raises:
            TimeoutError: none came within the time.
            StopAsyncIteration: the stream has ended.
        """
        async with asyncio.timeout(within_s):
            while True:
                told = await self._block()
                if told is not None:
                    return told

    async def comment(self, *, within_s: float = 5) -> str:
        """The next comment, which browsers pass over."""
        async with asyncio.timeout(within_s):
            async for line in self._lines:
                if line.startswith(":"):
                    return line.removeprefix(": ")
        raise StopAsyncIteration

    async def _block(self) -> Told | None:
        event, number = "message", None
        data: list[str] = []
        async for line in self._lines:
            if not line:
                return Told(event, "\n".join(data), number) if data else None
            name, _, value = line.partition(": ")
            if name == "data":
                data.append(value)
            elif name == "event":
                event = value
            elif name == "id":
                number = value
        raise StopAsyncIteration


@asynccontextmanager
async def _following(
    client: httpx.AsyncClient, path: str, headers: dict[str, str], more: dict[str, Any]
) -> AsyncIterator[Stream]:
    async with client.stream("GET", path, headers=headers, **more) as response:
        yield Stream(response)

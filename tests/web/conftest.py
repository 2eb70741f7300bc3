"""A service's HTTP application on a real database, and an issuer with real keys."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
import uvicorn
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import HTMLResponse
from joserfc import jwt
from joserfc.jwk import OKPKey
from pydantic import BaseModel, Field, SecretStr
from typing_extensions import override

from chassis import logs, tables
from chassis.database import Database
from chassis.metrics import Metrics
from chassis.settings import ServiceSettings
from tests.servers.handles import DatabaseAccess, plain
from tests.timing import FixedClock, eventually
from web.app import ServiceInfo, create_app
from web.auth import Caller, TokenVerifier, public, require

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ISSUER = "http://issuer.test"
HERE = "http://service.test"
ORGANISATION = UUID("019530f0-0000-7000-8000-000000000001")


class Script:
    """Collects the statements of a migration."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.statements.append(sqltext)


@pytest.fixture(autouse=True)
def _logs() -> None:
    """As in a service; structlog's own default draws a picture of every exception."""
    logs.configure(service="test", instance="test-0")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
async def store(database: DatabaseAccess, clock: FixedClock) -> AsyncIterator[Database]:
    """The service's handle on a database with the chassis' tables and a table `effect`."""
    script = Script()
    tables.create_chassis_tables(script)
    tables.grant_chassis(script, database.service_role)
    script.execute("CREATE TABLE effect (what text)")
    script.execute(f'GRANT SELECT, INSERT ON effect TO "{database.service_role}"')
    owner = await asyncpg.connect(plain(database.owner_url))
    for statement in script.statements:
        await owner.execute(statement)
    await owner.close()
    handle = Database.connect(database.url, clock=clock, source="/test")
    yield handle
    await handle.close()


@pytest.fixture
def settings(database: DatabaseAccess) -> ServiceSettings:
    return ServiceSettings(
        database_url=database.url,
        kafka_bootstrap="127.0.0.1:9",
        kafka_username="one",
        kafka_password=SecretStr("kR7-wB5z"),
        port=0,
        public_url=HERE,
        issuer=ISSUER,
    )


@dataclass
class Issuer:
    """Signs tokens and publishes its public keys; may be away."""

    keys: list[OKPKey] = field(default_factory=lambda: [new_key("first")])
    asked: int = 0
    away: bool = False

    async def fetch(self) -> Any:
        self.asked += 1
        await asyncio.sleep(0)  # an answer takes its time: others come in meanwhile
        if self.away:
            raise httpx.ConnectError("away")
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def token(
        self,
        *roles: str,
        key: OKPKey | None = None,
        **claims: Any,
    ) -> str:
        """A token as the issuer makes it; `claims` replace or, being None, take away."""
        key = key or self.keys[-1]
        given: dict[str, Any] = {
            "iss": ISSUER,
            "sub": "someone",
            "aud": "maillage",
            "iat": int(NOON.timestamp()),
            "exp": int((NOON + timedelta(minutes=15)).timestamp()),
            "jti": "one",
            "org": str(ORGANISATION),
            "slug": "house",
            "name": "Some One",
            "roles": list(roles),
            "scope": "read write",
            "cred": "credential-1",
        }
        told = {name: value for name, value in (given | claims).items() if value is not None}
        return jwt.encode({"alg": "Ed25519", "kid": key.kid}, told, key, algorithms=["Ed25519"])


def new_key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid, "alg": "Ed25519", "use": "sig"})


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def verifier(store: Database, issuer: Issuer) -> TokenVerifier:
    return TokenVerifier(f"{ISSUER}/jwks", issuer=ISSUER, database=store, fetch=issuer.fetch)


class Thing(BaseModel):
    name: str = Field(max_length=10)
    size: int = 0
    owner: UUID | None = None
    inner: list["Thing"] = []


def routes() -> APIRouter:
    """One route of each kind."""
    router = APIRouter()
    add_open_routes(router)
    add_closed_routes(router)
    return router


def add_open_routes(router: APIRouter) -> None:
    @router.post("/v1/things", dependencies=[Depends(public())])
    async def take(thing: Thing) -> dict[str, str]:
        return {"name": thing.name}

    @router.get("/v1/things/{thing_id}", dependencies=[Depends(public())])
    async def give(thing_id: UUID, limit: int = 10) -> dict[str, str]:
        return {"id": str(thing_id), "limit": str(limit)}

    @router.get("/v1/boom", dependencies=[Depends(public())])
    @router.get("/open/boom", dependencies=[Depends(public())])
    async def boom() -> None:
        raise RuntimeError("Jeanne Martin, 06 12 34 56 78")


def add_closed_routes(router: APIRouter) -> None:
    @router.get("/v1/me")
    async def me(caller: Annotated[Caller, Depends(require())]) -> dict[str, Any]:
        return {"subject": caller.subject, "organisation": caller.organisation}

    @router.get("/v1/board")
    async def board(caller: Annotated[Caller, Depends(require("department"))]) -> str:
        return caller.name

    @router.get("/v1/scoped")
    async def scoped(caller: Annotated[Caller, Depends(require(scope="history"))]) -> str:
        return caller.name

    @router.get("/page/{thing_id}")
    async def page(caller: Annotated[Caller, Depends(require())], thing_id: int) -> HTMLResponse:
        return HTMLResponse(f"<p>{thing_id} {caller.name}</p>")

    @router.post("/page")
    async def form(caller: Annotated[Caller, Depends(require())]) -> str:
        return caller.name


@pytest.fixture
def build(
    store: Database, settings: ServiceSettings, verifier: TokenVerifier
) -> Callable[..., FastAPI]:
    def make(*routers: APIRouter, **options: Any) -> FastAPI:
        return create_app(
            ServiceInfo(name="test", title="Essai", settings=settings),
            **{
                "routers": routers or (routes(),),
                "database": store,
                "verifier": verifier,
                "metrics": Metrics(),
                **options,
            },
        )

    return make


@pytest.fixture
async def client(build: Callable[..., FastAPI]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build()) as client:
        yield client


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=HERE)


@pytest.fixture
def serve() -> Callable[[FastAPI], Any]:
    """What serves an application on a real socket, as a context that gives its address."""
    return _served


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
    server = _QuietServer(config)
    task = asyncio.create_task(server.serve([listener]))
    await eventually(lambda: _started(server))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await task


async def _started(server: uvicorn.Server) -> bool:
    return server.started


class _QuietServer(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

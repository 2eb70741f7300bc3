"""The HTTP application of a service: its routes and what all services answer alike."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.exceptions import HTTPException

import pages
from chassis.database import Database
from chassis.metrics import Metrics
from chassis.settings import ServiceSettings
from pages import Link
from web import dead_letters, problems
from web.auth import TokenVerifier, public
from web.edge import Edge
from web.pages import error_page, render

BODY_MAX_BYTES = 1_048_576

ReadyCheck = Callable[[], list[str] | Awaitable[list[str]]]
"""Why the service is not ready, each reason a short sentence; empty when it is."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

_MIGRATED = text("SELECT to_regclass('inbox') IS NOT NULL")
_DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem (RFC 9457); `code` says which",
        "content": {problems.MEDIA_TYPE: {"schema": problems.SCHEMA}},
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceInfo:
    """What the frame of its pages and its documentation say of a service.

    `templates` is the import name of the package whose folder `templates` holds the pages;
    `trusted_origins` are the platform's other public addresses, whose pages may post forms here.
    """

    name: str
    title: str  # French, at the head of every page
    settings: ServiceSettings
    version: str = "0.1.0"
    templates: str | None = None
    navigation: tuple[Link, ...] = ()
    search_url: str | None = None
    trusted_origins: tuple[str, ...] = ()
    body_max_bytes: int = BODY_MAX_BYTES


def create_app(
    info: ServiceInfo,
    *,
    routers: Sequence[APIRouter],
    database: Database,
    verifier: TokenVerifier,
    metrics: Metrics,
    ready_checks: Sequence[ReadyCheck] = (),
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """Build the application.

    `ready_checks` are about HTTP's own needs; the database is checked anyway, and the process adds
    its relay and consumers where it runs them.
    """
    app = FastAPI(
        title=info.title,
        version=info.version,
        docs_url=None,  # they load their script from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # the redirect would name the host that the request claims
        lifespan=lifespan,
        responses=_DOCUMENTED,
    )
    app.state.info = info
    app.state.database = database
    app.state.verifier = verifier
    app.state.stopping = asyncio.Event()  # streams end when it is set
    app.state.consumers = None  # the process hands them over; people decide through them
    app.state.metrics = metrics
    app.state.ready_checks = [database_check(database), *ready_checks]
    app.state.worker_checks = []
    app.state.templates = pages.environment(*filter(None, (info.templates, "web")))
    app.state.error_page = error_page
    problems.install(app)
    addresses = (info.settings.public_url, info.settings.issuer, *info.trusted_origins)
    app.add_middleware(
        Edge,
        metrics=metrics,
        origins=frozenset(map(_origin, addresses)),
        body_max_bytes=info.body_max_bytes,
    )
    for router in (*routers, dead_letters.router, _service_routes):
        app.include_router(router)
    return app


def probes(app: FastAPI) -> FastAPI:
    """Of the application only what supervisors ask: for a process that serves nobody else."""
    small = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    small.state = app.state
    small.include_router(_service_routes)
    return small


_service_routes = APIRouter(dependencies=[Depends(public())], include_in_schema=False)


@_service_routes.get("/healthz")
async def healthz() -> PlainTextResponse:
    """The process is alive, whatever it can reach."""
    return PlainTextResponse("ok")


@_service_routes.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Whether the service can do its work, and what it still lacks."""
    reasons = await not_ready(request.app)
    return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)


@_service_routes.get("/metrics")
async def metrics(request: Request) -> Response:
    body = generate_latest(request.app.state.metrics.registry)
    return Response(body, media_type=CONTENT_TYPE_LATEST)


@_service_routes.get("/accessibilite")
async def accessibility(request: Request) -> Response:
    """The statement that the foot of every page leads to; the law has every service show it."""
    return render(request, "accessibility.html", None)


@_service_routes.get("/static/{name}")
async def static(name: str) -> Response:
    """Style sheet and script, under names that change with their content."""
    file = pages.static_file(name)
    if file is None:
        raise HTTPException(404)
    headers = {"cache-control": file.cache_control}
    return Response(file.content, media_type=file.media_type, headers=headers)


def database_check(database: Database) -> Callable[[], Awaitable[list[str]]]:
    """A check that the database answers and has its tables."""

    async def check() -> list[str]:
        try:
            async with database.reading() as connection:
                migrated = await connection.scalar(_MIGRATED)
        except problems.DATABASE_ERRORS as error:
            return [f"database: {type(error).__name__}"]
        return [] if migrated else ["database: not migrated yet"]

    return check


async def not_ready(app: FastAPI) -> list[str]:
    """All the reasons why the service is not ready."""
    reasons: list[str] = []
    for check in (*app.state.ready_checks, *app.state.worker_checks):
        found = check()
        reasons += await found if inspect.isawaitable(found) else found
    return reasons


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"

"""Every route of every service says who may use it."""

from collections.abc import Iterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from tests.architecture.built import build
from tests.architecture.sources import SERVICES
from web.auth import Caller, Public, Require, public, require

# FastAPI's own description of the routes, which holds no data of anybody.
OPEN_BY_NATURE = {"/openapi.json"}
OPEN_ON_PURPOSE = {
    *("/healthz", "/readyz", "/metrics", "/static/{name}"),
    *("/oauth2/token", "/.well-known/jwks.json", "/accessibilite"),
    *("/sign-in", "/sign-in/as/{login}", "/sign-out", "/v1/codes/{name}"),
}


def authorisations(dependant: Dependant) -> Iterator[Require | Public]:
    """What a route and everything it depends on say of who may use it."""
    if isinstance(dependant.call, Require | Public):
        yield dependant.call
    for dependency in dependant.dependencies:
        yield from authorisations(dependency)


def decisions(app: FastAPI) -> dict[str, list[Require | Public]]:
    """By path, what each route says of who may use it."""
    found: dict[str, list[Require | Public]] = {}
    for route in iter_route_contexts(app.routes):
        dependant = getattr(route, "dependant", None)
        methods = ",".join(sorted(route.methods or ()))
        said = [] if dependant is None else list(authorisations(dependant))
        found[f"{methods} {route.path}"] = said
    return found


def undecided(app: FastAPI) -> list[str]:
    """The routes that do not say who may use them."""
    return [
        route
        for route, said in decisions(app).items()
        if not said and route.split()[-1] not in OPEN_BY_NATURE
    ]


def opened(app: FastAPI) -> set[str]:
    """The paths open to everyone."""
    return {
        route.split()[-1]
        for route, said in decisions(app).items()
        if said and all(isinstance(each, Public) for each in said)
    }


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_says_who_may_use_it(service: str) -> None:
    app = build(service).app

    assert len(decisions(app)) > len(OPEN_BY_NATURE)
    assert undecided(app) == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_open_to_everyone_is_open_on_purpose(service: str) -> None:
    assert opened(build(service).app) <= OPEN_ON_PURPOSE


def test_a_route_without_authorisation_is_seen() -> None:
    router = APIRouter()

    @router.get("/undecided")
    async def undecided_route() -> str:
        return ""

    @router.get("/decided")
    async def decided_route(_: Annotated[Caller, Depends(require("auditor"))]) -> str:
        return ""

    @router.get("/open", dependencies=[Depends(public())])
    async def open_route() -> str:
        return ""

    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(router)

    assert undecided(app) == ["GET /undecided"]
    assert opened(app) == {"/open"}

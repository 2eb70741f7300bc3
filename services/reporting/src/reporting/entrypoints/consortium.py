"""The consortium's dashboard: all its figures, its months, its map, its tables."""

from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

import territory
from chassis.database import Database
from reporting.application import activity_values, territories
from reporting.application.dashboard import Dashboard, read_dashboard
from reporting.application.figures import Value
from reporting.application.overview import read_overview
from reporting.application.territory_figures import Territories
from reporting.domain.figures import Scope
from reporting.entrypoints import drawings, periods, shown, tables
from reporting.entrypoints.asking import cursor_at, department_of
from reporting.entrypoints.periods import Chosen
from reporting.entrypoints.sentences import Names
from web.auth import Caller
from web.pages import render

MAPS: Final = {
    "offer": "Où l'on peut être aidé",
    "referrals": "Où habitent les personnes orientées",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """All that the dashboard needs, read at one moment."""

    dashboard: Dashboard
    territories: Territories
    values: tuple[Value, ...]
    head: int


async def read(connection: AsyncConnection, chosen: Chosen, department: str) -> Read:
    """The figures of the days chosen, of the whole consortium."""
    found = await read_dashboard(
        connection, Scope(period=chosen.days, organisation=None), with_latest=True
    )
    overview = await read_overview(connection, chosen.days, today=chosen.today)
    by_territory = Territories(overview, department)
    return Read(
        dashboard=found,
        territories=by_territory,
        values=(*found.values, *activity_values.values(by_territory)),
        head=found.head,
    )


async def dashboard(request: Request, caller: Caller, chosen: Chosen) -> Response:
    """The page; an EPCI that was chosen has one of its own."""
    epci = request.query_params.get("epci", "")
    if territory.epci(epci) is not None:
        address = shown.address(f"/epci/{epci}", **chosen.query)
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    database: Database = request.app.state.database
    department = department_of(request)
    async with database.reading() as connection:
        found = await read(connection, chosen, department)
    return _page(request, caller, chosen, found)


def _page(request: Request, caller: Caller, chosen: Chosen, found: Read) -> HTMLResponse:
    by_territory, overview = found.territories, found.territories.overview
    query = shown.address("", **chosen.query)
    map_name = request.query_params.get("map", "offer")
    return render(
        request,
        "consortium.html",
        caller,
        chosen=chosen,
        choices=periods.WORDS,
        epcis=territories.epcis_of(by_territory.department),
        families=shown.families(found.values, chosen.days, overview.names),
        last_logged_at=found.dashboard.last_logged_at,
        latest=shown.events(found.dashboard.latest, Names(found.dashboard.names)),
        live_url=shown.address("/live", **chosen.query, after=cursor_at(found.head)),
        charts=drawings.overview_charts(overview),
        map=_map(request, by_territory, map_name, query),
        maps=[
            (title, shown.address("/", **chosen.query, map=name) + "#carte", name == map_name)
            for name, title in MAPS.items()
        ],
        tables={
            "months": tables.months(overview),
            "epci": tables.epcis(by_territory, query),
            "funders": tables.funders(overview),
        },
        query=query,
        why_hidden=tables.WHY_HIDDEN,
    )


def _map(request: Request, by_territory: Territories, name: str, query: str) -> Markup:
    """The map that was asked for, drawn, with its table."""
    environment: Environment = request.app.state.templates
    if name == "referrals":
        drawn = drawings.referral_map(by_territory, query)
        return _drawn(environment, map=drawn, without=None, query=query)
    return _offer(environment, by_territory.department, by_territory.served, query)


@lru_cache(maxsize=16)
def _offer(environment: Environment, department: str, served: frozenset[str], query: str) -> Markup:
    """Kept, because it changes with the places alone, and hundreds of communes take a while."""
    return _drawn(
        environment,
        map=drawings.offer_map(department, served, query),
        without=tables.without_offer(department, served, query),
        query=query,
    )


def _drawn(environment: Environment, **context: object) -> Markup:
    html = environment.get_template("map.html").render(**context)
    return Markup(html)  # noqa: S704 - what our own template has escaped

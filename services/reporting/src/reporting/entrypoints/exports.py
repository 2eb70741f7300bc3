"""Every table of the dashboard as a file for a spreadsheet: the same figures as on the page."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

import territory
from pages import spreadsheet
from reporting.application.activity_values import read_all_figures
from reporting.application.figures import UnknownFigure, list_events
from reporting.application.overview import Measure, read_overview
from reporting.application.territory_figures import (
    Territories,
    codes_of_commune,
    codes_of_epci,
)
from reporting.domain.days import day_of
from reporting.entrypoints import consortium, shown, tables
from reporting.entrypoints.asking import (
    Data,
    Everything,
    Scoped,
    department_of,
    place_of,
    unknown_figure,
)
from reporting.entrypoints.periods import Chosen, ChosenDays
from reporting.entrypoints.sentences import Names
from reporting.entrypoints.tables import Table
from web.problems import Problem

router = APIRouter(include_in_schema=False)

_TABLES: Final[Mapping[str, Callable[[consortium.Read], Table]]] = MappingProxyType(
    {
        "figures": lambda found: tables.figures(found.values),
        "months": lambda found: tables.months(found.territories.overview),
        "epci": lambda found: tables.epcis(found.territories, ""),
        "without-offer": lambda found: tables.without_offer(
            found.territories.department, found.territories.served, ""
        ),
        "funders": lambda found: tables.funders(found.territories.overview),
        "places": lambda found: tables.places(
            found.territories.overview.open_places(), found.territories.overview.names
        ),
    }
)


def _months(found: Territories, codes: frozenset[str], *, whole: int | None) -> Table:
    return tables.by_month(
        "Venues par mois", found.months(Measure.CAME, codes, whole=whole), "Venues"
    )


_OF_EPCI: Final[Mapping[str, Callable[[Territories, str], Table]]] = MappingProxyType(
    {
        "communes": lambda found, siren: tables.communes(found, siren, ""),
        "months": lambda found, siren: _months(
            found, codes_of_epci(siren), whole=found.epci(siren).came
        ),
        "places": lambda found, siren: tables.places_in(found.overview, codes_of_epci(siren)),
    }
)
_OF_COMMUNE: Final[Mapping[str, Callable[[Territories, str], Table | None]]] = MappingProxyType(
    {
        "months": lambda found, code: _months(
            found, codes_of_commune(code), whole=found.commune(code).came
        ),
        "places": lambda found, code: tables.places_in(found.overview, codes_of_commune(code)),
        "former": tables.former,
    }
)


@router.get("/tables/{name}.csv")
async def table(
    request: Request, _viewer: Everything, database: Data, chosen: ChosenDays, name: str
) -> Response:
    """A table of the whole consortium."""
    make = _TABLES.get(name)
    if make is None:
        raise _unknown()
    async with database.reading() as connection:
        found = await consortium.read(connection, chosen, department_of(request))
    return _file(make(found), name, chosen.query)


@router.get("/epci/{siren}/{name}.csv")
async def epci_table(
    request: Request, _viewer: Everything, database: Data, chosen: ChosenDays, siren: str, name: str
) -> Response:
    """A table of the page of one EPCI."""
    make = _OF_EPCI.get(name)
    if make is None or territory.epci(siren) is None:
        raise _unknown()
    days, found = await _territories(request, database, chosen)
    return _file(make(found, siren), f"{name}-{siren}", days.query)


@router.get("/communes/{code}/{name}.csv")
async def commune_table(
    request: Request, _viewer: Everything, database: Data, chosen: ChosenDays, code: str, name: str
) -> Response:
    """A table of the page of one commune of today."""
    make = _OF_COMMUNE.get(name)
    if make is None or territory.commune(code) is None:
        raise _unknown()
    days, found = await _territories(request, database, chosen)
    made = make(found, code)
    if made is None:
        raise _unknown()
    return _file(made, f"{name}-{code}", days.query)


@router.get("/figures/{code}/parts.csv")
async def parts(request: Request, scope: Scoped, database: Data, code: str) -> Response:
    """What one figure is made of, as far as the caller sees."""
    today = day_of(database.clock.now())
    async with database.reading() as connection:
        values, names = await read_all_figures(
            connection, scope, department=department_of(request), today=today
        )
    value = next((each for each in values if each.figure.code == code), None)
    if value is None:
        raise unknown_figure()
    return _file(tables.parts(value, names), f"{code}-parts", shown.days_query(scope.period))


@router.get("/figures/{code}/events.csv")
async def events(
    scope: Scoped, database: Data, code: str, cursor: Annotated[str | None, Query()] = None
) -> Response:
    """One page of the events from which a figure is counted."""
    today, before = day_of(database.clock.now()), place_of(cursor)
    try:
        async with database.reading() as connection:
            page = await list_events(connection, code, scope, today=today, before=before)
    except UnknownFigure:
        raise unknown_figure() from None
    made = tables.events(page.events, Names(page.names))
    return _file(made, f"{code}-events", shown.days_query(scope.period))


async def _territories(
    request: Request, database: Data, chosen: Chosen
) -> tuple[Chosen, Territories]:
    days = chosen.by_month()
    async with database.reading() as connection:
        overview = await read_overview(connection, days.days, today=days.today)
    return days, Territories(overview, department_of(request))


def _unknown() -> Problem:
    return Problem(404, "unknown-table", "There is no such table")


def _file(made: Table, name: str, days: Mapping[str, str]) -> Response:
    named = "-".join([name, *days.values()])
    disposition = f'attachment; filename="{named}.csv"'
    return Response(
        made.csv(),
        media_type=spreadsheet.MEDIA_TYPE,
        headers={"Content-Disposition": disposition},
    )

"""Every table of the dashboard as a file for a spreadsheet: the same figures as on the page."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter, Request, Response

import territory
from pages import spreadsheet
from reporting.application.overview import Measure, read_overview
from reporting.application.territory_figures import (
    Territories,
    codes_of_commune,
    codes_of_epci,
)
from reporting.entrypoints import consortium, tables
from reporting.entrypoints.asking import Data, Everything, department_of
from reporting.entrypoints.periods import Chosen, ChosenDays
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


@router.get("/tables/{name}.csv")
async def table(
    request: Request, _viewer: Everything, database: Data, chosen: ChosenDays, name: str
) -> Response:
    """A table of the whole consortium."""
    make = _TABLES.get(name)
    if make is None:
        raise Problem(404, "unknown-table", "There is no such table")
    async with database.reading() as connection:
        found = await consortium.read(connection, chosen, department_of(request))
    return _file(make(found), name, chosen)


@router.get("/epci/{siren}/{name}.csv")
async def epci_table(
    request: Request, _viewer: Everything, database: Data, chosen: ChosenDays, siren: str, name: str
) -> Response:
    """The communes or the months of one EPCI."""
    if territory.epci(siren) is None or name not in {"communes", "months"}:
        raise Problem(404, "unknown-table", "There is no such table")
    days, found = await _territories(request, database, chosen)
    if name == "communes":
        made = tables.communes(found, siren, "")
    else:
        made = _months(found, codes_of_epci(siren), whole=found.epci(siren).came)
    return _file(made, f"{name}-{siren}", days)


@router.get("/communes/{code}/months.csv")
async def commune_months(
    request: Request, _viewer: Everything, database: Data, chosen: ChosenDays, code: str
) -> Response:
    """The months of one commune of today."""
    if territory.commune(code) is None:
        raise Problem(404, "unknown-table", "There is no such table")
    days, found = await _territories(request, database, chosen)
    made = _months(found, codes_of_commune(code), whole=found.commune(code).came)
    return _file(made, f"months-{code}", days)


async def _territories(
    request: Request, database: Data, chosen: Chosen
) -> tuple[Chosen, Territories]:
    days = chosen.by_month()
    async with database.reading() as connection:
        overview = await read_overview(connection, days.days, today=days.today)
    return days, Territories(overview, department_of(request))


def _months(found: Territories, codes: frozenset[str], *, whole: int | None) -> Table:
    return tables.by_month(
        "Venues par mois", found.months(Measure.CAME, codes, whole=whole), "Venues"
    )


def _file(made: Table, name: str, chosen: Chosen) -> Response:
    days = "-".join(chosen.query.values())
    disposition = f'attachment; filename="{name}-{days}.csv"'
    return Response(
        made.csv(),
        media_type=spreadsheet.MEDIA_TYPE,
        headers={"Content-Disposition": disposition},
    )

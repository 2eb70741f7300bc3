"""One page per commune and per EPCI, and the search that leads there."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import territory
from pages import Link, french
from reporting.application import territories as here
from reporting.application.overview import Measure, read_overview
from reporting.application.territory_figures import (
    Row,
    Territories,
    codes_of_commune,
    codes_of_epci,
)
from reporting.entrypoints import drawings, periods, shown, tables
from reporting.entrypoints.asking import Data, Everything, Signed, department_of
from reporting.entrypoints.periods import Chosen, ChosenDays
from web.pages import render
from web.problems import Problem

router = APIRouter(include_in_schema=False)

SUGGESTIONS_MAX: Final = 10


@router.get("/communes")
async def search(
    request: Request,
    caller: Signed,
    _viewer: Everything,
    name: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Find a commune by its name, however it is written; an exact one is shown at once."""
    department = department_of(request)
    exact = territory.find(name, department) if name.strip() else ()
    if len(exact) == 1:
        return RedirectResponse(f"/communes/{exact[0].code}", HTTPStatus.SEE_OTHER)
    near = territory.suggest(name, department, limit=SUGGESTIONS_MAX) if name.strip() else ()
    return render(
        request,
        "communes.html",
        caller,
        name=name,
        near=near,
        epcis=here.epcis_of(department),
        communes=sorted(territory.communes(department), key=lambda each: each.name),
    )


@router.get("/communes/{code}")
async def commune(
    request: Request,
    caller: Signed,
    _viewer: Everything,
    database: Data,
    chosen: ChosenDays,
    code: str,
    was: Annotated[str | None, Query(max_length=5)] = None,
) -> Response:
    """What was done in one commune; one that was merged away leads to its successor."""
    found = territory.today(code)
    if found is None:
        raise _unknown("Nous ne connaissons pas cette commune. Cherchez-la par son nom.")
    days = chosen.by_month()
    if found.code != code:
        address = shown.address(f"/communes/{found.code}", **days.query, was=code)
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    async with database.reading() as connection:
        overview = await read_overview(connection, days.days, today=days.today)
    by_territory = Territories(overview, department_of(request))
    return _commune_page(request, caller, days, by_territory, found, was)


@router.get("/epci/{siren}")
async def epci(
    request: Request,
    caller: Signed,
    _viewer: Everything,
    database: Data,
    chosen: ChosenDays,
    siren: str,
) -> HTMLResponse:
    """What was done in the communes of one EPCI."""
    found = territory.epci(siren)
    if found is None:
        raise _unknown("Nous ne connaissons pas cette intercommunalité.")
    days = chosen.by_month()
    async with database.reading() as connection:
        overview = await read_overview(connection, days.days, today=days.today)
    by_territory = Territories(overview, department_of(request))
    row, codes = by_territory.epci(siren), codes_of_epci(siren)
    query = shown.address("", **days.query)
    communes = here.communes_of(siren)
    served = {each.code for each in communes} - {each.code for each in by_territory.without_offer}
    return render(
        request,
        "territory.html",
        caller,
        **_common(days, by_territory, row, codes),
        name=found.name,
        hint=f"{french.count(len(communes), 'commune')}, "
        f"{french.count(sum(each.population for each in communes), 'habitant')}. "
        f"{french.count(len(served), 'commune a', 'communes ont')} un lieu.",
        notices=[],
        trail=[Link(label="Tableau de bord", href=f"/{query}")],
        action=f"/epci/{siren}",
        former=None,
        nearest=None,
        communes=tables.communes(by_territory, siren, query),
    )


def _commune_page(
    request: Request,
    caller: Any,  # noqa: ANN401 - handed on to `render` as it is
    days: Chosen,
    by_territory: Territories,
    found: territory.Commune,
    was: str | None,
) -> HTMLResponse:
    row, codes = by_territory.commune(found.code), codes_of_commune(found.code)
    query = shown.address("", **days.query)
    group = territory.epci(found.epci)
    trail = [Link(label="Tableau de bord", href=f"/{query}")]
    if group is not None:
        trail.append(Link(label=group.name, href=f"/epci/{group.siren}{query}"))
    return render(
        request,
        "territory.html",
        caller,
        **_common(days, by_territory, row, codes),
        name=found.name,
        hint=f"Code Insee {found.code}, {french.count(found.population, 'habitant')}.",
        notices=_mergers(found, was),
        trail=trail,
        action=f"/communes/{found.code}",
        former=tables.former(by_territory, found.code),
        nearest=_nearest(by_territory, found.code) if not row.places else None,
        communes=None,
    )


def _common(
    days: Chosen, by_territory: Territories, row: Row, codes: frozenset[str]
) -> dict[str, Any]:
    return {
        "chosen": days,
        "choices": periods.WORDS,
        "figures": _figures(row),
        "chart": drawings.month_chart(
            "venues",
            "Venues",
            by_territory.months(Measure.CAME, codes, whole=row.came),
            column="Venues aux séances et passages",
        ),
        "places": tables.places_in(by_territory.overview, codes),
        "hides": _hides(row),
        "why_hidden": tables.WHY_HIDDEN,
        "query": shown.address("", **days.query),
    }


def _figures(row: Row) -> Sequence[tuple[str, str, str]]:
    """(value, title, sentence) of a territory."""
    return [
        (
            tables.number(row.people).shown,
            "Personnes rencontrées",
            "Différentes, venues à une séance ou passées dans un lieu d'ici.",
        ),
        (
            tables.number(row.came).shown,
            "Venues",
            "Présences aux séances et passages sans rendez-vous, dans les lieux d'ici.",
        ),
        (
            tables.number(row.referrals).shown,
            "Orientations d'habitants",
            "Envoyées pour des personnes qui habitent ici, où qu'elles aillent.",
        ),
        (
            tables.number(row.redeemed).shown,
            "Pass encaissés",
            "Dans les lieux d'ici, moins les encaissements annulés.",
        ),
        (
            tables.number(row.sessions).shown,
            "Séances tenues",
            "Ateliers et rendez-vous individuels qui ont commencé.",
        ),
    ]


def _hides(row: Row) -> bool:
    return None in {row.people, row.came, row.referrals, row.redeemed}


def _nearest(by_territory: Territories, code: str) -> str:
    """The nearest place, in a sentence."""
    open_places = by_territory.overview.open_places()
    near = here.nearest(by_territory.department, by_territory.served).get(code)
    if near is None:
        return "Aucun lieu n'est connu ici, ni ailleurs pour cette période."
    found = territory.commune(near.code)
    name = near.code if found is None else found.name
    named = [each.name for each in open_places if here.commune_of(each.commune) == near.code]
    return (
        f"Aucun lieu n'est connu dans cette commune. Le plus proche : {', '.join(named)}, "
        f"à {name}, à {french.number(round(near.km))}{french.NO_BREAK_SPACE}km environ."
    )


def _mergers(found: territory.Commune, was: str | None) -> list[tuple[str, str]]:
    """(title, sentence): that the commune asked for is in this one now, or what this one unites."""
    made_from = territory.made_from(found.code)
    asked = next((each for each in made_from if each.code == was), None)
    if asked is not None:
        when = french.day(asked.until)
        kept = "Ses chiffres d'avant sont gardés sous son ancien code."
        return [(f"{asked.name} fait partie de {found.name}", f"Depuis le {when}. {kept}")]
    if not made_from:
        return []
    names = ", ".join(each.name for each in made_from)
    since = french.day(max(each.until for each in made_from))
    return [(f"{found.name} réunit plusieurs communes", f"{names}, depuis le {since}.")]


def _unknown(page: str) -> Problem:
    return Problem(404, "unknown-territory", "There is no such territory", page=page)

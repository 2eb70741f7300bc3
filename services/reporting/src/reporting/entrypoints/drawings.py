"""Charts and maps of the dashboard: what is drawn, in which classes, and what it says."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Final

import territory
from pages import Bar, BarChart, Choropleth, Class, Shape, charts, french
from reporting.application import territories as here
from reporting.application.overview import Measure, Overview
from reporting.application.territory_figures import Territories
from reporting.entrypoints import tables

_COLON: Final = f"{french.NO_BREAK_SPACE}: "
NEAR_KM: Final = 10
FAR_KM: Final = 20
_OFFER_CLASSES: Final = (
    Class(level=4, said="un lieu dans la commune"),
    Class(level=2, said=f"à moins de {NEAR_KM} km"),
    Class(level=1, said=f"de {NEAR_KM} à {FAR_KM} km"),
    Class(level=0, said=f"à {FAR_KM} km ou plus"),
)
_BOUNDS: Final = ((50, 4), (20, 3), (10, 2), (1, 1))
_REFERRAL_CLASSES: Final = (
    Class(level=0, said="aucune"),
    Class(level=None, said=tables.HIDDEN),
    Class(level=1, said="de 5 à 9"),
    Class(level=2, said="de 10 à 19"),
    Class(level=3, said="de 20 à 49"),
    Class(level=4, said="50 et plus"),
)


def month_chart(
    key: str,
    what: str,
    shown: Mapping[date, int | None],
    *,
    column: str,
    say: Callable[[int], str] = french.number,
    scale: int = 1,
) -> BarChart:
    """Bars by month. `what` begins the title: « Venues »; `scale` divides what is drawn."""
    bars = [
        Bar(
            label=french.short_month(month),
            name=french.month(month),
            value=None if value is None else value // scale,
            said=tables.HIDDEN if value is None else say(value),
        )
        for month, value in shown.items()
    ]
    title, sentence = _finding(what, shown, say)
    return BarChart(key=key, title=title, sentence=sentence, column=column, bars=bars)


def overview_charts(overview: Overview) -> list[BarChart]:
    """Those of the whole consortium."""
    return [
        month_chart(
            "venues",
            "Venues",
            overview.by_month(Measure.CAME),
            column="Venues aux séances et passages",
        ),
        month_chart(
            "orientations",
            "Orientations envoyées",
            overview.by_month(Measure.REFERRALS),
            column="Orientations",
        ),
        month_chart(
            "remboursements",
            "Euros remboursés aux lieux",
            overview.by_month(Measure.SETTLED_CENTS),
            column="Euros",
            say=french.euros,
            scale=100,
        ),
    ]


def offer_map(department: str, served: frozenset[str], query: str) -> Choropleth:
    """How far each commune is from those `served` by a place."""
    near = here.nearest(department, served)
    far = {code: None if each is None else each.km for code, each in near.items()}
    shapes = [
        Shape(
            path=_path(commune.code),
            said=f"{commune.name}{_COLON}{_offer_words(far[commune.code])}",
            href=f"/communes/{commune.code}{query}",
            level=_offer_level(far[commune.code]),
        )
        for commune in territory.communes(department)
    ]
    without, every = sum(1 for km in far.values() if km != 0), len(shapes)
    return Choropleth(
        key="offre",
        title=f"{french.count(without, 'commune')} sur {french.number(every)} "
        f"{french.plural(without, 'est', 'sont')} sans lieu",
        sentence=_farthest(far),
        view_box=_view_box(department),
        shapes=shapes,
        classes=_OFFER_CLASSES,
    )


def referral_map(territories: Territories, query: str) -> Choropleth:
    """Where the persons live who were referred."""
    shown = territories.referrals_by_commune()
    shapes = [
        Shape(
            path=_path(commune.code),
            said=f"{commune.name}{_COLON}{_referral_words(shown.get(commune.code))}",
            href=f"/communes/{commune.code}{query}",
            level=_referral_level(shown.get(commune.code)),
        )
        for commune in territory.communes(territories.department)
    ]
    some = sum(1 for each in shown.values() if each != 0)
    return Choropleth(
        key="residence",
        title=f"Des habitants de {french.count(some, 'commune')} ont été orientés",
        sentence="Chaque orientation compte dans la commune où la personne habite. Hachuré : "
        + tables.WHY_HIDDEN,
        view_box=_view_box(territories.department),
        shapes=shapes,
        classes=_REFERRAL_CLASSES,
    )


def _finding(
    what: str, shown: Mapping[date, int | None], say: Callable[[int], str]
) -> tuple[str, str]:
    known = {month: value for month, value in shown.items() if value}
    if not known:
        return f"{what} : rien à montrer sur cette période", (
            "Les barres apparaîtront dès qu'un mois comptera quelque chose qui peut être montré."
        )
    most = max(known, key=lambda month: known[month])
    title = f"{what} : le plus en {french.month(most)}"
    kept_back = sum(1 for value in shown.values() if value is None)
    sentence = f"{french.month(most).capitalize()} : {say(known[most])}."
    if len(known) > 1:
        least = min(known, key=lambda month: known[month])
        sentence += (
            f" Le moins, parmi les mois montrés : {say(known[least])} en {french.month(least)}."
        )
    if kept_back:
        sentence += f" {french.count(kept_back, 'mois', 'mois')} ne peuvent pas être montrés. "
        sentence += tables.WHY_HIDDEN
    return title, sentence


@cache
def _path(code: str) -> str:
    return charts.svg_path(territory.outline(code))


@cache
def _view_box(department: str) -> str:
    return charts.view_box(territory.outline(department))


def _offer_level(km: float | None) -> int:
    if km == 0:
        return 4
    if km is None or km >= FAR_KM:
        return 0
    return 2 if km < NEAR_KM else 1


def _offer_words(km: float | None) -> str:
    if km is None:
        return "aucun lieu connu"
    return "un lieu dans la commune" if km == 0 else f"lieu le plus proche à {round(km)} km environ"


def _farthest(far: Mapping[str, float | None]) -> str:
    known = {code: km for code, km in far.items() if km}
    if not known:
        return (
            "Aucun lieu n'est connu pour cette période."
            if None in far.values()
            else ("Chaque commune a un lieu.")
        )
    code = max(known, key=lambda each: known[each])
    commune = territory.commune(code)
    name = code if commune is None else commune.name
    return (
        f"La plus éloignée est {name}, à {round(known[code])} km environ du lieu le plus proche. "
        "Distances par la route estimées de centre à centre."
    )


def _referral_level(number: int | None) -> int | None:
    if number is None:
        return None
    return next((level for bound, level in _BOUNDS if number >= bound), 0)


def _referral_words(number: int | None) -> str:
    return tables.HIDDEN if number is None else french.count(number, "orientation")

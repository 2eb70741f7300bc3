"""A figure of activity in words, and in which family of the dashboard it stands."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pages import french
from reporting.application.figures import Value
from reporting.domain import activity_figures as a
from reporting.domain import figures as f
from reporting.entrypoints import figure_words, wording

FAMILIES: Final = (
    ("Personnes et passages", (a.PEOPLE_MET, a.VISITS, a.SEEN)),
    (
        "Orientations et réponses",
        (
            *(f.SENT, f.ACCEPTED, f.REFUSED, f.COMPLETED),
            *(f.WITHIN_3_DAYS, f.WITHIN_5_DAYS, f.MEDIAN_DELAY),
        ),
    ),
    ("Séances", (a.SESSIONS, a.FILL, a.MISSED)),
    (
        "Pass numériques, de la remise au remboursement",
        (a.ISSUED, a.HELD, a.REDEEMED, a.SETTLED, a.FUNDERS, a.UNUSED),
    ),
    ("Territoire et partenaires", (a.PLACES, a.WITHOUT_OFFER, f.ACTIVE)),
)

NOTHING: Final = "Rien sur cette période."


def amount(value: Value) -> str:
    """« 1 240 », or « 12 400,00 € » for money."""
    if value.figure.unit is f.Unit.CENTS and isinstance(value.amount, int):
        return french.euros(value.amount)
    return figure_words.amount(value)


def meaning(value: Value) -> str:
    """One sentence under the value: what it amounts to, not only how much."""
    say = _MEANINGS.get(value.figure.code)
    return figure_words.meaning(value) if say is None else say(value)


def part_name(figure: f.Figure, code: str, names: Mapping[UUID, str]) -> str:
    """What a part of a figure is called: a funder by its name, else the label of its code."""
    return funder_name(code, names) if figure is a.FUNDERS else wording.label(figure.code, code)


def funder_name(funder: str, names: Mapping[UUID, str]) -> str:
    """What a funder is called, or a word for one that the directory has not named."""
    return names.get(UUID(funder), "Un financeur qui n'est pas dans l'annuaire")


def share(part: int, whole: int) -> str:
    """« 62 % »."""
    return f"{french.number(round(100 * part / whole))}{french.NO_BREAK_SPACE}%"


def _of(one: str, many: str) -> Callable[[Value], str]:
    def say(value: Value) -> str:
        if not value.out_of or not isinstance(value.amount, int):
            return NOTHING
        counted = french.count(value.out_of, one, many)
        return f"Soit {share(value.amount, value.out_of)} : {counted} en tout."

    return say


def _worth(words: str) -> Callable[[Value], str]:
    def say(value: Value) -> str:
        return f"{words} : {french.euros(value.cents)}." if value.cents else NOTHING

    return say


def _fixed(words: str) -> Callable[[Value], str]:
    return lambda value: words if value.amount else NOTHING


def _largest(value: Value) -> str:
    if not value.parts or not isinstance(value.amount, int) or not value.amount:
        return NOTHING
    return f"Le premier financeur en porte {share(value.parts[0][1], value.amount)}."


_MEANINGS: Final[Mapping[str, Callable[[Value], str]]] = MappingProxyType(
    {
        a.PEOPLE_MET.code: _fixed("Chacune compte une fois, qu'elle soit venue une fois ou dix."),
        a.VISITS.code: _fixed("Des personnes aidées sur le moment, le plus souvent sans nom."),
        a.SEEN.code: _fixed("Des présences en atelier ou en rendez-vous individuel."),
        a.SESSIONS.code: _fixed("Des ateliers et des rendez-vous individuels qui ont eu lieu."),
        a.FILL.code: _of("place offerte", "places offertes"),
        a.MISSED.code: _of(
            "réservation dont la suite est connue", "réservations dont la suite est connue"
        ),
        a.ISSUED.code: _worth("Valeur faciale"),
        a.HELD.code: _fixed("Mis de côté à la réservation, en attendant la séance."),
        a.REDEEMED.code: _worth("Dus aux lieux"),
        a.SETTLED.code: _worth("Portés sur un décompte"),
        a.FUNDERS.code: _largest,
        a.UNUSED.code: _worth("Rendus au programme"),
        a.PLACES.code: _fixed("Des lieux où l'on peut être aidé."),
        a.WITHOUT_OFFER.code: _of("commune", "communes"),
    }
)

"""Figures and events as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from reporting.application.figures import Value
from reporting.domain.days import Period
from reporting.domain.journeys import Entry
from reporting.entrypoints import activity_words, tables, wording
from reporting.entrypoints.sentences import Names, Sentence
from reporting.entrypoints.tables import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFigure:
    """A figure as a dashboard shows it."""

    code: str
    title: str
    amount: str
    meaning: str
    formula: str
    parts: Table
    parts_href: str
    events_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvent:
    """An event as a list shows it; no person appears."""

    entry: Entry
    said: Sentence


def figure(value: Value, period: Period, names: Mapping[UUID, str]) -> ShownFigure:
    """The figure in words; its address leads to the events of the same period."""
    return ShownFigure(
        code=value.figure.code,
        title=value.figure.title,
        amount=activity_words.amount(value),
        meaning=activity_words.meaning(value),
        formula=value.figure.formula,
        parts=tables.parts(value, names),
        parts_href=address(f"/figures/{value.figure.code}/parts.csv", **days_query(period)),
        events_href=address(f"/figures/{value.figure.code}/events", **days_query(period)),
    )


def families(
    values: Sequence[Value], period: Period, names: Mapping[UUID, str]
) -> list[tuple[str, list[ShownFigure]]]:
    """The figures of the consortium in their families."""
    by_code = {value.figure.code: value for value in values}
    return [
        (title, [figure(by_code[each.code], period, names) for each in figures])
        for title, figures in activity_words.FAMILIES
    ]


def events(entries: Sequence[Entry], names: Names) -> list[ShownEvent]:
    """The events with the sentence that tells each."""
    return [ShownEvent(entry=entry, said=wording.tell(entry, names)) for entry in entries]


def days_query(period: Period) -> dict[str, str]:
    """What an address needs to be about these days."""
    given = {"from": period.first, "to": period.last}
    return {name: day.isoformat() for name, day in given.items() if day is not None}


def address(path: str, **parameters: object) -> str:
    """The path with its query."""
    return f"{path}?{urlencode(parameters)}" if parameters else path

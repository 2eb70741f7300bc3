"""What was done in a period, read once and then looked at by territory and by month."""

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.application import territories
from reporting.domain.days import Period
from reporting.domain.facts import Step
from reporting.storage import activity, organisations
from reporting.storage.activity import Here, People, Place, SessionCell


class Measure(StrEnum):
    """What is counted by month and by commune."""

    SESSIONS = "sessions"
    SEATS = "seats"
    TAKEN = "taken"
    SEEN = "seen"
    MISSED = "missed"
    EXCUSED = "excused"
    VISITS = "visits"
    CAME = "came"
    """Seen at a session, or come without appointment."""
    REFERRALS = "referrals"
    ISSUED = "issued"
    ISSUED_CENTS = "issued_cents"
    HELD = "held"
    REDEEMED = "redeemed"
    REDEEMED_CENTS = "redeemed_cents"
    SETTLED = "settled"
    SETTLED_CENTS = "settled_cents"
    UNUSED = "unused"
    UNUSED_CENTS = "unused_cents"


class _Cell(NamedTuple):
    code: str
    month: date


Numbers = Mapping[Measure, Mapping[_Cell, int]]
_Counting = dict[Measure, Counter[_Cell]]


# By step: the measures of its number and of its cents, and the sign with which they count.
_STEPS: Final[Mapping[Step, tuple[Measure, Measure | None, int]]] = {
    Step.ISSUED: (Measure.ISSUED, Measure.ISSUED_CENTS, 1),
    Step.HELD: (Measure.HELD, None, 1),
    Step.REDEEMED: (Measure.REDEEMED, Measure.REDEEMED_CENTS, 1),
    Step.REVERSED: (Measure.REDEEMED, Measure.REDEEMED_CENTS, -1),
    Step.SETTLED: (Measure.SETTLED, Measure.SETTLED_CENTS, 1),
    Step.UNUSED: (Measure.UNUSED, Measure.UNUSED_CENTS, 1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A period's activity; communes are keyed by the code that each fact was written with."""

    days: Period
    people: People
    funders: Mapping[tuple[UUID, Step], int]
    places: tuple[Place, ...]
    names: Mapping[UUID, str]
    numbers: Numbers

    def total(self, measure: Measure) -> int:
        """Of the whole consortium."""
        return sum(self.numbers[measure].values())

    def by_epci(self, measure: Measure) -> Mapping[str, int]:
        """By the EPCI in which each commune lies today."""
        return self._grouped(measure, territories.epci_of)

    def by_commune(self, measure: Measure) -> Mapping[str, int]:
        """By the commune of today."""
        return self._grouped(measure, territories.commune_of)

    def by_code(self, measure: Measure) -> Mapping[str, int]:
        """By the code that was written: a merged commune keeps its past."""
        return self._grouped(measure, lambda code: code)

    def by_month(self, measure: Measure, codes: Container[str] | None = None) -> Mapping[date, int]:
        """By month, of these codes (all, when none are given); months without any are there too."""
        found = dict.fromkeys(self.months, 0)
        for cell, number in self.numbers[measure].items():
            if codes is None or cell.code in codes:
                found[cell.month] += number
        return found

    @property
    def months(self) -> tuple[date, ...]:
        """The first days of the months from the first that has something to the last."""
        known = {cell.month for cells in self.numbers.values() for cell in cells}
        first = self.days.first or min(known, default=None)
        last = self.days.last or max(known, default=None)
        return () if first is None or last is None else tuple(_months(first, last))

    def open_places(self) -> tuple[Place, ...]:
        """The places that had not closed before the period began."""
        first = self.days.first or date.min
        return tuple(
            each for each in self.places if each.closed_day is None or each.closed_day >= first
        )

    def _grouped(self, measure: Measure, where: Callable[[str], str]) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for cell, number in self.numbers[measure].items():
            found[where(cell.code)] += number
        return found


async def read_overview(connection: AsyncConnection, days: Period, *, today: date) -> Overview:
    """The period until today: a session that is still to come has no attendance to speak of."""
    until = days.until(today)
    await activity.plan_for_these_days(connection)
    numbers: _Counting = {measure: Counter() for measure in Measure}
    for held in await activity.sessions(connection, until):
        _add_sessions(numbers, held)
    for cell in await activity.visits(connection, until):
        for measure in (Measure.VISITS, Measure.CAME):
            numbers[measure][_Cell(cell.commune, cell.month)] += cell.number
    for cell in await activity.referrals(connection, until):
        numbers[Measure.REFERRALS][_Cell(cell.commune, cell.month)] += cell.number
    for moved in await activity.titles(connection, until):
        counted, worth, sign = _STEPS[moved.step]
        numbers[counted][_Cell(moved.commune, moved.month)] += sign * moved.number
        if worth is not None:
            numbers[worth][_Cell(moved.commune, moved.month)] += sign * moved.cents
    funders = await activity.funders(connection, until)
    places = tuple(await activity.places(connection))
    return Overview(
        days=until,
        people=await activity.people(connection, until, _located(places)),
        funders=funders,
        places=places,
        names=await organisations.names_of(connection, _named(funders, places)),
        numbers=numbers,
    )


def _add_sessions(numbers: _Counting, held: SessionCell) -> None:
    for measure, number in (
        (Measure.SESSIONS, held.sessions),
        (Measure.SEATS, held.seats),
        (Measure.TAKEN, held.taken),
        (Measure.SEEN, held.seen),
        (Measure.MISSED, held.missed),
        (Measure.EXCUSED, held.excused),
        (Measure.CAME, held.seen),
    ):
        numbers[measure][_Cell(held.commune, held.month)] += number


def _located(places: Iterable[Place]) -> list[Here]:
    return [
        Here(
            place=each.place,
            commune=territories.commune_of(each.commune),
            epci=territories.epci_of(each.commune),
        )
        for each in places
    ]


def _named(funders: Mapping[tuple[UUID, Step], int], places: Iterable[Place]) -> set[UUID]:
    return {funder for funder, _ in funders} | {each.organisation for each in places}


def _months(first: date, last: date) -> Iterable[date]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield date(year, month, 1)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - December

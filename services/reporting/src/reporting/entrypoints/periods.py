"""Which days a page is about: a period by its name, or between two dates."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Depends, Query

from reporting.domain.days import Period, day_of, months_before
from reporting.entrypoints.asking import Data, Scoped


class Choice(StrEnum):
    """The periods that people ask for; the first one when they do not say."""

    TWELVE_MONTHS = "12-months"
    LAST_YEAR = "last-year"
    THIS_YEAR = "this-year"
    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    DATES = "dates"


WORDS: Final = MappingProxyType(
    {
        Choice.TWELVE_MONTHS: "12 derniers mois",
        Choice.LAST_YEAR: "Dernière année complète",
        Choice.THIS_YEAR: "Année en cours",
        Choice.THIS_MONTH: "Ce mois-ci",
        Choice.LAST_MONTH: "Le mois dernier",
        Choice.DATES: "Entre deux dates",
    }
)
_YEAR_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The days asked for, and how."""

    days: Period
    choice: Choice
    today: date

    def by_month(self) -> "Chosen":
        """Whole months: of a territory, two periods that differ by a day would tell the day."""
        return replace(self, days=self.days.whole_months())

    @property
    def query(self) -> dict[str, str]:
        """What an address needs to be about the same days."""
        ends = {"from": self.days.first, "to": self.days.last}
        return {name: day.isoformat() for name, day in ends.items() if day is not None}


async def chosen(
    scope: Scoped, database: Data, period: Annotated[Choice | None, Query()] = None
) -> Chosen:
    """A named period; else the two dates, when one is given; else the last twelve months."""
    today = day_of(database.clock.now())
    given = scope.period.first is not None or scope.period.last is not None
    choice = period or (Choice.DATES if given else Choice.TWELVE_MONTHS)
    if choice is Choice.DATES and not given:
        choice = Choice.TWELVE_MONTHS
    days = scope.period if choice is Choice.DATES else days_of(choice, today)
    return Chosen(days=days, choice=choice, today=today)


ChosenDays = Annotated[Chosen, Depends(chosen)]


def days_of(choice: Choice, today: date) -> Period:
    """The days of a named period, none of them ahead."""
    start = today.replace(day=1)
    match choice:
        case Choice.LAST_YEAR:
            return Period(first=date(today.year - 1, 1, 1), last=date(today.year - 1, 12, 31))
        case Choice.THIS_YEAR:
            return Period(first=date(today.year, 1, 1), last=today)
        case Choice.THIS_MONTH:
            return Period(first=start, last=today)
        case Choice.LAST_MONTH:
            month = Period(first=months_before(today, 1), last=months_before(today, 1))
            return month.whole_months()
        case _:
            return Period(first=months_before(today, _YEAR_MONTHS - 1), last=today)

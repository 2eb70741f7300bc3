"""Invents the year: the same from the same seed, in the order in which it happens."""

from datetime import datetime
from itertools import chain
from typing import Final

from maillage.founding.data import Founding, founding
from maillage.scenario.calendar import PARIS
from maillage.scenario.courses import Courses
from maillage.scenario.customs import WHOLE, Size
from maillage.scenario.happenings import Happening, Scenario
from maillage.scenario.timetable import Timetable
from maillage.scenario.visits import called_off, visits, walk_ins

SPARE: Final = 0.35
"""Booklets ordered beyond those that are handed over, which the statement of unused ones names."""


def last_full_year(now: datetime) -> int:
    """The last civil year that is over in France."""
    return now.astimezone(PARIS).year - 1


def invent(department: str, year: int, *, size: Size = WHOLE, seed: str = "") -> Scenario:
    """The scenario of the département for the year.

    Args:
        department: Its INSEE code.
        year: The civil year.
        size: How much of it.
        seed: Another one makes another year; it stands in the id of every happening.
    """
    seed = seed or f"{department}-{year}"
    data = founding(department)
    timetable = Timetable(data.places, seed=seed, year=year, size=size)
    courses = _courses(data, timetable, department=department, year=year, seed=seed, size=size)
    free = [*walk_ins(timetable, seed=seed, size=size), *visits(timetable, seed=seed, size=size)]
    free += called_off(timetable, seed=seed)
    declared = [one.declared() for one in chain(*timetable.workshops.values(), timetable.alone)]
    happenings: list[Happening] = [*declared, *courses.happenings, *free]
    return Scenario(
        seed=seed,
        department=department,
        year=year,
        stocks={slug: _ordered(count) for slug, count in sorted(courses.stocks.items())},
        happenings=tuple(sorted(happenings, key=lambda one: (one.at, one.id))),
        spent=_by_month(courses.spent_at, year),
    )


def _courses(
    data: Founding, timetable: Timetable, *, department: str, year: int, seed: str, size: Size
) -> Courses:
    courses = Courses(
        seed=seed,
        department=department,
        year=year,
        organisations=data.organisations,
        places=data.places,
        timetable=timetable,
        size=size,
    )
    courses.run()
    return courses


def _ordered(handed_over: int) -> int:
    """Whole tens."""
    return 10 * (int(handed_over * (1 + SPARE)) // 10 + 1)


def _by_month(moments: list[datetime], year: int) -> dict[tuple[int, int], int]:
    months = [at.astimezone(PARIS).month for at in moments]
    return {(year, month): sum(1 for each in months if each <= month) for month in range(1, 13)}

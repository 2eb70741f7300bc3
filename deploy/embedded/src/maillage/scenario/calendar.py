"""Days and hours of a year in France: working days, and a wall clock that becomes an instant."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
DAY: Final = timedelta(days=1)
SATURDAY: Final = 5
_HOLIDAYS: Final = (((8, 4), (8, 18)), ((12, 24), (12, 31)))


def instant(day: date, at: time) -> datetime:
    """The wall clock of that day in Paris, as an instant in UTC."""
    return datetime.combine(day, at, PARIS).astimezone(ZoneInfo("UTC"))


def days(first: date, last: date) -> Iterator[date]:
    """Every day of the span, both ends included."""
    for number in range((last - first).days + 1):
        yield first + number * DAY


def closed(day: date) -> bool:
    """Whether nobody works: public holidays, the middle of August, the end of the year."""
    date_of_year = (day.month, day.day)
    return day in holidays(day.year) or any(
        first <= date_of_year <= last for first, last in _HOLIDAYS
    )


def working(day: date) -> bool:
    """A day on which offices are open."""
    return day.weekday() < SATURDAY and not closed(day)


def next_working(day: date) -> date:
    """That day, or the next on which offices are open."""
    while not working(day):
        day += DAY
    return day


@cache
def holidays(year: int) -> frozenset[date]:
    """Public holidays of mainland France (Code du travail, L3133-1)."""
    easter = easter_sunday(year)
    moving = {easter + number * DAY for number in (1, 39, 50)}
    fixed = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
    return frozenset({date(year, month, day) for month, day in fixed} | moving)


def easter_sunday(year: int) -> date:
    """By the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (a + 11 * h) // 319
    r = (2 * e + 2 * i - k - h + m + 32) % 7
    month = (h - m + r + 90) // 25
    return date(year, month, (h - m + r + month + 19) % 32)

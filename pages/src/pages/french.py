"""Dates, money and counts as people in France say and write them.

Spaces inside a number, an amount or an hour are no-break spaces, so that « 14 h 05 » and
« 1 240,00 € » never straddle two lines; a test on rendered text must expect them.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from babel.plural import PluralRule
from babel.units import format_unit
from markupsafe import Markup, escape

NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
PARIS: Final = ZoneInfo("Europe/Paris")
_LOCALE: Final = "fr_FR"

# French puts zero with one: « 0 orientation », « 1,5 heure ». The millions that CLDR sets apart
# are about « un million d'euros » in words; we write digits, where the plain plural is right.
_IS_SINGULAR: Final = PluralRule({"one": "i = 0,1"})

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400
_MONTH_S: Final = 2_629_746  # 365.2425 days / 12
_YEAR_S: Final = 31_556_952  # 365.2425 days
# Days are counted up to two months: « il y a 9 jours » decides a reminder, « 1 semaine » does not.
_UNITS: Final = (
    (_YEAR_S, _YEAR_S, "duration-year"),
    (60 * _DAY_S, _MONTH_S, "duration-month"),
    (_DAY_S, _DAY_S, "duration-day"),
    (_HOUR_S, _HOUR_S, "duration-hour"),
    (_MINUTE_S, _MINUTE_S, "duration-minute"),
    (1, 1, "duration-second"),
)
_BREAKS_AFTER: Final = re.compile(r"([-._/:@])")


def day(moment: datetime | date) -> str:
    """« mardi 24 novembre 2026 », in Paris; the first of a month is « 1er ».

    Raises:
        ValueError: an instant without time zone.
    """
    local = _in_paris(moment) if isinstance(moment, datetime) else moment
    number = "1er" if local.day == 1 else str(local.day)
    name = format_date(local, "EEEE", locale=_LOCALE)
    month_and_year = format_date(local, "MMMM y", locale=_LOCALE)
    return f"{name} {number}{NO_BREAK_SPACE}{month_and_year}"


def month(first: date) -> str:
    """« mars 2026 »."""
    return format_date(first, f"MMMM{NO_BREAK_SPACE}y", locale=_LOCALE)


def short_month(first: date) -> str:
    """« mars », « juil. »: below a bar."""
    return format_date(first, "MMM", locale=_LOCALE)


def hour(moment: datetime) -> str:
    """« 14 h 05 », or « 14 h » on the hour, in Paris."""
    local = _in_paris(moment)
    words = [str(local.hour), "h", f"{local.minute:02d}"]
    return NO_BREAK_SPACE.join(words if local.minute else words[:2])


def day_and_hour(moment: datetime) -> str:
    """« mardi 24 novembre 2026, 14 h 05 », in Paris."""
    return f"{day(moment)}, {hour(moment)}"


def when(moment: datetime) -> Markup:
    """The exact time in words, inside ``<time>``."""
    said = day_and_hour(moment)
    return Markup('<time datetime="{}">{}</time>').format(_machine_time(moment), said)


def ago(moment: datetime, now: datetime) -> Markup:
    """« il y a 3 jours » or « dans 2 heures », the exact time in ``title`` and ``datetime``.

    Whole units that have passed, never rounded up: « 9 jours » means that nine days are over.
    """
    # Through UTC: Python subtracts two instants of one zone by their wall clocks, and would lose an
    # hour, hence a day, over a change of summer time.
    passed = _in_paris(now).astimezone(UTC) - _in_paris(moment).astimezone(UTC)
    said = _distance(passed.total_seconds())
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        _machine_time(moment), day_and_hour(moment), said
    )


def euros(amount_cents: int) -> str:
    """« 1 240,00 € » from integer cents."""
    # Through a string of digits: a float would lose a cent in the large sums.
    whole, cents = divmod(abs(amount_cents), 100)
    sign = "-" if amount_cents < 0 else ""
    return format_currency(f"{sign}{whole}.{cents:02d}", "EUR", locale=_LOCALE)


@lru_cache(maxsize=4_096)  # a page of tables says the same small numbers a thousand times
def number(value: float) -> str:
    """« 115 527 », « 18,6 »."""
    return format_decimal(value, locale=_LOCALE)


def plural(value: float, one: str, many: str | None = None) -> str:
    """The form that goes with the number: singular below two, plural from two.

    Without ``many`` a single word takes an s.

    Raises:
        ValueError: several words without their plural, which an s at the end would get wrong.
    """
    if many is None and " " in one:
        raise ValueError(f"the plural of « {one} » must be written out")
    if _IS_SINGULAR(abs(value)) == "one":
        return one
    return many if many is not None else f"{one}s"


def count(value: float, one: str, many: str | None = None) -> str:
    """« 3 orientations », « 1 orientation », « 0 orientation »."""
    return f"{number(value)}{NO_BREAK_SPACE}{plural(value, one, many)}"


def breakable(reference: str) -> Markup:
    """A reference code that may break after its signs, so that it never widens a phone's page."""
    parts = _BREAKS_AFTER.split(reference)
    return Markup("").join(
        escape(part) + Markup("<wbr>") if _BREAKS_AFTER.fullmatch(part) else escape(part)
        for part in parts
    )


def _in_paris(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an instant without time zone cannot be shown")
    return moment.astimezone(PARIS)


def _machine_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _distance(seconds: float) -> str:
    passed = int(abs(seconds))
    for from_s, unit_s, unit in _UNITS:
        if passed >= from_s:
            said = format_unit(max(passed // unit_s, 1), unit, length="long", locale=_LOCALE)
            return f"il y a {said}" if seconds > 0 else f"dans {said}"
    return "à l'instant"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "ago": ago,
        "breakable": breakable,
        "count_of": count,
        "day": day,
        "day_and_hour": day_and_hour,
        "euros": euros,
        "hour": hour,
        "number": number,
        "plural": plural,
        "when": when,
    }
)

"""Communes merge: former codes and names, read on the map of today or kept as they were.

A figure of the past stays under the code that it was written with. `then` gives it the name of its
day, `today` puts it on the present map.
"""

from collections import defaultdict
from datetime import date
from functools import cache
from typing import Final

from territory.files import rows
from territory.places import Commune, CommuneThen, Former
from territory.register import commune

KNOWN_SINCE: Final = date(2018, 1, 1)
"""The first day that the table of mergers covers."""


def today(code: str) -> Commune | None:
    """The commune that holds today what `code` was, or is; None when the code never was one here.

    Codes that vanished before `KNOWN_SINCE` are not known.
    """
    found = commune(code)
    if found is not None:
        return found
    last = _by_code().get(code, ())[-1:]
    return today(last[0].into) if last else None


def then(code: str, on: date) -> CommuneThen | None:
    """The commune that had this code on this day, under the name of that day.

    None when there was none (not yet or no more), or before `KNOWN_SINCE`. A commune that changed
    its name without a merger is given its present one.
    """
    now = today(code)
    if now is None or on < KNOWN_SINCE:
        return None
    for each in _by_code().get(code, ()):
        if on < each.until:
            return CommuneThen(code=code, name=each.name, today=now)
    return CommuneThen(code=code, name=now.name, today=now) if now.code == code else None


def made_from(code: str) -> tuple[Former, ...]:
    """The communes that a commune of today was made from, its seat among them; empty for most."""
    return tuple(each for each in formers() if (now := today(each.into)) and now.code == code)


@cache
def formers() -> tuple[Former, ...]:
    """Every commune that a merger ended or changed since `KNOWN_SINCE`, the oldest merger first."""
    found = (
        Former(
            code=row["code"],
            name=row["name"],
            until=date.fromisoformat(row["date"]),
            into=row["into"],
        )
        for row in rows("mergers.csv")
    )
    return tuple(sorted(found, key=lambda each: each.until))


@cache
def _by_code() -> dict[str, tuple[Former, ...]]:
    of_code: defaultdict[str, tuple[Former, ...]] = defaultdict(tuple)
    for each in formers():
        of_code[each.code] += (each,)
    return dict(of_code)

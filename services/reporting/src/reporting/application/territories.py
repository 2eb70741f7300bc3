"""Where codes of communes lie today, for figures that were written with the codes of their day."""

from functools import cache, lru_cache
from typing import Final, NamedTuple

import territory
from territory.history import formers

ELSEWHERE: Final = ""
"""Stands for every commune outside the département, and for those that were not said."""


class Here(NamedTuple):
    """Where a commune's code lies today."""

    code: str
    commune: str
    epci: str


@cache
def register() -> tuple[Here, ...]:
    """Every code that is or was a commune here, with the commune and the EPCI of today."""
    codes = [each.code for each in territory.communes()]
    former = [each.code for each in formers() if territory.commune(each.code) is None]
    found = []
    for code in dict.fromkeys([*codes, *former]):
        now = territory.today(code)
        if now is not None:
            found.append(Here(code=code, commune=now.code, epci=now.epci))
    return tuple(found)


@cache
def _by_code() -> dict[str, Here]:
    return {each.code: each for each in register()}


def commune_of(code: str) -> str:
    """The code of the commune of today, `ELSEWHERE` when it is none of ours."""
    here = _by_code().get(code)
    return ELSEWHERE if here is None else here.commune


def epci_of(code: str) -> str:
    """The SIREN of the EPCI in which a code lies today, `ELSEWHERE` when it is none of ours."""
    here = _by_code().get(code)
    return ELSEWHERE if here is None else here.epci


@cache
def epcis_of(department: str) -> tuple[territory.Epci, ...]:
    """The EPCI with a commune in the département, by name."""
    sirens = {each.epci for each in territory.communes(department)}
    found = [each for each in territory.epcis() if each.siren in sirens]
    return tuple(sorted(found, key=lambda each: each.name))


@cache
def communes_of(siren: str) -> tuple[territory.Commune, ...]:
    """The communes of an EPCI that the register holds, by name."""
    found = [each for each in territory.communes() if each.epci == siren]
    return tuple(sorted(found, key=lambda each: each.name))


@lru_cache(maxsize=16)
def nearest(department: str, served: frozenset[str]) -> dict[str, territory.Near | None]:
    """For each commune of the département, the nearest of those `served`."""
    found = {}
    for each in territory.communes(department):
        near = territory.nearest(each.code, served, limit=1)
        found[each.code] = near[0] if near else None
    return found

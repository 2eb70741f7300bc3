"""Which commune is meant: people write a code, or a name as they know it."""

from dataclasses import dataclass

import territory
from referrals.domain.refusals import UnknownCommune


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """A commune of the register; `corrected` when something else was written than its code."""

    code: str
    name: str
    corrected: bool


def recognise(written: str) -> Commune | UnknownCommune:
    """The one commune that is meant, or those that may have been: nothing is guessed.

    A former code or name is the commune of today. A postcode is no answer, for several communes
    share it; it helps to suggest.
    """
    text = written.strip()
    found = territory.today(text)
    if found is not None:
        return Commune(code=found.code, name=found.name, corrected=found.code != text)
    named = territory.find(text)
    if len(named) == 1:
        return Commune(code=named[0].code, name=named[0].name, corrected=True)
    near = territory.by_postcode(text) or territory.suggest(text)
    return UnknownCommune(
        given=text, nearest=tuple(f"{each.name} ({each.code})" for each in near[:_NEAREST_MAX])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where a person lives, as it may be told: her commune, or the EPCI around it (SIREN)."""

    commune: str | None
    epci: str | None
    label: str


def area(code: str | None, *, whole: bool) -> Area:
    """Where a person lives: all of it to who knows her, else no place that points at her.

    In a commune of under 200 inhabitants the years of birth and the need can be one person
    (messages.md §9).
    """
    found = territory.commune(code or "")
    if code is None or found is None:
        return Area(commune=code, epci=None, label=code or "")
    around = territory.epci(found.epci)
    if whole or around is None or found.population >= _TOLD_FROM_INHABITANTS:
        return Area(commune=code, epci=None, label=f"{found.name} ({code})")
    return Area(commune=None, epci=around.siren, label=around.name)


_TOLD_FROM_INHABITANTS = 200
# More than three do not help to choose, and a verdict's sentence is bounded.
_NEAREST_MAX = 3

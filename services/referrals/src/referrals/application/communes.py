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

    A postcode is no answer, for several communes share it; it helps to suggest.
    """
    text = written.strip()
    found = territory.commune(text)
    if found is not None:
        return Commune(code=found.code, name=found.name, corrected=False)
    named = territory.find(text)
    if len(named) == 1:
        return Commune(code=named[0].code, name=named[0].name, corrected=True)
    near = territory.by_postcode(text) or territory.suggest(text)
    return UnknownCommune(
        given=text, nearest=tuple(f"{each.name} ({each.code})" for each in near[:_NEAREST_MAX])
    )


def name_of(code: str) -> str:
    """The name of a commune; its code when the register does not hold it."""
    found = territory.commune(code)
    return code if found is None else found.name


# More than three do not help to choose, and a verdict's sentence is bounded.
_NEAREST_MAX = 3

"""Where a person lives, as far as a partner may be told."""

import territory
from partners.domain.outgoing import Place

_TOLD_FROM_INHABITANTS = 200


def told_place(commune: str | None) -> Place:
    """The commune, or the EPCI around one of under 200 inhabitants (messages.md §9).

    There the years of birth and the need can be one person. Of a code that the register does not
    know nothing is told, for its population is not known either.
    """
    found = territory.commune(commune or "")
    if found is None:
        return Place()
    if found.population < _TOLD_FROM_INHABITANTS:
        return Place(epci=found.epci)
    return Place(commune=found.code)

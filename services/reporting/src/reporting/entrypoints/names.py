"""Names of organisations inside a French sentence: « par la CAF », « au Département »."""

import re
from collections.abc import Iterable
from typing import Final

# The first word of a name decides its article; what is not listed here (Tela, Emmaüs) has none.
_FEMININE: Final = frozenset(
    {"bibliothèque", "caf", "caisse", "cité", "commune", "communauté", "fabrique"}
    | {"mairie", "maison", "médiathèque", "mission", "msa", "mutualité", "régie", "ville"}
)
_MASCULINE: Final = frozenset(
    {"bus", "ccas", "centre", "cias", "collectif", "conseil", "département", "fablab", "foyer"}
    | {"groupement", "pôle", "réseau", "service", "syndicat", "tiers-lieu"}
)
_ELIDED: Final = frozenset(
    {"agence", "agglomération", "association", "atelier", "école", "espace", "office", "union"}
)
_FIRST_WORD: Final = re.compile(r"[\w-]+")


def by(name: str) -> str:
    """« par la CAF de la Creuse », « par Tela »."""
    return f"par {_article(name)}{name}"


def to(name: str) -> str:
    """« à la CAF de la Creuse », « au Département », « à Tela »."""
    article = _article(name)
    return f"au {name}" if article == "le " else f"à {article}{name}"


def listed(parts: Iterable[str]) -> str:
    """« à Tela, à la CAF et au Département »."""
    *before, last = parts
    return f"{', '.join(before)} et {last}" if before else last


def _article(name: str) -> str:
    found = _FIRST_WORD.match(name)
    first = found.group().lower() if found else ""
    if first in _ELIDED:
        return "l'"
    if first in _FEMININE:
        return "la "
    return "le " if first in _MASCULINE else ""

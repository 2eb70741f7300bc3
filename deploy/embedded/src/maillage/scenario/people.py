"""Invented people: family names that nobody bears, numbers and addresses that lead nowhere."""

from collections.abc import Mapping
from typing import Any, Final

from maillage.scenario.dice import Dice

_BEGINNINGS: Final = ("Bour", "Char", "Val", "Fon", "Lar", "Des", "Gri", "Pey", "Rou", "Mau")
_MIDDLES: Final = ("zé", "velu", "quino", "xim", "joru", "vaspi", "zabé", "dricou", "milvé", "favo")
_ENDINGS: Final = (
    "naud",
    "neix",
    "chaud",
    "tière",
    "gnac",
    "rand",
    "ville",
    "bost",
    "deix",
    "lard",
)
_GIVEN: Final = (
    "Jeanne", "Marcel", "Odette", "René", "Simone", "André", "Monique", "Michel", "Françoise",
    "Gérard", "Martine", "Patrick", "Sylvie", "Philippe", "Nathalie", "Thierry", "Céline", "Karim",
    "Fatima", "Julien", "Aurélie", "Mehdi", "Élodie", "Kevin", "Manon", "Lucas", "Chloé", "Enzo",
)  # fmt: skip
# Numbers that are kept for fiction (Arcep, numbering plan: 05 36 49, 06 39 98).
PHONES: Final = ("05 36 49", "06 39 98")
MAIL_HOST: Final = "courriel.example"
WITH_PHONE, WITH_MAIL = 0.85, 0.4


def family_names() -> frozenset[str]:
    """Every family name that may be drawn."""
    return frozenset(
        begin + middle + end for begin in _BEGINNINGS for middle in _MIDDLES for end in _ENDINGS
    )


def invent(dice: Dice, *, commune: str, born: int) -> Mapping[str, Any]:
    """Somebody, as the vault's door takes an identity."""
    family = "".join(dice.any(part) for part in (_BEGINNINGS, _MIDDLES, _ENDINGS))
    given = dice.any(_GIVEN)
    number = f"{dice.whole(0, 99):02d} {dice.whole(0, 99):02d}"
    phone = f"{dice.any(PHONES)} {number}" if dice.chance(WITH_PHONE) else None
    address = f"{_plain(given)}.{_plain(family)}{dice.whole(1, 99)}@{MAIL_HOST}"
    return {
        "family_name": family,
        "given_name": given,
        "birth_year": born,
        "commune": commune,
        "phone": phone,
        "email": address if dice.chance(WITH_MAIL) else None,
    }


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèçëêïô", "eeceeio"))

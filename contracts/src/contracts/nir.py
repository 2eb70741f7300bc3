"""Finds a French social-security number (NIR) in text, so that no message ever carries one.

A NIR is 13 characters (sex, year, month, département, commune, order) and a two-digit key,
97 minus the number modulo 97, where the Corsican 2A counts as 19 and 2B as 18 (décret n° 82-103).
A bare pattern would hit most long numbers: the long form counts only when its key is right, the
short form only in free text and with the shape of a NIR.
"""

import re
import unicodedata
from typing import Final

_KEYED: Final = re.compile(r"(?<![0-9])([0-9]{5}(?:2[AB]|[0-9]{2})[0-9]{6})([0-9]{2})(?![0-9])")
# People write `1 84 12 76 451 089 46`; up to two separators, and only between the groups, or a
# telephone number followed by a date would pass for one.
_GAP: Final = r"[\W_]{0,2}"
_SHAPE: Final = _GAP.join(
    (
        r"(?<![0-9])([1-478]",
        r"[0-9]{2}",
        r"(?:0[1-9]|1[0-2]|[2-3][0-9]|4[0-2]|[5-9][0-9])",
        r"(?:2[AB]|[0-9]{2})",
        r"[0-9]{3}",
        r"[0-9]{3})",
    )
)
# The groups of a UUID can read as those of a NIR: once in 240,000.
_UUID: Final = re.compile(r"(?<![0-9A-Z])[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}(?![0-9A-Z])")
_SHORT: Final = re.compile(_SHAPE + r"(?![0-9])")
_SPACED: Final = re.compile(_SHAPE + _GAP + r"([0-9]{2})(?![0-9])")


def contains_nir(text: str, *, free_text: bool = False) -> bool:
    """Whether the text holds a NIR: 15 digits with the right key, anywhere.

    Args:
        text: Any text that came from outside.
        free_text: Also look for the form without key (13 digits), as people write it.
    """
    plain = _UUID.sub(" ", _plain(text))
    if any(_key_is_right(*found.groups()) for found in _KEYED.finditer(plain)):
        return True
    if any(_key_is_right(*found.groups()) for found in _SPACED.finditer(plain)):
        return True
    return free_text and _SHORT.search(plain) is not None


def nir_key(body: str) -> int:
    """The key of the 13 characters of a NIR: 1 to 97."""
    digits = re.sub(r"[\W_]", "", body).replace("2A", "19", 1).replace("2B", "18", 1)
    return 97 - int(digits) % 97


def _key_is_right(body: str, key: str) -> bool:
    return nir_key(body) == int(key)


def _plain(text: str) -> str:
    """Full-width digits as digits, no invisible characters: what a reader of the text sees."""
    shown = unicodedata.normalize("NFKC", text).upper()
    return "".join(each for each in shown if unicodedata.category(each) != "Cf")

"""Finds the telephone number or e-mail address of a person in a text that is to travel.

Names cannot be found so: that none is written is the sender's duty. Numbers are those of France
(plan national de numérotation: ten digits, or nine after +33) and any written with a plus sign.
"""

import re
from typing import Final

_EMAIL: Final = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\W\d_]{2,}")
_GAP: Final = r"[\s.\-/\u2011]?"
_FRENCH: Final = rf"(?:0|(?:\+|00){_GAP}33{_GAP}(?:\(0\){_GAP})?)[1-9](?:{_GAP}[0-9]{{2}}){{4}}"
_FOREIGN: Final = rf"\+[1-9](?:{_GAP}[0-9]){{7,14}}"
_PHONE: Final = re.compile(rf"(?<![0-9+])(?:{_FRENCH}|{_FOREIGN})(?![0-9])")


def contains_contact(text: str) -> bool:
    """Whether the text holds a telephone number or an e-mail address."""
    return _EMAIL.search(text) is not None or _PHONE.search(text) is not None

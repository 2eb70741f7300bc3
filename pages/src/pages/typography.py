"""French spaces: a mark that stands apart from its word never goes to the next line alone."""

import re
from typing import Final

from pages.french import NO_BREAK_SPACE

# What is kept as it is: elements whose text is code, a drawing or a person's own, comments, and
# tags, whose attributes may hold a ">" in quotes. Then the spaces before « : ; ? ! » » and after
# « « ».
_KEPT_OR_SPACES: Final = re.compile(
    r"""
    (?P<kept>
        <(?P<name>pre|code|textarea|script|style|svg)\b.*?</(?P=name)\s*>
        | <!--.*?-->
        | </?[a-z!](?:[^<>"']|"[^"]*"|'[^']*')*>
    )
    | (?<!\s)\s+(?=[:;?!»])
    | (?<=«)\s+
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


def hold_marks(html: str) -> str:
    """Put a no-break space before « : ; ? ! » » and after « « », in the text of a page alone.

    Only where a space stands already: « 14:30 » and « http://… » keep to themselves. One kind of
    space for all of these marks, U+00A0, which every font has.
    """
    return _KEPT_OR_SPACES.sub(lambda found: found["kept"] or NO_BREAK_SPACE, html)

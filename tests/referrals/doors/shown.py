"""What a person reads on a page, and the hidden number of its form."""

import html
import re

import httpx

from tests.marks import loose_marks

ACT = re.compile(r'name="act" value="([0-9a-f-]{36})"')


def act_in(page: httpx.Response) -> str:
    found = ACT.search(page.text)
    assert found is not None
    return found[1]


def text_of(page: httpx.Response) -> str:
    """The words on a page, as they are read; no mark of it may go to the next line alone."""
    assert loose_marks(page.text) == []
    words = re.sub(r"<[^>]+>", " ", page.text.replace("<wbr>", ""))
    return re.sub(r"\s+", " ", html.unescape(words))

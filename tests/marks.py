"""Finds the French marks that a browser could send to the next line without their word."""

import re
from html.parser import HTMLParser

from typing_extensions import override

LOOSE = re.compile(r".{0,20}(?:[ \t\r\n][:;?!»]|«[ \t\r\n]).{0,20}", re.DOTALL)
NO_PROSE = {"code", "pre", "script", "style", "textarea"}


def loose_marks(html: str) -> list[str]:
    """The places in the text of a page where an ordinary space stands by a mark; none is right."""
    reader = _Prose()
    reader.feed(html)
    reader.close()
    return [found for text in reader.texts for found in LOOSE.findall(text)]


class _Prose(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._inside: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in NO_PROSE:
            self._inside.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    @override
    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.texts.append(data)

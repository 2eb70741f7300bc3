"""What a fact told in French is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from contracts.codes import Code
from reporting.domain.journeys import Entry

UNNAMED: Final = "une organisation"

Tone = Literal["neutral", "done", "watch", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A fact told: who did what, the word and tone of its chip, what more there is to say."""

    title: str
    word: str
    tone: Tone = "neutral"
    detail: str = ""


class Names:
    """The names of organisations, with a word for those the directory has not named yet."""

    def __init__(self, known: Mapping[UUID, str]) -> None:
        self._known = known

    def of(self, organisation: object) -> str:
        try:
            return self._known.get(UUID(str(organisation)), UNNAMED)
        except ValueError:
            return UNNAMED


Teller = Callable[[Entry, Names], Sentence]


def label_of(codes: type[Code], code: object) -> str:
    """The French label of a code; one newer than we are, as it is."""
    return next((each.label for each in codes if each == code), str(code or "non précisé"))


def lower(words: str) -> str:
    """The words inside a sentence: « Session complète » becomes « session complète »."""
    return words[:1].lower() + words[1:]

"""One step of a timeline, as ``components.html`` shows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What happened, or what is expected (``at`` is then unknown).

    ``state_word`` is the French word of the chip; ``tone`` gives its shape and colour.
    ``key`` becomes the id of the line, by which live updates know a new line from an old one.
    """

    key: str
    title: str
    state_word: str
    tone: Literal["neutral", "done", "watch", "late"] = "neutral"
    at: datetime | None = None
    by: str | None = None
    detail: str | None = None

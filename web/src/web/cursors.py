"""Cursors: where a list goes on, opaque to the caller and free of secrets."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from web.problems import Problem

CURSOR_MAX_CHARACTERS = 512

Item = TypeVar("Item")
Position = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """A part of a list; `next` is the cursor of the following one, None at the end."""

    items: Sequence[Item]
    next: str | None = None


def encode(position: Position) -> str:
    """The position as text that fits into an address."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode(cursor: str) -> Position:
    """The position in a cursor; its names and types are the reader's to check.

    Raises:
        Problem: 400 `bad-cursor`.
    """
    try:
        padded = cursor[:CURSOR_MAX_CHARACTERS] + "=" * (-len(cursor) % 4)
        position = json.loads(base64.b64decode(padded, b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        position = None
    if not isinstance(position, dict) or any(_is_nested(value) for value in position.values()):
        raise bad_cursor()
    return position


def bad_cursor() -> Problem:
    """What to raise when a cursor of ours holds another list's position."""
    return Problem(400, "bad-cursor", "The cursor is not one of ours")


def _is_nested(value: object) -> bool:
    return not (value is None or isinstance(value, str | int))

"""The golden examples: one structured CloudEvent a file, under `examples/<type>/`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.message import Message

_NOT_HEADERS = ("data", "datacontenttype")


@dataclass(frozen=True, slots=True)
class Example:
    """One golden example of a message."""

    name: str
    event: Mapping[str, Any]

    @property
    def data(self) -> Mapping[str, Any]:
        """The message itself."""
        data: Mapping[str, Any] = self.event["data"]
        return data

    @property
    def headers(self) -> dict[str, str]:
        """The record headers of the same event in binary mode."""
        attributes = {
            f"ce_{name}": value for name, value in self.event.items() if name not in _NOT_HEADERS
        }
        return {"content-type": "application/json", **attributes}


def examples(folder: Path, message: type[Message]) -> list[Example]:
    """The golden examples of one message, in the order of their names."""
    files = sorted((folder / message.type).glob("*.json"))
    return [Example(each.stem, json.loads(each.read_text(encoding="utf-8"))) for each in files]

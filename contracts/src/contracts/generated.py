"""The files generated from this package, and whether those in the repository are current."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from contracts import asyncapi, catalogue, diagram, readers
from contracts.envelope import structured_envelope
from contracts.gate import described
from contracts.journeys import JOURNEYS
from contracts.page import page
from contracts.schema import DIALECT, closed_form
from contracts.topics import TOPICS

_ENVELOPE_ID: Final = "urn:maillage:schema:envelope:1"


def files(root: Path) -> dict[Path, str]:
    """Every generated file of the repository at `root`, with the content it should have."""
    contracts = root / "contracts"
    examples = contracts / "examples"
    tables = readers.announced()
    journeys = root / "docs" / "journeys"
    envelope = {"$schema": DIALECT, "$id": _ENVELOPE_ID, **structured_envelope()}
    return {
        **{_schema_file(root, each.type): _json(closed_form(each)) for each in catalogue.MESSAGES},
        _schema_file(root, "envelope"): _json(envelope),
        contracts / "topics.json": _json(described(TOPICS)),
        contracts / "asyncapi.json": _json(
            asyncapi.document(version("maillage-contracts"), examples)
        ),
        root / "docs" / "messages.md": page(tables, examples),
        **{journeys / f"{each.name}.svg": diagram.svg(each, tables) for each in JOURNEYS},
    }


def write(root: Path) -> list[Path]:
    """Bring the generated files up to date.

    Returns:
        The files that changed.
    """
    wanted = files(root)
    changed = stale(root, wanted)
    for path in changed:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def stale(root: Path, wanted: dict[Path, str]) -> list[Path]:
    """The files that differ from what they should be, and schemas of messages that are gone."""
    differing = [path for path, text in wanted.items() if _text(path) != text]
    left_over = set(_schema_file(root, "envelope").parent.glob("*.json")) - wanted.keys()
    return sorted([*differing, *left_over])


def _schema_file(root: Path, name: str) -> Path:
    return root / "contracts" / "schemas" / f"{name}.json"


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _json(value: Any) -> str:  # noqa: ANN401 - JSON is what it is
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"

"""Where the contracts lie, and the checks that several tests share."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import settings
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from contracts import catalogue, golden
from contracts.message import Message

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "contracts" / "examples"
SCHEMAS = ROOT / "contracts" / "schemas"

UNHURRIED = settings(deadline=None)
"""A machine shared by many tests may take its time over one example."""

GOLDEN = [
    (message, example)
    for message in catalogue.MESSAGES
    for example in golden.examples(EXAMPLES, message)
]
GOLDEN_IDS = [f"{message.type}/{example.name}" for message, example in GOLDEN]


def validator(name: str) -> Validator:
    """Checks against a committed schema, formats included."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def valid_data(message: type[Message]) -> Mapping[str, Any]:
    """The data of the message's richest golden example."""
    found = golden.examples(EXAMPLES, message)
    return max((example.data for example in found), key=len)

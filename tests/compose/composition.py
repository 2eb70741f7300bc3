"""docker-compose.yml as the engine would read it: variables put in, anchors resolved."""

import io
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dotenv
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<kind>:\?|:-)(?P<rest>[^}]*))?\})")


class Missing(Exception):
    """A required variable has no value."""


def fresh_environment() -> dict[str, str]:
    """What `python deploy/compose/new_env.py > .env` gives."""
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/compose/new_env.py"],
        check=True,
        capture_output=True,
        text=True,
    )
    values = dotenv.dotenv_values(stream=io.StringIO(done.stdout), interpolate=False)
    return {name: value or "" for name, value in values.items()}


def interpolated(value: Any, environment: Mapping[str, str]) -> Any:
    """The value with `${NAME:?}`, `${NAME:-default}` and `$$` replaced, as Compose does it.

    Raises:
        Missing: a variable marked `:?` has no value.
    """
    if isinstance(value, dict):
        return {name: interpolated(each, environment) for name, each in value.items()}
    if isinstance(value, list):
        return [interpolated(each, environment) for each in value]
    if not isinstance(value, str):
        return value

    def put_in(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        found = environment.get(match["name"], "")
        if not found and match["kind"] == ":?":
            raise Missing(match["name"])
        return found or match["rest"] or ""

    return VARIABLE.sub(put_in, value)


def raw() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return parsed


def read(environment: Mapping[str, str]) -> dict[str, Any]:
    composition: dict[str, Any] = interpolated(raw(), environment)
    return composition

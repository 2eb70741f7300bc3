"""Every service has the same rooms, and the chassis keeps to its budget."""

import ast
import io
import tokenize
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, SERVICES, Source, python_sources

ROOMS = (
    *("__main__.py", "service.py", "settings.py", "metrics.py", "py.typed"),
    *("entrypoints/api.py", "entrypoints/pages.py", "entrypoints/inbound.py"),
    *("application", "storage/tables.py", "domain", "migrations/versions", "templates"),
)
# What a chassis may grow to before it becomes a framework that one must learn.
CHASSIS_LINES_MAX = 2400
SILENT = {"reporting"}  # a fold of what the others say: it publishes nothing


def logical_lines(source: Source) -> int:
    """Logical lines, as Python's reference defines them, without docstrings.

    Counted so that neither a comment nor a line broken for reading costs anything.
    """
    tokens = tokenize.generate_tokens(io.StringIO(source.text).readline)
    lines = sum(token.type == tokenize.NEWLINE for token in tokens)
    texts = sum(
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for node in ast.walk(source.tree)
    )
    return lines - texts


def missing_rooms(service: str, root: Path) -> list[str]:
    """The rooms that a service should have and has not."""
    home = root / f"services/{service}"
    package = home / f"src/{service}"
    wanted = [package / room for room in ROOMS]
    wanted += [home / name for name in ("README.md", "Dockerfile", "pyproject.toml")]
    if service not in SILENT:
        wanted.append(package / "entrypoints/outbound.py")
    return [str(path.relative_to(root)) for path in wanted if not path.exists()]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_all_its_rooms(service: str) -> None:
    assert missing_rooms(service, ROOT) == []


def test_a_missing_room_is_seen(tmp_path: Path) -> None:
    assert "services/vouchers/src/vouchers/domain" in missing_rooms("vouchers", tmp_path)
    assert "services/reporting/src/reporting/entrypoints/outbound.py" not in missing_rooms(
        "reporting", tmp_path
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_is_named_after_the_platform(package: str) -> None:
    project = ROOT / PACKAGES[package].removesuffix(f"/src/{package}") / "pyproject.toml"
    told = tomllib.loads(project.read_text(encoding="utf-8"))["project"]

    assert told["name"] == f"maillage-{package}"
    assert told["requires-python"] == ">=3.11"
    assert told["license"] == "MIT"


def test_the_chassis_keeps_to_its_budget() -> None:
    chassis = [source for source in python_sources() if source.path.startswith("chassis/src/")]

    assert chassis
    assert sum(map(logical_lines, chassis)) <= CHASSIS_LINES_MAX


def test_comments_docstrings_and_broken_lines_cost_nothing() -> None:
    statement, function = (
        "x = f(\n    1,\n    2,\n)\n",
        'def g() -> None:\n    """What."""\n    h()\n',
    )
    text = f'"""Why."""\n\n# Because.\n{statement}\n\n{function}'

    assert logical_lines(Source("chassis/src/chassis/x.py", text)) == 3

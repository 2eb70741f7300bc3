"""Every service has the same rooms, and the shared ones keep to their budgets."""

import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, SERVICES, python_sources

ROOMS = (
    *("__main__.py", "service.py", "settings.py", "metrics.py", "py.typed"),
    *("entrypoints/api.py", "entrypoints/pages.py", "entrypoints/inbound.py"),
    *("application", "storage/tables.py", "domain", "migrations/versions", "templates"),
)
# What a shared room may grow to before it becomes a framework that one must learn: lines of its
# Python files, comments and blank lines included.
LINES_MAX = {"chassis": 2400, "web": 1500}
SILENT = {"reporting"}  # a fold of what the others say: it publishes nothing


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


@pytest.mark.parametrize("room", LINES_MAX)
def test_a_shared_room_keeps_to_its_budget(room: str) -> None:
    sources = [source for source in python_sources() if source.path.startswith(f"{room}/src/")]

    assert sources
    assert sum(len(source.text.splitlines()) for source in sources) <= LINES_MAX[room]

"""import-linter's contracts hold, and each sees its own breach.

All breaches are injected into one copy of the packages, and the linter runs on it once.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, SERVICES

pytestmark = pytest.mark.timeout(120)

# (module to add or extend, the line to add, what the linter must say of it)
BREACHES = [
    ("vouchers.domain.stray", "import sqlalchemy", "vouchers.domain.stray -> sqlalchemy"),
    ("vouchers.domain.stray", "import chassis.ids", "vouchers.domain.stray -> chassis.ids"),
    ("partners.domain.stray", "import pydantic", "partners.domain.stray -> pydantic"),
    (
        "vouchers.domain.below",
        "import vouchers.storage.tables",
        "vouchers.domain.below -> vouchers.storage.tables",
    ),
    (
        "scheduling.storage.stray",
        "import scheduling.application",
        "scheduling.storage.stray -> scheduling.application",
    ),
    (
        "scheduling.application.stray",
        "import scheduling.entrypoints",
        "scheduling.application.stray -> scheduling.entrypoints",
    ),
    ("vouchers.application.web", "import fastapi", "vouchers.application.web -> fastapi"),
    (
        "vouchers.application.web",
        "import contracts.topics",
        "vouchers.application.web -> contracts.topics",
    ),
    ("vouchers.application.broker", "import aiokafka", "vouchers.application.broker -> aiokafka"),
    (
        "scheduling.entrypoints.stray",
        "import vouchers.domain",
        "scheduling.entrypoints.stray -> vouchers.domain",
    ),
    ("chassis.stray", "import contracts.topics", "chassis.stray -> contracts.topics"),
    ("chassis.upward", "import vouchers.domain", "chassis.upward -> vouchers.domain"),
    ("chassis.shown", "import web.problems", "chassis.shown -> web.problems"),
    ("contracts.stray", "import chassis.ids", "contracts.stray -> chassis.ids"),
    ("pages.stray", "import chassis.ids", "pages.stray -> chassis.ids"),
    ("territory.stray", "import contracts.topics", "territory.stray -> contracts.topics"),
    (
        "vouchers.entrypoints.stray",
        "import contracts.events.referrals",
        "vouchers.entrypoints.stray -> contracts.events.referrals",
    ),
    (
        "referrals.entrypoints.stray",
        "import contracts.events.partners",
        "referrals.entrypoints.stray -> contracts.events.partners",
    ),
    (
        "reporting.entrypoints.stray",
        "import contracts.verdicts",
        "reporting.entrypoints.stray -> contracts.verdicts",
    ),
    (
        "vouchers.entrypoints.inbound",
        "import contracts.intents.referrals",
        "vouchers.entrypoints.inbound -> contracts.intents.referrals",
    ),
    ("partners.plumbing", "", "partners.plumbing"),
    ("pages.round", "import pages.about", ".round -> .about"),
    ("pages.about", "import pages.round", "- .round -> .about"),
]


def copy_of_the_packages(target: Path) -> Path:
    """The ten packages side by side, with the linter's configuration."""
    for name, path in PACKAGES.items():
        shutil.copytree(ROOT / path, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def inject(target: Path, module: str, line: str) -> None:
    path = target.joinpath(*module.split(".")).with_suffix(".py")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def lint(target: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter on the copy, which comes before the installed packages."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=target,
        env={**os.environ, "PYTHONPATH": str(target), "COLUMNS": "400"},  # noqa: TID251 - a child's environment
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    target = copy_of_the_packages(tmp_path_factory.mktemp("breached"))
    for module, line, _ in BREACHES:
        inject(target, module, line)

    done = lint(target)

    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def test_the_contracts_hold(tmp_path: Path) -> None:
    done = lint(copy_of_the_packages(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(
    ("module", "line", "said"), BREACHES, ids=[f"{m}:{line}" for m, line, _ in BREACHES]
)
def test_a_breach_is_seen(report: str, module: str, line: str, said: str) -> None:
    assert said in report, f"{line!r} in {module} went unseen:\n{report}"


def test_every_contract_is_breached(report: str) -> None:
    verdicts = [row for row in report.splitlines() if row.endswith((" KEPT", " BROKEN"))]

    assert verdicts
    assert not [row for row in verdicts if row.endswith(" KEPT")]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_stair_checked(service: str) -> None:
    configuration = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    for room in ("domain", "application"):
        assert f'"{service}.{room}"' in configuration

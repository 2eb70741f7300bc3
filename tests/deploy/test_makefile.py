"""The Makefile before anything is installed: it lists itself, and says what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = (
    *("up", "down", "reset", "status", "demo", "check", "test", "soak", "fix", "bench"),
    *("setup", "contracts", "territory", "dead"),
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout in which nothing was installed yet."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def make(clone: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": path or os.environ["PATH"],  # noqa: TID251 - where make and sh are
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        ["make", *arguments],
        cwd=clone,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def fake_python(clone: Path, script: str) -> str:
    path = clone / "fake-python"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_lists_every_target_with_a_word(clone: Path) -> None:
    said = make(clone).stdout
    for target in TARGETS:
        assert f"make {target} " in said


def test_says_that_python_is_missing(clone: Path) -> None:
    done = make(clone, "up", "PYTHON=")
    assert done.returncode != 0
    assert "Python 3.11 ou plus récent" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_old_python_is_passed_over(clone: Path) -> None:
    tools = clone / "tools"
    tools.mkdir()
    for name in ("make", "sh", "cat", "awk", "test", "printf", "mkdir", "touch", "rm"):
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    (tools / "python3").symlink_to(fake_python(clone, "exit 1"))
    done = make(clone, "up", path=str(tools))
    assert done.returncode != 0
    assert "Python 3.11 ou plus récent" in done.stdout


def test_says_that_venv_is_missing(clone: Path) -> None:
    done = make(clone, "up", f"PYTHON={fake_python(clone, 'exit 1')}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stdout


def test_says_that_the_network_is_missing(clone: Path) -> None:
    """The environment is made, the libraries do not come."""
    script = 'case "$*" in *venv*.venv) mkdir -p .venv/bin; cp pip .venv/bin/pip;; esac'
    (clone / "pip").write_text("#!/bin/sh\necho no route to host >&2\nexit 1\n")
    (clone / "pip").chmod(0o755)
    done = make(clone, "up", f"PYTHON={fake_python(clone, script)}")
    assert done.returncode != 0
    assert "besoin du réseau" in done.stdout


def test_down_without_installation_says_so(clone: Path) -> None:
    done = make(clone, "down")
    assert done.returncode == 0
    assert "rien à arrêter" in done.stdout

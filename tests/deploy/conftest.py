"""A whole stack in a home of its own, driven by the command line as a person would."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from maillage.home import OFFSETS, Home, State
from maillage.programmes import MARK
from maillage.servers.processes import is_free
from tests.servers.shared import of_group

TIMEOUT_S = 300
COMMAND = Path(sys.executable).with_name("maillage")


def environment(home: Home) -> dict[str, str]:
    """What a command of that home finds; nothing is played unless a test asks for it."""
    clean = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251 - a child must find its libraries
        if not name.startswith("MAILLAGE_")
    }
    return {**clean, "MAILLAGE_HOME": str(home.path), "MAILLAGE_SCENARIO": "none"}


@dataclass(frozen=True, slots=True)
class CommandLine:
    """`maillage` with a home of its own."""

    home: Home
    timeout_s: float = TIMEOUT_S

    def run(
        self, *arguments: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs one command, its output read through a pipe."""
        return subprocess.run(
            [str(COMMAND), *arguments],
            env={**environment(self.home), **(variables or {})},
            capture_output=True,
            text=True,
            timeout=self.timeout_s,
            check=False,
        )

    def good(self, *arguments: str, **variables: str) -> str:
        """What a command prints that must succeed."""
        done = self.run(*arguments, variables=variables)
        assert done.returncode == 0, f"maillage {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        return done.stdout

    def refused(self, *arguments: str, **variables: str) -> str:
        """The one sentence with which a command fails, never a traceback."""
        done = self.run(*arguments, variables=variables)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        assert done.stderr.startswith("✗ ")
        return done.stderr

    @property
    def state(self) -> State:
        state = self.home.state()
        assert state is not None
        return state

    def check_nothing_is_left(self) -> None:
        """No process, no port, no file of the run."""
        left = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == str(self.home.path):
                    left.append(process.cmdline())
            except psutil.Error:
                continue
        assert left == []
        assert all(is_free(self.state.port(name)) for name in OFFSETS)
        assert list(self.home.run.iterdir()) == []


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[CommandLine]:
    """A stack that is up."""
    made = up_and_down(CommandLine(Home(tmp_path_factory.mktemp("deploy") / "home")))
    with of_group("deploy-stack", made, config=pytestconfig) as line:
        yield line


@contextmanager
def up_and_down(line: CommandLine) -> Iterator[CommandLine]:
    """The command line's stack for the block; nothing is left behind it."""
    try:
        line.good("up")
        yield line
    finally:
        line.good("down")
    line.check_nothing_is_left()

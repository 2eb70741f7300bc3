"""One PostgreSQL and one Kafka for a whole test run, also when xdist splits it over processes.

Whoever needs a server first starts it (under a lock); the run's main process ends it.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import psutil
import pytest

from maillage.servers.processes import Identity, stop

T = TypeVar("T")
SERVERS = pytest.StashKey["SharedServers"]()
ENDS = pytest.StashKey[dict[str, contextlib.ExitStack]]()
ROOT = Path(__file__).parents[2]
# The first time, Kafka's jars are fetched.
PATIENCE_S = 180
POLL_S = 0.05


class SharedServers:
    """The servers of one test run, known to its processes by a directory."""

    def __init__(self, directory: Path, *, owner: int) -> None:
        self.directory = directory
        self.owner = owner
        self._leases: list[subprocess.Popen[bytes]] = []

    @classmethod
    def create(cls) -> "SharedServers":
        """For the run's main process."""
        return cls(Path(tempfile.mkdtemp(prefix="maillage-tests-")), owner=os.getpid())

    def borrow(self, kind: str) -> dict[str, str]:
        """How to reach a server, started now if nobody has. Fails or skips when it cannot."""
        answer = self.directory / f"{kind}.json"
        with self._lock():
            if not (self.directory / f"{kind}.lease").exists():
                self._start(kind)
            end = time.monotonic() + PATIENCE_S
            while not answer.exists():
                if time.monotonic() > end:
                    refuse(f"{kind} did not answer within {PATIENCE_S} s")
                time.sleep(POLL_S)  # noqa: TID251 - a synchronous fixture
        reach: dict[str, str] = json.loads(answer.read_text())
        if "failed" in reach:
            refuse(f"{kind} could not start: {reach['failed']}")
        return reach

    def claim(self, kind: str) -> None:
        """For what only one process of the run may make: a second one's tests lost their group."""
        try:
            (self.directory / f"{kind}.claim").touch(exist_ok=False)
        except FileExistsError:
            pytest.fail(
                f"{kind} is made twice: did a worker die, or xdist forget the groups?",
                pytrace=False,
            )

    def close(self) -> None:
        """Ends what was started, and leaves nothing behind."""
        for lease in self.directory.glob("*.lease"):
            pid, created = lease.read_text().split()
            stop(Identity(int(pid), float(created)))
        for process in self._leases:
            process.wait()
        for rest in self.directory.iterdir():
            rest.unlink()
        self.directory.rmdir()

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.directory / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _start(self, kind: str) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.lease", kind, self.directory, str(self.owner)],
            cwd=ROOT,
            start_new_session=True,
        )
        self._leases.append(process)
        created = psutil.Process(process.pid).create_time()
        (self.directory / f"{kind}.lease").write_text(f"{process.pid} {created!r}")


def group_of(item: pytest.Item | None) -> str | None:
    """The group that one worker runs from its first test to its last."""
    mark = item and item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else None


@contextlib.contextmanager
def of_group(name: str, made: AbstractContextManager[T], *, config: pytest.Config) -> Iterator[T]:
    """What the tests of a group share, made once, and ended with the last of them.

    A platform that nobody asks any more would take a sixth of the machine from all other tests.
    """
    config.stash[SERVERS].claim(name)
    with contextlib.ExitStack() as until_end:
        config.stash.setdefault(ENDS, {})[name] = until_end
        yield until_end.enter_context(made)


def refuse(reason: str) -> NoReturn:
    """No server: in CI that is a failure; on a desk without network it skips."""
    if os.environ.get("CI"):  # noqa: TID251 - the convention of CI systems
        pytest.fail(reason)
    pytest.skip(reason)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine from a synchronous fixture, beside whatever loop the test has."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()

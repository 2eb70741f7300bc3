"""Processes and ports of this machine, told apart from what has since taken their number."""

import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

LOOPBACK = "127.0.0.1"
POLL_S = 0.03
# psutil derives the start from the boot time, which the kernel may adjust by a few milliseconds.
SAME_START_S = 1.0


@dataclass(frozen=True, slots=True)
class Identity:
    """A process by number and start (seconds since 1970): a number alone is soon reused."""

    pid: int
    created: float

    @classmethod
    def of(cls, pid: int) -> "Identity":
        """Raises psutil.NoSuchProcess when it has gone."""
        return cls(pid, psutil.Process(pid).create_time())

    def process(self) -> psutil.Process | None:
        """The running process, or None when it ended, is a zombie or is another one by now."""
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < SAME_START_S
            if same and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None


def detach(argv: list[str], *, log: Path, environment: Mapping[str, str]) -> Identity:
    """Starts a process that outlives this one: own session, no terminal, what it prints in `log`.

    Raises:
        OSError: it cannot be started.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawnp(
        argv[0],
        argv,
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.fspath(log), flags, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    return Identity.of(pid)


def free_port() -> int:
    """A TCP port of loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of loopback now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def wait_until(ready: Callable[[], bool], *, timeout_s: float, alive: Callable[[], bool]) -> bool:
    """Asks `ready` until it says yes; False when time is up or `alive` says no."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if ready():
            return True
        if not alive():
            return False
        time.sleep(POLL_S)
    return False


def stop(identity: Identity, *, with_signal: int = signal.SIGTERM, timeout_s: float = 20) -> None:
    """Ends the process and whatever it started: politely, then after the time by force."""
    process = identity.process()
    if process is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        children = process.children(recursive=True)
        process.send_signal(with_signal)
        _, left = psutil.wait_procs([process, *children], timeout=timeout_s)
        for straggler in left:
            straggler.kill()
        psutil.wait_procs(left, timeout=5)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this user can read, whole or not at all."""
    temporary = path.with_name(f"{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)

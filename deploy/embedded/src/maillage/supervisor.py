"""Keeps the processes of one stack alive, until it is told to stop.

`python -m maillage.supervisor HOME` runs what HOME/run/programmes.json lists, forwards what each
prints to HOME/logs/<name>.log, and starts anew what dies, at once and then more and more slowly.
SIGHUP: read the list again and start what is new in it. SIGTERM: services first, together, then
the servers they use. It leaves nothing in HOME/run.
"""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from maillage import programmes
from maillage.programmes import Programme
from maillage.servers.processes import write_private

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
# What has run this long is healthy: its next end is a new story.
HEALTHY_S = 5.0
LOG_BYTES, OLD_LOGS = 5_000_000, 3
CHUNK = 65_536
PIDS = "pids.json"


@dataclass(slots=True)
class Log:
    """One growing file, and its elders under .1, .2, .3."""

    path: Path

    def write(self, chunk: bytes) -> None:
        """Appends; turns the file over when it is large and the chunk ends a line."""
        with self.path.open("ab") as file:
            file.write(chunk)
            full = file.tell() > LOG_BYTES and chunk.endswith(b"\n")
        if full:
            for age in range(OLD_LOGS, 0, -1):
                younger = self._aged(age - 1)
                if younger.exists():
                    younger.replace(self._aged(age))

    def _aged(self, age: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{age}") if age else self.path


@dataclass(slots=True)
class Runner:
    """One programme and its present process."""

    programme: Programme
    log: Log
    changed: Callable[[], None]
    process: asyncio.subprocess.Process | None = None
    created: float = 0
    starts: int = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    async def keep_alive(self) -> None:
        """Runs it again and again."""
        pause = FIRST_PAUSE_S
        while not self.stopping.is_set():
            lived = await self._run_once()
            if self.stopping.is_set():
                break
            pause = FIRST_PAUSE_S if lived > HEALTHY_S else min(pause * 2, LONGEST_PAUSE_S)
            self._say(f"s’est arrêté ; nouveau départ dans {pause:.1f} s")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopping.wait(), pause)

    async def _run_once(self) -> float:
        """Runs it to its end and answers how many seconds it lived."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            process = await asyncio.create_subprocess_exec(
                *self.programme.argv,
                env=self.programme.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            self._say(f"ne peut pas démarrer : {error}")
            return 0
        self.process, self.starts = process, self.starts + 1
        with contextlib.suppress(psutil.NoSuchProcess):
            self.created = psutil.Process(process.pid).create_time()
        self.changed()
        if self.stopping.is_set():  # the order came while it was starting
            process.send_signal(self.programme.stop_signal)
        forward = asyncio.create_task(self._forward(process))
        await process.wait()
        # What it printed last is still in the pipe; a child of its own may hold the pipe open.
        await asyncio.wait([forward], timeout=1)
        forward.cancel()
        self.process = None
        self.changed()
        return loop.time() - began

    async def _forward(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while chunk := await process.stdout.read(CHUNK):
            # A full disk must not end the supervisor, nor block the process on a full pipe.
            with contextlib.suppress(OSError):
                self.log.write(chunk)

    async def stop(self) -> None:
        """Asks it to end, waits its grace, then kills it."""
        self.stopping.set()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(self.programme.stop_signal)
        if self.task is None:
            return
        done, _ = await asyncio.wait([self.task], timeout=self.programme.grace_s)
        if not done:
            if self.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self.process.kill()
            await asyncio.wait([self.task], timeout=2)
            self.task.cancel()

    def _say(self, what: str) -> None:
        with contextlib.suppress(OSError):
            self.log.write(f"[superviseur] {self.programme.name} {what}\n".encode())


@dataclass(slots=True)
class Supervisor:
    """All the runners of one stack."""

    home: Path
    runners: dict[str, Runner] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def directory(self) -> Path:
        return self.home / "run"

    async def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, self.read)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ended.set)
        self.read()
        await self.ended.wait()
        for server in (False, True):
            group = [one for one in self.runners.values() if one.programme.server is server]
            await asyncio.gather(*(one.stop() for one in group))
        for path in self.directory.iterdir():
            path.unlink()

    def read(self) -> None:
        """Starts what the list names and does not run yet."""
        for programme in programmes.read(self.directory):
            if programme.name not in self.runners:
                log = Log(self.home / "logs" / f"{programme.name}.log")
                runner = Runner(programme, log, self.note)
                self.runners[programme.name] = runner
                runner.task = asyncio.create_task(runner.keep_alive())

    def note(self) -> None:
        """Writes down which processes run, for `status` and `kill`."""
        running = {
            name: {"pid": one.process.pid, "created": one.created, "starts": one.starts}
            for name, one in self.runners.items()
            if one.process is not None
        }
        with contextlib.suppress(OSError):
            write_private(self.directory / PIDS, json.dumps(running))


def main() -> None:
    """The command line."""
    asyncio.run(Supervisor(Path(sys.argv[1])).run())


if __name__ == "__main__":
    main()

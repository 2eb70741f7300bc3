"""What runs of a stack right now: its supervisor, its processes, what a crash left behind."""

import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psutil

from contracts.topics import SERVICES
from maillage import programmes, supervisor
from maillage.home import OFFSETS, Home, State, make_directory
from maillage.programmes import MARK, Programme
from maillage.servers.processes import (
    Identity,
    detach,
    is_free,
    stop,
    wait_until,
    write_private,
)
from maillage.trouble import Trouble

SUPERVISOR = "supervisor.json"
# Every grace the supervisor gives (services, then servers), and a little more.
STOP_TIMEOUT_S = 75


@dataclass(frozen=True, slots=True)
class Running:
    """One process as the supervisor noted it."""

    identity: Identity
    starts: int


def supervised(home: Home) -> Identity | None:
    """The supervisor, when it runs. A number that another process took since is nobody's."""
    with contextlib.suppress(FileNotFoundError, ValueError, TypeError):
        identity = Identity(**json.loads((home.run / SUPERVISOR).read_text()))
        if identity.process() is not None:
            return identity
    return None


def alive(home: Home) -> bool:
    """Whether the stack has a supervisor."""
    return supervised(home) is not None


def processes(home: Home) -> dict[str, Running]:
    """The living processes by programme name, supervisor apart."""
    try:
        noted = json.loads((home.run / supervisor.PIDS).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    found = {
        name: Running(Identity(one["pid"], one["created"]), one["starts"])
        for name, one in noted.items()
    }
    return {name: one for name, one in found.items() if one.identity.process() is not None}


def launch(home: Home, servers: list[Programme]) -> None:
    """Starts the supervisor, detached from this terminal and from whatever reads our output."""
    for directory in (home.run, home.logs):
        make_directory(directory)
    programmes.write(home.run, servers)
    identity = detach(
        [sys.executable, "-m", "maillage.supervisor", str(home.path)],
        log=home.logs / "supervisor.log",
        environment={**os.environ, MARK: str(home.path)},
    )
    note = json.dumps(asdict(identity))
    write_private(home.run / SUPERVISOR, note)


def extend(home: Home, everything: list[Programme]) -> None:
    """Tells the running supervisor to start what is new in the list. Raises Trouble if it died."""
    programmes.write(home.run, everything)
    identity = supervised(home)
    process = identity.process() if identity else None
    if process is None:
        raise Trouble(
            f"Le superviseur s’est arrêté. Son journal : {home.logs / 'supervisor.log'}. "
            "Relancez « make up »."
        )
    process.send_signal(signal.SIGHUP)


def end(home: Home) -> bool:
    """Stops everything of this stack, in order, and what a crash left. False: nothing ran."""
    identity = supervised(home)
    if identity is not None:
        stop(identity, timeout_s=STOP_TIMEOUT_S)
    orphans = list(leftovers(home))
    _end_orphans(orphans)
    if home.run.exists():
        for path in home.run.iterdir():
            path.unlink(missing_ok=True)
    return identity is not None or bool(orphans)


def leftovers(home: Home) -> Iterator[psutil.Process]:
    """Processes of this stack whose supervisor was killed."""
    own = {os.getpid(), *(one.pid for one in psutil.Process().parents())}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid not in own and process.environ().get(MARK) == str(home.path):
                yield process


def _end_orphans(orphans: list[psutil.Process]) -> None:
    """Services first, then what they use, as the supervisor would."""
    services = [one for one in orphans if _is_python(one)]
    for group in (services, [one for one in orphans if one not in services]):
        for process in group:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT if _is_postgres(process) else signal.SIGTERM)
        _, left = psutil.wait_procs(group, timeout=20)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=5)


def _is_python(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return Path(process.cmdline()[0]).name.startswith("python")
    return False


def _is_postgres(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.name() == "postgres"
    return False


def check_ports(state: State, *, own: State | None = None) -> None:
    """Raises Trouble when someone else listens on a port of this stack.

    Args:
        state: With the ports wanted.
        own: What runs now and will end first: its ports are no stranger's.
    """
    held = {own.port(name) for name in OFFSETS} if own else set()
    wanted = {state.port(name): name for name in OFFSETS}
    taken = {port: name for port, name in wanted.items() if port not in held and not is_free(port)}
    if not taken:
        return
    port, name = next(iter(taken.items()))
    raise Trouble(
        f"Le port {port}, prévu pour {name}, est déjà pris par {_listener(port)}. "
        f"Arrêtez ce programme, ou changez de ports : MAILLAGE_PORT_BASE=… make up "
        f"(dix ports libres à la suite)."
    )


def _listener(port: int) -> str:
    with contextlib.suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,):
                if connection.pid is None:
                    break
                name = psutil.Process(connection.pid).name()
                return f"« {name} » (processus {connection.pid})"
    return "un autre programme"


def ready(url: str) -> bool:
    """Whether a service says it is ready."""
    try:
        return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).is_success
    except httpx.HTTPError:
        return False


def why_not_ready(url: str) -> str:
    """What a service answers about its readiness, as text."""
    try:
        return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).text.strip()
    except httpx.HTTPError:
        return "aucune réponse"


def wait_ready(home: Home, state: State, *, timeout_s: float) -> None:
    """Waits for every service. Raises Trouble naming the one that is not, and where to look."""
    waiting = set(SERVICES)

    def all_ready() -> bool:
        waiting.difference_update({name for name in waiting if ready(state.url(name))})
        return not waiting

    if wait_until(all_ready, timeout_s=timeout_s, alive=lambda: alive(home)):
        return
    late = min(waiting)
    raise Trouble(
        f"{late} n’est pas prêt ({why_not_ready(state.url(late))}). "
        f"Son journal : .venv/bin/maillage logs {late}."
    )

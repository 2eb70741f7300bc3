"""Where one stack lives: its files, its ports, its department and its secrets.

Everything lies under one directory (`.maillage` of the clone, or MAILLAGE_HOME), so that two
checkouts know nothing of each other and `make reset` has one thing to remove.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from contracts.topics import SERVICES
from maillage.servers.processes import LOOPBACK, is_free, write_private
from maillage.trouble import Trouble

CLONE = Path(__file__).resolve().parents[4]
DEPARTMENTS = {"23": "la Creuse", "19": "la Corrèze", "03": "l’Allier"}
# Below the range from which systems lend ports to outgoing connections.
FIRST_BASE, LAST_BASE, PORTS_PER_STACK = 20_000, 29_990, 10
# Offset 0 is kept for the front door that will stand before the services.
OFFSETS = {name: 1 + place for place, name in enumerate(SERVICES)} | {
    "postgres": 6,
    "kafka": 7,
    "kafka-controller": 8,
}
FIRST_PORT, LAST_PORT = 1024, 65_535 - PORTS_PER_STACK
FREE_DISK_BYTES = 300 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a stack remembers from one start to the next.

    Attributes:
        department: INSEE code of the département whose founding data it holds.
        migrated: The version of the code whose migrations have run.
        complete: The version of the code for which a start went through to its end.
    """

    port_base: int
    department: str
    migrated: str = ""
    complete: str = ""

    def port(self, name: str) -> int:
        return self.port_base + OFFSETS[name]

    def url(self, service: str) -> str:
        """Public address of a service."""
        return f"http://{LOOPBACK}:{self.port(service)}"


STATE_FIELDS = tuple(one.name for one in fields(State))


@dataclass(slots=True)
class Secrets:
    """Passwords and keys, made when first asked for and kept in one private file."""

    path: Path
    values: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def password(self, name: str) -> str:
        """The secret of that name, a fresh one the first time."""
        return str(self.get(name, lambda: secrets.token_urlsafe(32)))

    def get(self, name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever was kept
        """The value kept under that name, made and kept when there is none."""
        with self.lock:
            if name not in self.values:
                self.keep(name, make())
            return self.values[name]

    def keep(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
        with self.lock:
            self.values[name] = value
            self._write()

    def forget(self, name: str) -> None:
        with self.lock:
            self.values.pop(name, None)
            self._write()

    def _write(self) -> None:
        write_private(self.path, json.dumps(self.values, indent=1))


@dataclass(frozen=True, slots=True)
class Home:
    """The directory of one stack."""

    path: Path

    @property
    def run(self) -> Path:
        """What is true only while the stack runs."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def data(self) -> Path:
        return self.path / "data"

    def state(self) -> State | None:
        """What it remembers; None when nothing was ever started here. Raises Trouble."""
        try:
            written = json.loads((self.path / "state.json").read_text())
            # What another version of the code remembered besides is none of ours.
            return State(**{name: written[name] for name in STATE_FIELDS if name in written})
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise Trouble(
                f"Le fichier {self.path / 'state.json'} est illisible. "
                "Remettez-le d’une sauvegarde, ou repartez de zéro avec « make reset »."
            ) from error

    def remember(self, state: State) -> State:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(self.path / "state.json", json.dumps(asdict(state), indent=1))
        return state

    def secrets(self) -> Secrets:
        """The secrets kept so far. Raises Trouble when the file cannot be read."""
        path = self.path / "secrets.json"
        try:
            return Secrets(path, json.loads(path.read_text()))
        except FileNotFoundError:
            return Secrets(path)
        except ValueError as error:
            raise Trouble(
                f"Le fichier {path} est illisible : sans lui les données restent fermées. "
                "Remettez-le d’une sauvegarde, ou repartez de zéro avec « make reset »."
            ) from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """One command at a time may change this stack. Raises Trouble when another does."""
        make_directory(self.path)
        with (self.path / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Trouble(
                    "Une autre commande est en train de démarrer ou d’arrêter cette installation. "
                    "Attendez qu’elle finisse, puis relancez."
                ) from error
            yield

    def wipe(self) -> None:
        """Forgets data, logs and secrets; ports and department stay, people have noted them."""
        for path in (self.run, self.logs, self.data):
            shutil.rmtree(path, ignore_errors=True)
        for path in (self.path / "secrets.json", *self.path.glob("scenario-*.json")):
            path.unlink(missing_ok=True)


def find() -> Home:
    """The home of this checkout, or the one MAILLAGE_HOME names."""
    return Home(Path(os.environ.get("MAILLAGE_HOME") or CLONE / ".maillage").expanduser().resolve())


def make_directory(path: Path) -> None:
    """Makes a private directory. Raises Trouble when the place does not allow it."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Trouble(
            f"Impossible de créer {path} ({error.strerror}). "
            "Choisissez un autre endroit : MAILLAGE_HOME=… make up."
        ) from error


def prepare(home: Home, *, forget: bool = False) -> State:
    """The state to start with: what is remembered, or fresh choices. Raises Trouble.

    Ports are remembered by whoever has seen that nobody else listens there.

    Args:
        home: Of the stack.
        forget: Another department may be chosen, because the data are gone.
    """
    remembered = home.state()
    asked = asked_department()
    if remembered is None:
        return State(port_base=asked_base() or free_base(home.path), department=asked or "23")
    if forget:
        department = asked or remembered.department
        remembered = home.remember(State(port_base=remembered.port_base, department=department))
    if asked and asked != remembered.department:
        raise Trouble(
            f"Cette installation contient les données de {DEPARTMENTS[remembered.department]} "
            f"({remembered.department}). Pour {DEPARTMENTS[asked]} ({asked}), repartez de zéro : "
            f"MAILLAGE_DEPARTMENT={asked} make reset, ou donnez-lui un autre MAILLAGE_HOME."
        )
    return replace(remembered, port_base=asked_base() or remembered.port_base)


def asked_department() -> str | None:
    """MAILLAGE_DEPARTMENT. Raises Trouble when it is none of ours."""
    asked = os.environ.get("MAILLAGE_DEPARTMENT", "").strip()
    if not asked:
        return None
    code = asked.zfill(2)
    if code not in DEPARTMENTS:
        known = ", ".join(f"{key} ({name})" for key, name in DEPARTMENTS.items())
        raise Trouble(f"Maillage ne connaît pas le département « {asked} ». Il connaît : {known}.")
    return code


def asked_base() -> int | None:
    """MAILLAGE_PORT_BASE. Raises Trouble when it is no usable number."""
    asked = os.environ.get("MAILLAGE_PORT_BASE", "").strip()
    if not asked:
        return None
    if not asked.isdecimal() or not FIRST_PORT <= int(asked) <= LAST_PORT:
        raise Trouble(
            f"MAILLAGE_PORT_BASE vaut « {asked} » : donnez un nombre entre {FIRST_PORT} et "
            f"{LAST_PORT}, premier de {PORTS_PER_STACK} ports libres."
        )
    return int(asked)


def free_base(path: Path) -> int:
    """Ten free ports in a row; another checkout looks elsewhere first. Raises Trouble."""
    count = (LAST_BASE - FIRST_BASE) // PORTS_PER_STACK + 1
    start = int.from_bytes(hashlib.sha256(str(path).encode()).digest()[:4], "big") % count
    for step in range(count):
        base = FIRST_BASE + (start + step) % count * PORTS_PER_STACK
        if all(is_free(base + offset) for offset in range(PORTS_PER_STACK)):
            return base
    raise Trouble(
        f"Aucune suite de {PORTS_PER_STACK} ports libres entre {FIRST_BASE} et {LAST_BASE}. "
        "Choisissez-en une : MAILLAGE_PORT_BASE=… make up."
    )


def check_disk(home: Home) -> None:
    """Raises Trouble when the disk is too full to start."""
    free = shutil.disk_usage(home.path).free
    if free < FREE_DISK_BYTES:
        raise Trouble(
            f"Le disque de {home.path} est presque plein : {free // 1_000_000} Mo libres, "
            f"il en faut {FREE_DISK_BYTES // 1_000_000}. Faites de la place, ou choisissez un "
            "autre endroit : MAILLAGE_HOME=… make up."
        )

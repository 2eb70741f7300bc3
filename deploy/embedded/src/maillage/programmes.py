"""What the supervisor runs, written by `up` into one private file that both understand."""

import json
import signal
from dataclasses import asdict, dataclass
from pathlib import Path

from maillage.servers.processes import write_private

FILE = "programmes.json"
MARK = "MAILLAGE_STACK"  # in the environment of every process of a stack: whose it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One process to keep alive.

    Attributes:
        name: As people say it: `kafka`, `referrals`.
        stop_signal: What asks it to end in good order.
        grace_s: How long it may take; then it is killed.
        server: PostgreSQL and Kafka stop after everything that uses them.
    """

    name: str
    argv: list[str]
    environment: dict[str, str]
    stop_signal: int = signal.SIGTERM
    grace_s: float = 30
    server: bool = False


def write(directory: Path, programmes: list[Programme]) -> None:
    """The file holds passwords, so only this user may read it."""
    write_private(directory / FILE, json.dumps([asdict(one) for one in programmes]))


def read(directory: Path) -> list[Programme]:
    """What `write` wrote."""
    return [Programme(**one) for one in json.loads((directory / FILE).read_text())]

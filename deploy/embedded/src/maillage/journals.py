"""`maillage logs SERVICE`: what a process of the stack has printed."""

import contextlib
import sys
import time
from pathlib import Path

from maillage.home import Home
from maillage.trouble import Trouble

TAIL_BYTES = 256 * 1024
POLL_S = 0.3


def show(home: Home, name: str, *, lines: int, follow: bool) -> None:
    """Prints the last lines, and what is added until interrupted. Raises Trouble without a log."""
    path = home.logs / f"{name}.log"
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            tail = file.read().splitlines()[-lines:]
            sys.stdout.write("".join(line.decode(errors="replace") + "\n" for line in tail))
            sys.stdout.flush()
            position = file.tell()
    except FileNotFoundError:
        raise Trouble(f"{name} n’a encore rien écrit : lancez « make up ».") from None
    if follow:
        with contextlib.suppress(KeyboardInterrupt):
            _follow(path, position)


def _follow(path: Path, position: int) -> None:
    while True:
        time.sleep(POLL_S)
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            # A smaller file is a new one: the old one was turned over.
            file.seek(position if path.stat().st_size >= position else 0)
            sys.stdout.write(file.read().decode(errors="replace"))
            sys.stdout.flush()
            position = file.tell()

"""How long a stack that was here before needs to stand again, and how much memory it takes."""

import time

import psutil

from maillage.programmes import MARK
from tests.e2e.stack import Stack


def warm_up_s(stack: Stack) -> float:
    """Seconds from `maillage up` to ready, with everything fetched and the data there."""
    stack.command("down")
    begin = time.perf_counter()
    stack.up()
    return time.perf_counter() - begin


def memory_mb(stack: Stack) -> float:
    """Megabytes of every process of the stack; what several share is counted once."""
    total = 0
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(stack.home):
                total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 1e6

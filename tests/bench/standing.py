"""How long the year takes, what memory and computing the whole, how long until it stands again."""

import time
from collections.abc import Callable
from contextlib import suppress

import psutil

from maillage.programmes import MARK
from tests.e2e.stack import Stack

HURRY_S = 1_800
"""A year that takes longer is given up."""


def scenario_s(stack: Stack) -> float:
    """Seconds in which the year is played on the running stack, through its doors."""
    begin = time.perf_counter()
    stack.command("up", timeout_s=HURRY_S, scenario="annee")
    return time.perf_counter() - begin


def warm_up_s(stack: Stack) -> float:
    """Seconds from `maillage up` to ready, with everything fetched and the data there."""
    stack.command("down")
    begin = time.perf_counter()
    stack.up()
    return time.perf_counter() - begin


def memory_mb(stack: Stack) -> float:
    """Megabytes of every process of the stack; what several share is counted once."""
    return _sum(stack, lambda process: process.memory_full_info().pss) / 1e6


def computing_ms(stack: Stack) -> float:
    """Milliseconds that every process of the stack has computed since it began.

    Children that have ended are counted by whoever began them. Unlike a delay it is much the same
    on a machine that is busy with something else.
    """
    return 1000 * _sum(stack, lambda process: sum(process.cpu_times()[:4]))


def _sum(stack: Stack, of: Callable[[psutil.Process], float]) -> float:
    total = 0.0
    for process in _processes(stack):
        with suppress(psutil.Error):  # it may end while we count
            total += of(process)
    return total


def _processes(stack: Stack) -> set[psutil.Process]:
    """All of the stack; PostgreSQL's own children write their titles over the mark."""
    found = set()
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(stack.home):
                found |= {process, *process.children(recursive=True)}
        except psutil.Error:
            continue
    return found

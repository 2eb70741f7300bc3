"""How long the year takes, how much memory the whole, how long it takes to stand again."""

import time

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
    total = 0
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(stack.home):
                total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total / 1e6

"""A clock that tests move by hand, and a wait without a fixed time."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from typing_extensions import override

from chassis.clock import Clock

T = TypeVar("T")


class FixedClock(Clock):
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    @override
    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


async def eventually(
    ask: Callable[[], Awaitable[T]],
    *,
    until: Callable[[T], bool] = bool,
    within_s: float = 10.0,
    every_s: float = 0.05,
) -> T:
    """Ask again until the answer satisfies; the answer.

    Raises:
        AssertionError: it did not within the time, with the last answer.
    """
    deadline = asyncio.get_running_loop().time() + within_s
    while True:
        answer = await ask()
        if until(answer):
            return answer
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {within_s} s; last answer: {answer!r}")
        await asyncio.sleep(every_s)


def wait_until(holds: Callable[[], bool], *, within_s: float, every_s: float = 0.05) -> None:
    """The same for synchronous tests."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(every_s)  # noqa: TID251 - no event loop here

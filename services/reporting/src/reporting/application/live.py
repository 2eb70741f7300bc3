"""Follow journeys live: one look at the log for all who follow, however many they are."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from chassis.database import Database
from reporting.storage import event_log

LOOK_EVERY_S: Final = 0.2
"""How often the log is looked at while somebody follows."""

LOOK_SOON_S: Final = 0.01
"""How soon again after this process wrote: its commit follows within milliseconds."""

SOON_LOOKS_MAX: Final = 50
"""How many such looks for one writing: after half a second it was rolled back."""

ARRIVALS_MAX: Final = 1_000
"""Arrivals read at once; when there are more, everybody is woken and looks for himself."""


@dataclass(slots=True, eq=False)
class Follower:
    """Somebody who follows a journey, or everything; woken when something may have come."""

    correlation_id: UUID | None
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, within_s: float) -> None:
        """Until something may have come, or nothing more will, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._woken.wait()
        self._woken.clear()

    def wake(self) -> None:
        self._woken.set()


class TooManyFollowers(Exception):
    """One process follows so many journeys and no more."""


class LogWatch:
    """Looks at the log and wakes those whose journey has something new."""

    def __init__(
        self, database: Database, *, followers_max: int, followers_per_reader_max: int
    ) -> None:
        self.ended = False
        self._database = database
        self._followers_max = followers_max
        self._followers_per_reader_max = followers_per_reader_max
        self._followers: defaultdict[UUID | None, set[Follower]] = defaultdict(set)
        self._readers: defaultdict[str, int] = defaultdict(int)
        self._seen: int | None = None
        self._expected = 0
        self._soon_looks = 0
        self._stir = asyncio.Event()

    @property
    def followers(self) -> int:
        """How many follow at this moment."""
        return sum(self._readers.values())

    @asynccontextmanager
    async def follow(self, correlation_id: UUID | None, *, reader: str) -> AsyncIterator[Follower]:
        """Follow a journey, or everything, for the length of the block; `reader` says who does.

        Raises:
            TooManyFollowers: this reader, or this process, follows as many as it may.
        """
        if (
            self.followers >= self._followers_max
            or self._readers[reader] >= self._followers_per_reader_max
        ):
            raise TooManyFollowers
        follower = Follower(correlation_id)
        self._followers[correlation_id].add(follower)
        self._readers[reader] += 1
        if self._seen is None:
            self._stir.set()
        try:
            yield follower
        finally:
            self._leave(follower, reader)

    def expect(self, log_seq: int) -> None:
        """This process has written up to that number and is about to commit."""
        if self._seen is not None:
            self._expected = max(self._expected, log_seq)
            self._soon_looks = SOON_LOOKS_MAX
            self._stir.set()

    async def run(self) -> None:
        """Look until the end, at rest while nobody follows; after an error it may be run again."""
        self._seen = None
        while not self.ended:
            if self.followers:
                await self._look()
                await self._pause()
            else:
                self._seen = None
                await self._stir.wait()
                self._stir.clear()

    def end(self) -> None:
        """Nothing more will come: everybody is told, so that the server can stop."""
        self.ended = True
        self._stir.set()
        self.wake_all()

    async def _look(self) -> None:
        async with self._database.reading() as connection:
            if self._seen is None:
                self._seen = await event_log.head(connection)
                self.wake_all()  # they may have read before we did, and missed what came between
                return
            found = await event_log.arrivals(connection, after=self._seen, limit=ARRIVALS_MAX)
        if not found:
            return
        self._seen = found[-1][0]
        if len(found) == ARRIVALS_MAX:
            self._seen = None
            return
        for correlation_id in {None, *(each for _, each in found)}:
            for follower in self._followers.get(correlation_id, ()):
                follower.wake()

    async def _pause(self) -> None:
        if self._seen is not None and self._expected > self._seen and self._soon_looks:
            self._soon_looks -= 1
            await asyncio.sleep(LOOK_SOON_S)
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._stir.wait()
        self._stir.clear()

    def wake_all(self) -> None:
        """Something may have come, for anybody."""
        for followers in self._followers.values():
            for follower in followers:
                follower.wake()

    def _leave(self, follower: Follower, reader: str) -> None:
        together = self._followers[follower.correlation_id]
        together.discard(follower)
        if not together:
            del self._followers[follower.correlation_id]
        self._readers[reader] -= 1
        if not self._readers[reader]:
            del self._readers[reader]

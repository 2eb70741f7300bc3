"""Fold the whole log anew: the log alone says what the figures are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Transaction
from reporting.domain.facts import Fact, Told
from reporting.domain.fold import Fold
from reporting.storage import event_log, fold

Reader = Callable[[Told], tuple[Fact, ...]]
Progress = Callable[[int, int], None]


async def is_current(connection: AsyncConnection) -> bool:
    """Whether the figures are what this version of the fold would make of the log."""
    return await fold.is_of_this_version(connection)


@dataclass(slots=True)
class Rebuild:
    """A fold in the making, in memory: about 300 bytes per referral, 0.3 GB for a million.

    The log is read without holding anybody up; only what came meanwhile is read again under the
    lock of the log, so the readers of the topics wait for a moment, not for the whole log.
    """

    read: Reader
    up_to: int = 0
    events: int = 0
    _fold: Fold = field(default_factory=Fold)

    async def catch_up(self, connection: AsyncConnection, progress: Progress) -> None:
        """Fold what the log holds beyond what was folded; tells (events folded, last number)."""
        head = await event_log.head(connection)
        async for slice_ in event_log.reread(connection, after=self.up_to, up_to=head):
            for told in slice_:
                for fact in self.read(told):
                    self._fold.learn(fact)
            self.events += len(slice_)
            progress(self.events, head)
        self.up_to = head

    async def replace_figures(self, tx: Transaction, progress: Progress) -> None:
        """Fold the rest with the log held still, and put the result in the figures' place."""
        await event_log.close_gate(tx.connection)
        await self.catch_up(tx.connection, progress)
        await fold.rewrite(tx.connection, self._fold)

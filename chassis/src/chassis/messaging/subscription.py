"""A subscription says which topics a service reads, and what it does with each type."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from chassis.database import Transaction
from chassis.events import Event, Record
from chassis.messaging.outcomes import Refused

Handler = Callable[[Transaction, Event], Awaitable[None]]
BatchHandler = Callable[[Transaction, Sequence[Event]], Awaitable[None]]
RawHandler = Callable[[Transaction, Record], Awaitable[None]]
Refuse = Callable[[Transaction, Event, Refused], Awaitable[None]]


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One consumer group, one inbox.

    Exactly one way of handling is given:
    `handlers` by type (any other type is done at once), `batch` for the fresh events of a batch
    taken as a set, or `raw` for records of topics that outsiders write, whose content is never
    poison. `refuse` makes the messages intents: it writes the answer no, and whatever still waits
    after the service's limit is refused as unknown.

    `gathers_ms` lets records come together for so long, since ten of them in one transaction cost
    little more than one: the longer, the less anybody waits for what is done with them.
    """

    name: str
    topics: tuple[str, ...]
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    batch: BatchHandler | None = None
    raw: RawHandler | None = None
    refuse: Refuse | None = None
    gathers_ms: int = 0

    @property
    def intents(self) -> bool:
        return self.refuse is not None

    def concerns(self, record: Record) -> bool:
        """Whether it must be read: an intent for another service need not, and leaves no trace."""
        if not self.intents:
            return True  # a fact of a type that is not handled still moves the mark of its key
        type_ = (dict(record.headers).get("ce_type") or b"").decode(errors="replace")
        return not type_ or type_ in self.handlers

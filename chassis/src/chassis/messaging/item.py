"""A record with what could be read of it."""

from dataclasses import dataclass

from chassis.codec import Undecodable, decode_kafka
from chassis.events import Event, Record


@dataclass(frozen=True, slots=True)
class Item:
    """A record, the key whose order it keeps, and its event or why there is none."""

    record: Record
    key: str
    event: Event | None
    fault: Undecodable | None

    @classmethod
    def read(cls, record: Record, *, key: str = "", raw: bool) -> "Item":
        """Read the record; of a `raw` one nothing, and it stands in nobody's way.

        `key` is given for a record that comes back from a queue.
        """
        own = f"{record.topic}/{record.partition}/{record.offset}"
        if raw:
            return cls(record, key or own, None, None)
        key = key or (record.key or b"").decode(errors="replace").replace("\0", "\ufffd") or own
        try:
            return cls(record, key, decode_kafka(record.headers, record.value), None)
        except Undecodable as fault:
            return cls(record, key, None, fault)

    @property
    def identity(self) -> tuple[str, str]:
        """Source and id, by which the inbox knows it again."""
        if self.event is not None:
            return self.event.source, self.event.id
        return self.record.topic, f"{self.record.partition}-{self.record.offset}"

    @property
    def sequence(self) -> int | None:
        return self.event.sequence if self.event else None

    @property
    def type(self) -> str:
        return self.event.type if self.event else "(unreadable)"

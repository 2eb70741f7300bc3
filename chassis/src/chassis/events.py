"""One CloudEvents 1.0 event, whatever mode it travelled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A CloudEvent of the platform.

    `time` is when it happened, `recordedtime` when its writer learnt it; both decide things.
    `sequence` counts the facts of one aggregate (`partitionkey`) on its one topic, from 1.
    `datasubject` is the opaque identifier of the person the data is about: every table that keeps
    the bytes has an indexed column for it, so that an erasure finds its rows.
    """

    id: str
    source: str
    type: str
    time: datetime
    data: Mapping[str, Any]
    subject: str | None = None
    recordedtime: datetime | None = None
    partitionkey: str | None = None
    sequence: int | None = None
    correlationid: str | None = None
    causationid: str | None = None
    dataschema: str | None = None
    datasubject: str | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of a topic as the broker gave it: bytes that nobody has trusted yet."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    value: bytes | None
    timestamp_ms: int

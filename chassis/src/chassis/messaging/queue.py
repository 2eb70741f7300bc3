"""Records set aside, as one queue per subscription and key: held, waiting or parked.

The first row of a queue (its head) says why the key stands still; the rows behind it share its
state. Whoever adds to a queue or drains it holds the key's lock, so that a record never joins a
queue that somebody has just emptied.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Literal

import orjson
from sqlalchemy import Row, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.events import Event, Record

State = Literal["held", "waiting", "parked"]
KEPT = timedelta(days=60)
"""How long the inbox remembers: longer than the outbox (35 days), which outlives the topic (28)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a record was set aside: `code` for machines, `detail` for people, never its content."""

    state: State
    code: str
    detail: str = ""
    cause: bool = True
    token: str | None = None
    expires_at: datetime | None = None


class NotStanding(Exception):
    """The row is not, or no longer, the head of a queue: somebody decided before."""


_SQL = {
    name: text(query)
    for name, query in re.findall(
        r"-- name: (\w+)\n(.*?)(?=\n-- name:|\Z)",
        files("chassis.messaging").joinpath("queue.sql").read_text(),
        re.DOTALL,
    )
}


async def lock_key(connection: AsyncConnection, subscription: str, key: str) -> None:
    """Hold the queue of the key until the end of the transaction."""
    await connection.execute(_SQL["lock_key"], {"subscription": subscription, "key": key})


async def lock_tokens(connection: AsyncConnection, *tokens: str) -> None:
    """Order those who begin to wait for a token and those who bring it; one round trip."""
    await connection.execute(_SQL["lock_tokens"], {"tokens": list(tokens)})


async def standing(
    connection: AsyncConnection, subscription: str, keys: Iterable[str]
) -> tuple[dict[str, int], dict[str, State]]:
    """The marks of the keys, and the state of those that stand still; one round trip."""
    rows = await connection.execute(
        _SQL["standing"], {"subscription": subscription, "keys": list(keys)}
    )
    marks: dict[str, int] = {}
    states: dict[str, State] = {}
    for key, sequence, state in rows:
        if state is None:
            marks[key] = sequence
        else:
            states[key] = state
    return marks, states


async def head(connection: AsyncConnection, subscription: str, key: str) -> RowMapping | None:
    """The first row of the key's queue, or None when it is empty."""
    parameters = {"subscription": subscription, "key": key}
    return (await connection.execute(_SQL["head"], parameters)).mappings().one_or_none()


async def add(
    connection: AsyncConnection,
    *,
    subscription: str,
    key: str,
    record: Record,
    event: Event | None,
    reason: Reason,
    now: datetime,
) -> None:
    """Append the record to the queue of its key."""
    parameters = {
        **asdict(record),
        "subscription": subscription,
        "key": key,
        "headers": _dump_headers(record.headers),
        "event_id": event.id if event else None,
        "event_type": event.type if event else None,
        "sequence": event.sequence if event else None,
        "data_subject": event.datasubject if event else None,
        "now": now,
    }
    await connection.execute(_SQL["add"], parameters | _reason(reason))


def record_of(row: RowMapping) -> Record:
    """The record as it came from the broker."""
    return Record(
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"].encode(),
        headers=_load_headers(row["headers"]),
        value=row["value"],
        timestamp_ms=row["timestamp_ms"],
    )


async def restate(connection: AsyncConnection, first: RowMapping, reason: Reason) -> None:
    """The head stays, for this reason; the rows behind it share its state."""
    await connection.execute(_SQL["restate"], {"id": first["id"]} | _reason(reason))
    await follow(connection, first, reason.state)


async def follow(connection: AsyncConnection, first: RowMapping, state: State) -> None:
    """The rows behind the head share its state."""
    parameters = {name: first[name] for name in ("subscription", "key", "id")}
    await connection.execute(_SQL["follow"], parameters | {"state": state})


async def applied(
    connection: AsyncConnection, row_id: int, *, by: str | None, now: datetime
) -> None:
    """The row has had its effect: it leaves without a trace, or as history if a person asked."""
    if by is None:
        await connection.execute(_SQL["applied"], {"id": row_id})
        return
    parameters = {"id": row_id, "state": "replayed", "decision": "", "by": by, "now": now}
    await connection.execute(_SQL["decided"], parameters)


async def discarded(
    connection: AsyncConnection, row_id: int, *, reason: str, by: str, now: datetime
) -> None:
    """A person dropped the row; it stays as history, with who and why."""
    parameters = {"id": row_id, "state": "discarded", "decision": reason, "by": by, "now": now}
    await connection.execute(_SQL["decided"], parameters)


async def set_marks(
    connection: AsyncConnection, subscription: str, marks: Mapping[str, int]
) -> None:
    """Advance the marks; they never go back."""
    if marks:
        parameters = {
            "subscription": subscription,
            "keys": list(marks),
            "sequences": list(marks.values()),
        }
        await connection.execute(_SQL["mark"], parameters)


async def waiters(connection: AsyncConnection, tokens: Sequence[str]) -> Sequence[tuple[str, str]]:
    """The (subscription, key) of the queues that wait for one of the tokens."""
    found = await connection.execute(_SQL["waiters"], {"tokens": list(tokens)})
    return [(subscription, key) for subscription, key in found]


async def expired(connection: AsyncConnection, now: datetime) -> Sequence[tuple[str, str]]:
    """The (subscription, key) of the queues whose waiting time is over."""
    found = await connection.execute(_SQL["expired"], {"now": now})
    return [(subscription, key) for subscription, key in found]


async def counts(connection: AsyncConnection) -> Sequence[Row[Any]]:
    """By `subscription` and `state`, how many `records` and `keys` stand aside, `since` when."""
    return (await connection.execute(_SQL["counts"])).all()


async def heads(
    connection: AsyncConnection, states: Sequence[State], *, after: int = 0, limit: int = 50
) -> Sequence[RowMapping]:
    """The heads of the queues in these states, oldest first, each with how many rows `standing`."""
    parameters = {"states": list(states), "after": after, "limit": limit}
    return (await connection.execute(_SQL["heads"], parameters)).mappings().all()


async def find(connection: AsyncConnection, row_id: int) -> RowMapping | None:
    """One row, decided or not."""
    return (await connection.execute(_SQL["find"], {"id": row_id})).mappings().one_or_none()


async def prune(connection: AsyncConnection, now: datetime) -> None:
    """Forget a slice of what was received, and all that was decided, longer than `KEPT` ago."""
    for query in ("prune_inbox", "prune_decided"):
        await connection.execute(_SQL[query], {"before": now - KEPT})


def _reason(reason: Reason) -> dict[str, Any]:
    return asdict(reason) | {"detail": reason.detail[:500]}


def _dump_headers(headers: Iterable[tuple[str, bytes | None]]) -> str:
    # base64: a header may hold any bytes, and a dead letter keeps what came.
    pairs = [
        (name.replace("\0", "\ufffd"), None if raw is None else base64.b64encode(raw).decode())
        for name, raw in headers
    ]
    return orjson.dumps(pairs).decode()


def _load_headers(pairs: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, bytes | None], ...]:
    return tuple((name, None if raw is None else base64.b64decode(raw)) for name, raw in pairs)

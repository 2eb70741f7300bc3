"""A database with the chassis' tables and a small ledger of effects to check against."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from chassis import tables
from chassis.codec import encode_kafka
from chassis.database import Database, Transaction, Wire
from chassis.events import Event, Record
from chassis.messaging import Subscription
from chassis.messaging.inbox import Inbox
from chassis.metrics import Metrics
from tests.servers.handles import DatabaseAccess, plain
from tests.timing import FixedClock

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Script:
    """Collects the statements of a migration."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.statements.append(sqltext)


@pytest.fixture
async def store(database: DatabaseAccess) -> AsyncIterator[Database]:
    """The service's handle on a database with the chassis' tables and a table `effect`."""
    script = Script()
    tables.create_chassis_tables(script)
    tables.grant_chassis(script, database.service_role)
    script.execute(
        "CREATE TABLE effect"
        " (place bigint GENERATED ALWAYS AS IDENTITY, key text, number int, what text)"
    )
    script.execute(f'GRANT SELECT, INSERT ON effect TO "{database.service_role}"')
    owner = await asyncpg.connect(plain(database.owner_url))
    for statement in script.statements:
        await owner.execute(statement)
    await owner.close()
    handle = Database.connect(database.url, clock=FixedClock(NOON), source="/test", outbound=wire)
    yield handle
    await handle.close()


@dataclass(frozen=True)
class Happened:
    what: str


def wire(fact: object) -> Wire:
    assert isinstance(fact, Happened)
    return Wire("test.facts.v1", "test.thing.happened.v1", {"what": fact.what})


def event(key: str, sequence: int | None, **changes: Any) -> Event:
    """The fact number `sequence` of an aggregate, with an id of its own."""
    given: dict[str, Any] = {
        "id": f"{key}-{sequence}",
        "source": "/elsewhere",
        "type": "test.thing.happened.v1",
        "time": NOON - timedelta(minutes=5),
        "recordedtime": NOON - timedelta(seconds=1),
        "partitionkey": key,
        "subject": key,
        "sequence": sequence,
        "data": {"number": sequence},
    }
    return Event(**(given | changes))


def record(what: Event | bytes, *, key: str = "", offset: int = 0, **changes: Any) -> Record:
    """The record in which the broker brings an event, or bytes that are none."""
    headers: list[tuple[str, bytes]] = []
    value = what
    if isinstance(what, Event):
        headers, value = encode_kafka(what)
        key = key or what.partitionkey or ""
    given: dict[str, Any] = {
        "topic": "test.facts.v1",
        "partition": 0,
        "offset": offset,
        "key": key.encode(),
        "headers": tuple(headers),
        "value": value,
        "timestamp_ms": 0,
    }
    return Record(**(given | changes))


def records(*events: Event) -> list[Record]:
    return [record(one, offset=place) for place, one in enumerate(events)]


async def note(tx: Transaction, given: Event) -> None:
    """The handler of the tests: one row per effect."""
    await tx.connection.execute(
        text("INSERT INTO effect (key, number, what) VALUES (:key, :number, :what)"),
        {"key": given.subject, "number": given.sequence, "what": given.id},
    )


async def effects(store: Database, key: str | None = None) -> list[Any]:
    """What was done, in the order in which it was done."""
    async with store.reading() as connection:
        rows = await connection.execute(
            text("SELECT what FROM effect WHERE :key = '' OR key = :key ORDER BY place"),
            {"key": key or ""},
        )
        return list(rows.scalars())


async def aside(store: Database) -> list[tuple[str, str, str]]:
    """(key, state, reason) of every row that was set aside."""
    async with store.reading() as connection:
        rows = await connection.execute(
            text("SELECT key, state, reason FROM set_aside ORDER BY id")
        )
        return [(key, state, reason) for key, state, reason in rows]


@pytest.fixture
def make_inbox(store: Database) -> Callable[..., Inbox]:
    """Builds an inbox for a handler, or for a whole subscription."""

    def make(handler: Any = note, **changes: Any) -> Inbox:
        given: dict[str, Any] = {
            "name": "test.facts",
            "topics": ("test.facts.v1",),
            "handlers": {"test.thing.happened.v1": handler},
        }
        subscription = Subscription(**(given | changes))
        return Inbox(
            subscription,
            database=store,
            metrics=Metrics(),
            intent_wait=timedelta(seconds=60),
        )

    return make


async def failing(tx: Transaction, given: Event) -> None:
    """The same, and it fails where the data says so."""
    await note(tx, given)
    if given.data.get("bad"):
        raise ZeroDivisionError

"""The edge of every transaction: opened here, committed here, nowhere else.

A request, or a batch of messages, is one transaction: state, inbox and outbox commit together.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from chassis import outbox
from chassis.clock import Clock
from chassis.codec import MAX_EVENT_BYTES, encode_kafka
from chassis.events import Event
from chassis.ids import new_id


@dataclass(frozen=True, slots=True)
class Wire:
    """A fact in the words of the contract: which topic, which type, which data.

    `outward` says that it leaves the platform: whom it is about is then kept here only.
    """

    topic: str
    type: str
    data: dict[str, Any]
    dataschema: str | None = None
    outward: bool = False


Outbound = Callable[[object], Wire]
"""A service's translation of its domain's facts into messages (`entrypoints/outbound.py`)."""


class Transaction:
    """A write handle: one database transaction and the facts that will leave with it.

    Attributes:
        connection: SQLAlchemy connection inside the transaction; nobody below the edge commits it.
        now: the instant at which everything in this transaction is learnt.
        cause: the message being handled, if any; facts emitted name it as their cause.
    """

    def __init__(
        self, database: "Database", connection: AsyncConnection, cause: Event | None
    ) -> None:
        self.connection = connection
        self.now: datetime = database.clock.now()
        self.cause = cause
        self._database = database
        self._rows: list[outbox.Row] = []
        self._arrived: list[str] = []

    def emit(
        self,
        fact: object,
        *,
        key: UUID,
        sequence: int | None,
        happened_at: datetime,
        correlation: UUID | None = None,
        data_subject: UUID | None = None,
        extensions: Mapping[str, str] | None = None,
    ) -> None:
        """Queue a fact; it goes into the outbox in this transaction.

        The caller holds the lock of the aggregate's row (`key`), so that `sequence` order and
        outbox order are one. `happened_at` is when it happened; when it was learnt is `now`.
        """
        wire = self._database.outbound(fact)
        about = str(data_subject) if data_subject else None
        event_id = new_id()
        event = Event(
            id=str(event_id),
            source=self._database.source,
            type=wire.type,
            subject=str(key),
            time=happened_at,
            recordedtime=self.now,
            partitionkey=str(key),
            sequence=sequence,
            correlationid=str(correlation) if correlation else None,
            causationid=self.cause.id if self.cause else None,
            dataschema=wire.dataschema,
            datasubject=None if wire.outward else about,
            extensions=extensions or {},
            data=wire.data,
        )
        headers, value = encode_kafka(event)
        if len(value) > MAX_EVENT_BYTES:
            # A row that can never be sent would block its key for ever: better to fail here.
            raise ValueError(f"{wire.type} is over {MAX_EVENT_BYTES} bytes")
        names = orjson.dumps([(name, text.decode()) for name, text in headers]).decode()
        row = outbox.Row(event_id, wire.topic, str(key), names, value, about, self.now)
        self._rows.append(row)

    def arrived(self, *tokens: str) -> None:
        """Say that what `tokens` name is now known: records that waited for it are applied here."""
        self._arrived.extend(tokens)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo everything of the block, facts included, when it raises."""
        rows, arrived = len(self._rows), len(self._arrived)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            del self._rows[rows:], self._arrived[arrived:]
            raise

    async def flush(self) -> bool:
        """Apply what waited for what arrived, then write the facts (for the edge alone)."""
        while self._arrived:
            tokens, self._arrived = self._arrived, []
            if self._database.release is not None:
                await self._database.release(self, tokens)
        if self._rows:
            await outbox.insert(self.connection, self._rows)
        return bool(self._rows)


class Database:
    """A service's own database.

    Attributes:
        release: applies the records that waited for tokens; set by the consumers of the service.
        committed: called after each commit that wrote to the outbox (wakes a relay in-process).
    """

    def __init__(
        self, engine: AsyncEngine, *, clock: Clock, source: str, outbound: Outbound | None
    ) -> None:
        self.engine = engine
        self.clock = clock
        self.source = source
        self.outbound = outbound or _no_facts
        self.release: Callable[[Transaction, list[str]], Awaitable[None]] | None = None
        self.committed: Callable[[], None] | None = None

    @classmethod
    def connect(
        cls,
        url: str,
        *,
        clock: Clock,
        source: str,
        outbound: Outbound | None = None,
        pool_size: int = 10,
    ) -> Self:
        """Prepare a pool of at most `pool_size` connections; nothing is opened yet.

        Statements are bounded at 30 s and idle transactions at 60 s: one forgotten transaction
        would hold back vacuum for everyone.
        """
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            connect_args={
                "timeout": 5,
                "server_settings": {
                    "application_name": source,
                    "statement_timeout": "30s",
                    "idle_in_transaction_session_timeout": "60s",
                },
            },
        )
        return cls(engine, clock=clock, source=source, outbound=outbound)

    @asynccontextmanager
    async def transaction(self, *, cause: Event | None = None) -> AsyncIterator[Transaction]:
        """The edge: commits at the end of the block, rolls back when it raises."""
        async with self.engine.begin() as connection:
            transaction = Transaction(self, connection, cause)
            yield transaction
            wrote = await transaction.flush()
        if wrote and self.committed is not None:
            self.committed()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A read handle: one snapshot, and the database itself refuses a write."""
        async with self.engine.connect() as connection:
            await connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            yield connection

    async def close(self) -> None:
        """Close the pool."""
        await self.engine.dispose()


def _no_facts(fact: object) -> Wire:
    raise TypeError(f"this service has no outbound translation of {type(fact).__name__}")

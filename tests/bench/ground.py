"""What the measurements share: a database with the chassis' tables, topics, events, medians."""

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from chassis import tables
from chassis.clock import SystemClock
from chassis.codec import encode_kafka
from chassis.database import Database
from chassis.events import Event
from chassis.ids import new_id
from chassis.settings import KafkaSettings
from tests.servers.handles import DatabaseAccess, KafkaAccess, create_database, drop_database, plain

KEYS = 1000
PARTITIONS = 3
REPEATS = 3
PADDING = "x" * 420  # with the rest about 500 bytes of JSON, the size of our facts


@dataclass(frozen=True, slots=True)
class Ground:
    """One broker and one database server, and who administers them."""

    kafka: KafkaAccess
    postgres: str

    @property
    def settings(self) -> KafkaSettings:
        return KafkaSettings(
            bootstrap=self.kafka.bootstrap,
            username=self.kafka.username,
            password=self.kafka.password,
        )

    def topic(self) -> str:
        """A new topic."""
        name = f"bench.{new_id()}"
        admin = AdminClient(self.kafka.confluent)
        admin.create_topics([NewTopic(name, PARTITIONS)])[name].result(20)
        return name

    @asynccontextmanager
    async def database(self) -> AsyncIterator[tuple[DatabaseAccess, Database]]:
        """A database with the chassis' tables and a table `effect`, dropped afterwards."""
        access = await create_database(self.postgres, f"bench_{new_id().hex[-8:]}")
        owner = await asyncpg.connect(plain(access.owner_url))
        script = _Script()
        tables.create_chassis_tables(script)
        tables.grant_chassis(script, access.service_role)
        script.execute("CREATE TABLE effect (id uuid PRIMARY KEY, number int NOT NULL)")
        script.execute(f'GRANT SELECT, INSERT ON effect TO "{access.service_role}"')
        for statement in script.statements:
            await owner.execute(statement)
        await owner.close()
        database = Database.connect(access.url, clock=SystemClock(), source="/bench")
        try:
            yield access, database
        finally:
            await database.close()
            await drop_database(self.postgres, access)


class _Script:
    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, sqltext: str) -> None:
        self.statements.append(sqltext)


def facts(number: int) -> list[Event]:
    """So many facts over `KEYS` aggregates, numbered per aggregate."""
    keys = [new_id() for _ in range(min(KEYS, number))]
    return [fact(keys[n % len(keys)], n // len(keys) + 1) for n in range(number)]


def fact(key: UUID, sequence: int) -> Event:
    now = datetime.now(UTC)
    return Event(
        id=str(new_id()),
        source="/bench",
        type="bench.thing.happened.v1",
        subject=str(key),
        partitionkey=str(key),
        time=now,
        recordedtime=now,
        sequence=sequence,
        data={"number": sequence, "padding": PADDING},
    )


def encoded(events: list[Event]) -> list[tuple[bytes, list[tuple[str, bytes]], bytes]]:
    """Key, headers and value of each."""
    return [((one.partitionkey or "").encode(), *encode_kafka(one)) for one in events]


async def rate(number: int, work: Callable[[], Awaitable[None]]) -> float:
    """Events per second of the work."""
    start = time.perf_counter()
    await work()
    return number / (time.perf_counter() - start)


def median(values: list[float]) -> float:
    return statistics.median(values)

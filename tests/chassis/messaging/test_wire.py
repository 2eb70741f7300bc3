"""Offsets, order and redelivery on the real broker: what no in-memory broker can show."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy import text

from chassis.codec import encode_kafka
from chassis.database import Database, Transaction, Wire
from chassis.events import Event
from chassis.ids import new_id
from chassis.messaging import Subscription
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics
from chassis.relay import Relay
from chassis.settings import KafkaSettings
from tests.chassis.messaging.conftest import Happened, effects, event, note
from tests.servers.handles import DatabaseAccess, KafkaAccess
from tests.timing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]


def kafka_settings(kafka: KafkaAccess) -> KafkaSettings:
    return KafkaSettings(
        bootstrap=kafka.bootstrap, username=kafka.username, password=kafka.password
    )


@asynccontextmanager
async def producing(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**kafka.aiokafka, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: AIOKafkaProducer, topic: str, *events: Event, extra: Any = ()) -> None:
    for one in events:
        headers, value = encode_kafka(one)
        await producer.send(
            topic, value, key=(one.partitionkey or "").encode(), headers=[*headers, *extra]
        )
    await producer.flush()


@pytest.fixture
def consuming(store: Database, kafka: KafkaAccess) -> Callable[..., Any]:
    @asynccontextmanager
    async def start(topic: str, handler: Any = note, **changes: Any) -> AsyncIterator[Consumers]:
        given: dict[str, Any] = {
            "name": f"group-of-{topic}",
            "topics": (topic,),
            "handlers": {"test.thing.happened.v1": handler},
        }
        consumers = Consumers(
            [Subscription(**(given | changes))],
            database=store,
            kafka=kafka_settings(kafka),
            instance="test-0",
            metrics=Metrics(),
            intent_wait=timedelta(seconds=60),
        )
        await consumers.start()
        try:
            yield consumers
        finally:
            await consumers.stop()

    return start


async def test_hostile_headers_lose_nothing(
    store: Database, kafka: KafkaAccess, new_topic: Callable[..., str], consuming: Any
) -> None:
    topic = new_topic(partitions=1)
    hostile = [
        ("null", None),
        ("junk", b"\xff\xfe"),
        ("reply_to", topic.encode()),
        ("content-type", b"application/x-thing"),
    ]
    async with producing(kafka) as producer:
        await send(producer, topic, event("a", 1), event("a", 2))
        await send(producer, topic, event("a", 3), extra=hostile[:3])
        await send(producer, topic, event("a", 4))

    async with consuming(topic):
        await eventually(lambda: effects(store), until=lambda done: len(done) == 4)

    assert await effects(store) == ["a-1", "a-2", "a-3", "a-4"]
    assert await end_offset(kafka, topic) == 4  # nothing was published by `reply_to`


async def end_offset(kafka: KafkaAccess, topic: str) -> int:
    consumer = AIOKafkaConsumer(topic, **kafka.aiokafka)
    await consumer.start()
    try:
        return sum((await consumer.end_offsets(consumer.assignment())).values())
    finally:
        await consumer.stop()


async def test_a_lost_connection_is_waited_for_and_the_batch_tried_again(
    store: Database, kafka: KafkaAccess, new_topic: Callable[..., str], consuming: Any
) -> None:
    topic = new_topic()
    failures = iter([OSError("away"), TimeoutError("slow")])

    async def handler(tx: Transaction, given: Event) -> None:
        await note(tx, given)
        if (failure := next(failures, None)) is not None:
            raise failure

    async with producing(kafka) as producer:
        await send(producer, topic, *(event("a", n) for n in range(1, 21)))

    async with consuming(topic, handler):
        await eventually(lambda: effects(store), until=lambda done: len(done) == 20)

    assert await effects(store) == [f"a-{n}" for n in range(1, 21)]


async def test_offsets_are_committed_after_the_effects_only(
    store: Database, kafka: KafkaAccess, new_topic: Callable[..., str], consuming: Any
) -> None:
    topic = new_topic()
    async with producing(kafka) as producer:
        await send(producer, topic, *(event(f"k{n}", 1) for n in range(10)))

    async def never(_tx: Transaction, _given: Event) -> None:
        await asyncio.sleep(3600)

    async with consuming(topic, never):
        await asyncio.sleep(1)  # it holds the batch: stopping must not pass it by
    async with consuming(topic):
        await eventually(lambda: effects(store), until=lambda done: len(done) == 10)
        await asyncio.sleep(0.5)
    async with consuming(topic) as again:
        await eventually(lambda: ready(again))

    assert len(await effects(store)) == 10


async def ready(consumers: Consumers) -> bool:
    return not consumers.ready()


@asynccontextmanager
async def relaying(
    store: Database, database: DatabaseAccess, kafka: KafkaAccess
) -> AsyncIterator[Relay]:
    relay = Relay(database.url, kafka=kafka_settings(kafka), clock=store.clock, metrics=Metrics())
    await relay.start()
    try:
        yield relay
    finally:
        await relay.stop()


async def write(store: Database, topic: str, key: UUID, numbers: range) -> None:
    store.outbound = lambda fact: Wire(
        topic, "test.thing.happened.v1", {"what": getattr(fact, "what", "")}
    )
    async with store.transaction() as tx:
        for number in numbers:
            tx.emit(Happened(f"{number}"), key=key, sequence=number, happened_at=tx.now)


async def unsent(store: Database) -> int:
    async with store.reading() as connection:
        found = await connection.execute(text("SELECT count(*) FROM outbox WHERE sent_at IS NULL"))
        return int(found.scalar_one())


async def test_the_relay_keeps_the_order_of_each_key_over_its_own_kills(
    store: Database,
    database: DatabaseAccess,
    kafka: KafkaAccess,
    new_topic: Callable[..., str],
    consuming: Any,
) -> None:
    topic = new_topic()
    keys = [new_id() for _ in range(20)]
    for start in range(1, 101, 20):
        for key in keys:
            await write(store, topic, key, range(start, start + 20))
        async with relaying(store, database, kafka):
            await asyncio.sleep(0.3)  # cut off somewhere between send and mark
    async with relaying(store, database, kafka):
        await eventually(lambda: unsent(store), until=lambda left: left == 0, within_s=30)

    applied: dict[str, list[int]] = {}

    async def handler(_tx: Transaction, given: Event) -> None:
        applied.setdefault(given.partitionkey or "", []).append(given.sequence or 0)

    async with consuming(topic, handler):
        await eventually(lambda: total(applied), until=lambda n: n == 2000, within_s=30)

    assert set(applied) == {str(key) for key in keys}
    assert all(numbers == list(range(1, 101)) for numbers in applied.values())


async def total(applied: dict[str, list[int]]) -> int:
    return sum(map(len, applied.values()))


async def test_a_key_that_cannot_be_sent_stands_alone(
    store: Database,
    database: DatabaseAccess,
    kafka: KafkaAccess,
    new_topic: Callable[..., str],
) -> None:
    stuck, fine = new_id(), new_id()
    topic = new_topic()
    async with store.transaction() as tx:
        await tx.connection.execute(
            text(
                "INSERT INTO outbox (event_id, topic, key, headers, value, recorded_at)"
                " VALUES (:id, :topic, :key, '[]', :value, :now)"
            ),
            {
                "id": stuck,
                "topic": topic,
                "key": str(stuck),
                "value": b"x" * 2_000_000,
                "now": tx.now,
            },
        )
    await write(store, topic, stuck, range(1, 3))
    await write(store, topic, fine, range(1, 3))

    async with relaying(store, database, kafka):
        await eventually(lambda: unsent(store), until=lambda left: left == 3, within_s=20)

    async with store.reading() as connection:
        kept = (await connection.execute(text("SELECT key, reason FROM outbox_stuck"))).all()
    assert [tuple(row) for row in kept] == [(str(stuck), "MessageSizeTooLargeError")]


async def test_one_relay_leads_and_another_takes_over(
    store: Database, database: DatabaseAccess, kafka: KafkaAccess, new_topic: Callable[..., str]
) -> None:
    topic = new_topic()
    first = Relay(database.url, kafka=kafka_settings(kafka), clock=store.clock, metrics=Metrics())
    async with relaying(store, database, kafka) as leader:
        await eventually(lambda: is_ready(leader))
        await first.start()
        await eventually(lambda: is_ready(first))
    await write(store, topic, new_id(), range(1, 6))
    try:
        await eventually(lambda: unsent(store), until=lambda left: left == 0)
    finally:
        await first.stop()


async def is_ready(relay: Relay) -> bool:
    return not relay.ready()

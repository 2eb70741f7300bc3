"""Consuming with effects: the wrapper against a plain FastStream handler, one transaction each."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from sqlalchemy import text

from chassis.database import Database, Transaction
from chassis.events import Event
from chassis.messaging import Subscription
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics
from tests.bench.ground import REPEATS, Ground, encoded, facts, median, rate
from tests.servers.handles import plain

EVENTS, PLAIN_EVENTS = 20_000, 1_000
_INSERT = text("INSERT INTO effect (id, number) VALUES (:id, :number)")


async def measure(ground: Ground) -> dict[str, float]:
    """Events per second of a handler per record, a handler per set, and the plain recipe."""
    plain_rates, by_record, by_set = [], [], []
    for _ in range(REPEATS):
        plain_rates.append(await _plain(ground))
        by_record.append(await _ours(ground, handlers={"bench.thing.happened.v1": _one}))
        by_set.append(await _ours(ground, batch=_many))
    return {
        "plain": median(plain_rates),
        "by_record": median(by_record),
        "by_set": median(by_set),
        "ratio": median(by_record) / median(plain_rates),
        "ratio_by_set": median(by_set) / median(plain_rates),
    }


async def _one(tx: Transaction, event: Event) -> None:
    await tx.connection.execute(_INSERT, {"id": event.id, "number": event.data["number"]})


async def _many(tx: Transaction, events: Sequence[Event]) -> None:
    rows = [{"id": event.id, "number": event.data["number"]} for event in events]
    await tx.connection.execute(_INSERT, rows)


async def _ours(ground: Ground, **handling: Any) -> float:
    topic = await _filled(ground, EVENTS)
    async with ground.database() as (_, database):
        consumers = Consumers(
            [Subscription(name=f"ours-{topic}", topics=(topic,), **handling)],
            database=database,
            kafka=ground.settings,
            instance="bench-0",
            metrics=Metrics(),
            intent_wait=timedelta(seconds=60),
        )
        try:
            return await rate(EVENTS, lambda: _until(consumers.start, database, EVENTS))
        finally:
            await consumers.stop()


async def _plain(ground: Ground) -> float:
    """As a tutorial has it: JSON body, one message, one transaction, offsets after it."""
    topic = await _filled(ground, PLAIN_EVENTS)
    async with ground.database() as (access, database):
        pool = await asyncpg.create_pool(plain(access.url), min_size=2, max_size=4)
        broker = KafkaBroker(
            ground.kafka.bootstrap, security=ground.settings.faststream_security(), logger=None
        )

        @broker.subscriber(
            topic,
            group_id=f"plain-{topic}",
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
        )
        async def receive(body: dict[str, Any]) -> None:
            async with pool.acquire() as connection, connection.transaction():
                await connection.execute(
                    "INSERT INTO effect (id, number) VALUES (gen_random_uuid(), $1)",
                    body["number"],
                )

        try:
            return await rate(PLAIN_EVENTS, lambda: _until(broker.start, database, PLAIN_EVENTS))
        finally:
            await broker.stop()
            await pool.close()


async def _until(start: Callable[[], Any], database: Database, number: int) -> None:
    await start()
    while await _done(database) < number:
        await asyncio.sleep(0.02)


async def _done(database: Database) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM effect"))).scalar_one())


async def _filled(ground: Ground, number: int) -> str:
    topic = ground.topic()
    producer = AIOKafkaProducer(**ground.kafka.aiokafka, acks="all", enable_idempotence=True)
    await producer.start()
    for key, headers, value in encoded(facts(number)):
        await producer.send(topic, value, key=key, headers=headers)
    await producer.stop()
    return topic

"""The relay (read, send, mark) against an idempotent aiokafka producer that only sends."""

import asyncio

import orjson
from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from chassis.clock import SystemClock
from chassis.database import Database
from chassis.ids import new_id
from chassis.metrics import Metrics
from chassis.outbox import Row, insert
from chassis.relay import Relay
from tests.bench.ground import REPEATS, Ground, encoded, facts, median, rate

EVENTS = 20_000


async def measure(ground: Ground) -> dict[str, float]:
    """Events per second of both, interleaved, and the ratio of the medians."""
    raw, relayed = [], []
    for _ in range(REPEATS):
        raw.append(await _raw(ground))
        relayed.append(await _relayed(ground))
    return {
        "raw": median(raw),
        "relay": median(relayed),
        "ratio": median(relayed) / median(raw),
    }


async def _raw(ground: Ground) -> float:
    topic, given = ground.topic(), encoded(facts(EVENTS))
    producer = AIOKafkaProducer(
        **ground.kafka.aiokafka,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_batch_size=131_072,
    )
    await producer.start()

    async def work() -> None:
        for start in range(0, EVENTS, 1000):
            page = given[start : start + 1000]
            futures = [
                await producer.send(topic, value, key=key, headers=headers)
                for key, headers, value in page
            ]
            await asyncio.gather(*futures)

    try:
        return await rate(EVENTS, work)
    finally:
        await producer.stop()


async def _relayed(ground: Ground) -> float:
    topic = ground.topic()
    async with ground.database() as (access, database):
        await _fill(database, topic)
        relay = Relay(access.url, kafka=ground.settings, clock=SystemClock(), metrics=Metrics())

        async def work() -> None:
            await relay.start()
            while await _pending(database):
                await asyncio.sleep(0.02)

        try:
            return await rate(EVENTS, work)
        finally:
            await relay.stop()


async def _fill(database: Database, topic: str) -> None:
    rows = [
        Row(
            event_id=new_id(),
            topic=topic,
            key=key.decode(),
            headers=_json(headers),
            value=value,
            data_subject=None,
            recorded_at=database.clock.now(),
        )
        for key, headers, value in encoded(facts(EVENTS))
    ]
    for start in range(0, EVENTS, 1000):
        async with database.transaction() as tx:
            await insert(tx.connection, rows[start : start + 1000])


def _json(headers: list[tuple[str, bytes]]) -> str:
    return orjson.dumps([(name, value.decode()) for name, value in headers]).decode()


async def _pending(database: Database) -> bool:
    async with database.reading() as connection:
        found = await connection.execute(
            text("SELECT EXISTS (SELECT FROM outbox WHERE sent_at IS NULL)")
        )
        return bool(found.scalar_one())

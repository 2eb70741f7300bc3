"""The recipe everybody would write first, to measure the platform against.

`python -m tests.bench.one_hop api|worker` with addresses in its environment. POST → one row and one
outbox row in one transaction → a relay that polls every 20 ms → Kafka → a consumer that writes one
inbox row and one effect in one transaction. No validation, no rights, no answer, no second service.
"""

import asyncio
import os
import sys
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from fastapi import FastAPI, Request

SCHEMA = """
    CREATE TABLE thing (id uuid PRIMARY KEY, body jsonb NOT NULL);
    CREATE TABLE outbox (
        seq bigint GENERATED ALWAYS AS IDENTITY, id uuid, value bytea, sent boolean
    );
    CREATE INDEX ON outbox (seq) WHERE NOT sent;
    CREATE TABLE inbox (id uuid PRIMARY KEY);
    CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid);
"""
POLL_S = 0.02


def setting(name: str) -> str:
    return os.environ[f"ONE_HOP_{name}"]  # noqa: TID251 - a program of its own


def kafka() -> dict[str, Any]:
    return {
        "bootstrap_servers": setting("BOOTSTRAP"),
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": setting("USERNAME"),
        "sasl_plain_password": setting("PASSWORD"),
    }


async def relay() -> None:
    connection = await asyncpg.connect(setting("DATABASE"))
    producer = AIOKafkaProducer(**kafka(), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await send_for_ever(connection, producer)
    finally:
        await producer.stop()


async def send_for_ever(connection: asyncpg.Connection, producer: AIOKafkaProducer) -> None:
    while True:
        rows = await connection.fetch(
            "SELECT seq, id, value FROM outbox WHERE NOT sent ORDER BY seq LIMIT 200"
        )
        sends = [
            await producer.send(setting("TOPIC"), row["value"], key=row["id"].bytes) for row in rows
        ]
        await asyncio.gather(*sends)
        if rows:
            await connection.execute(
                "UPDATE outbox SET sent = true WHERE seq = ANY($1)", [row["seq"] for row in rows]
            )
        else:
            await asyncio.sleep(POLL_S)


@asynccontextmanager
async def lifespan(app: FastAPI) -> Any:
    app.state.pool = await asyncpg.create_pool(setting("DATABASE"), min_size=2, max_size=10)
    task = asyncio.create_task(relay())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await app.state.pool.close()


app = FastAPI(lifespan=lifespan)


@app.post("/events", status_code=202)
async def receive(request: Request) -> dict[str, str]:
    body = await request.body()
    given = UUID(orjson.loads(body)["id"])
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("INSERT INTO thing VALUES ($1, $2)", given, body.decode())
        await connection.execute(
            "INSERT INTO outbox (id, value, sent) VALUES ($1, $2, false)", given, body
        )
    return {"id": str(given)}


async def work() -> None:
    connection = await asyncpg.connect(setting("DATABASE"))
    consumer = AIOKafkaConsumer(
        setting("TOPIC"),
        **kafka(),
        group_id="one-hop",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=200, max_records=200)
        given = [UUID(orjson.loads(r.value)["id"]) for records in found.values() for r in records]
        if not given:
            continue
        async with connection.transaction():
            fresh = await connection.fetch(
                "INSERT INTO inbox SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING id",
                given,
            )
            await connection.execute(
                "INSERT INTO effect (id) SELECT unnest($1::uuid[])", [row["id"] for row in fresh]
            )
        await consumer.commit()


if __name__ == "__main__":
    if sys.argv[1] == "api":
        uvicorn.run(app, host="127.0.0.1", port=int(setting("PORT")), log_level="warning")
    else:
        asyncio.run(work())

"""The real servers behind the tests and the embedded stack."""

from collections.abc import Callable

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from tests.servers.handles import DatabaseAccess, KafkaAccess, plain

pytestmark = [
    pytest.mark.integration,
    # One process runs them all: each of two would start servers of its own.
    pytest.mark.xdist_group("own-servers"),
    pytest.mark.timeout(120),
]


async def test_postgres_is_18_with_scram_and_durable_defaults(postgres: str) -> None:
    connection = await asyncpg.connect(postgres)
    try:
        assert (await connection.fetchval("SHOW server_version")).startswith("18.")
        assert await connection.fetchval("SHOW password_encryption") == "scram-sha-256"
        assert await connection.fetchval("SHOW TimeZone") == "UTC"
    finally:
        await connection.close()


async def test_service_role_has_no_ddl_and_no_other_database(
    new_database: Callable[..., DatabaseAccess],
) -> None:
    mine, other = new_database("mine"), new_database("other")
    connection = await asyncpg.connect(mine.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE intruder (id int)")
    finally:
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(mine.dsn.removesuffix(mine.name) + other.name)
    owner = await asyncpg.connect(plain(mine.owner_url))
    try:
        await owner.execute("CREATE TABLE own (id int)")
    finally:
        await owner.close()


async def test_wrong_password_is_refused(database: DatabaseAccess) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database.dsn, password="autre")  # noqa: S106 - wrong on purpose


async def test_record_travels_and_is_dated_by_the_broker(
    kafka: KafkaAccess, new_topic: Callable[..., str]
) -> None:
    topic = new_topic(partitions=1)
    producer = AIOKafkaProducer(**kafka.aiokafka, enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, b"bonjour", timestamp_ms=1)
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(topic, **kafka.aiokafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()
    assert record.value == b"bonjour"
    assert record.timestamp > 1


async def test_kafka_refuses_a_wrong_password(kafka: KafkaAccess) -> None:
    producer = AIOKafkaProducer(**{**kafka.aiokafka, "sasl_plain_password": "autre"})
    try:
        with pytest.raises(KafkaConnectionError):
            await producer.start()
    finally:
        await producer.stop()

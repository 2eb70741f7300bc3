"""What each principal may not do, on the running broker and database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from confluent_kafka import OFFSET_BEGINNING, Consumer
from confluent_kafka import KafkaError as ConfluentError
from confluent_kafka import TopicPartition as ConfluentPartition

from tests.e2e import partner
from tests.e2e.scene import agreed
from tests.e2e.stack import SERVICES, Stack, client_options, producing
from tests.timing import eventually

PATIENCE_S = 15
JOURNALS = (
    ("reporting", "event_log", "type"),
    ("partners", "organisation_fact", "fact"),
    ("referrals", "name_lookup", "act"),
    ("referrals", "agreement", "scope"),
    ("referrals", "referral_transition", "code"),
)
FORBIDDEN_TO_A_PARTNER = (
    *("partner.mission-locale.in.v1", "partner.mission-locale.out.v1"),
    *("maillage.intake.v1", "maillage.referrals.v1", "maillage.directory.v1"),
    *("maillage.outward-ids.v1", "maillage.partners.v1"),
)


@pytest.mark.parametrize("topic", [*FORBIDDEN_TO_A_PARTNER, "partner.caf.in.v1"])
async def test_a_partner_reads_its_own_answers_only(stack: Stack, topic: str) -> None:
    refusal = await asyncio.to_thread(_refusal, stack, "caf", topic)

    assert refusal == ConfluentError.TOPIC_AUTHORIZATION_FAILED


async def test_a_partner_reads_its_answers(stack: Stack) -> None:
    await partner.accepted(stack, "caf", await stack.referral())

    config = stack.kafka("caf")
    assert await asyncio.to_thread(_refusal, stack, "caf", config["out_topic"]) is None


@pytest.mark.parametrize("topic", [*FORBIDDEN_TO_A_PARTNER, "partner.caf.out.v1"])
async def test_a_partner_writes_on_its_own_topic_only(stack: Stack, topic: str) -> None:
    async with producing(stack.kafka("caf")) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(topic, b"{}", b"x")


async def test_the_auditor_writes_nowhere(stack: Stack) -> None:
    async with producing(stack.kafka("auditeur")) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait("maillage.referrals.v1", b"{}", b"x")


async def test_a_partner_joins_its_own_groups_only(stack: Stack) -> None:
    config = stack.kafka("caf")
    own = AIOKafkaConsumer(
        config["out_topic"], group_id=f"{config['group_prefix']}essai", **client_options(config)
    )
    await own.start()
    await own.stop()

    foreign = AIOKafkaConsumer(
        config["out_topic"], group_id="partners.referrals", **client_options(config)
    )
    try:
        with pytest.raises(GroupAuthorizationFailedError):
            await foreign.start()
    finally:
        await foreign.stop()


async def test_nobody_comes_in_without_their_password(stack: Stack) -> None:
    stranger = stack.kafka("caf") | {"password": "bonjour"}
    with pytest.raises(KafkaError):
        async with producing(stranger):
            pass
    postgres = stack.status["postgres"]
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(
            host=postgres["host"],
            port=postgres["port"],
            user="reporting",
            password="bonjour",  # noqa: S106 - it opens nothing
            database="reporting",
        )


@pytest.mark.parametrize(("service", "table", "column"), JOURNALS)
async def test_a_journal_is_only_ever_added_to(
    stack: Stack, service: str, table: str, column: str
) -> None:
    await agreed(stack)
    changes = (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}")  # noqa: S608 - our tables
    async with _as_role(stack, service, service) as connection:
        for change in (*changes, f"TRUNCATE {table}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    # By the owner, whom the migrations use, a trigger of the table stops it.
    async with _as_role(stack, service, f"{service}_owner") as connection:
        count = f"SELECT count(*) FROM {table}"  # noqa: S608 - our tables
        await eventually(lambda: connection.fetchval(count), within_s=PATIENCE_S)
        for change in changes:
            with pytest.raises(asyncpg.PostgresError, match=r"append-only|only added"):
                await connection.execute(change)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_changes_no_table_and_sees_no_other_database(
    stack: Stack, service: str
) -> None:
    async with _as_role(stack, service, service) as connection:
        for change in ("CREATE TABLE essai (a int)", "DROP TABLE inbox", "CREATE SCHEMA essai"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
        assert not await connection.fetchval(
            "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        )
    for other in {*SERVICES, "postgres"} - {service}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with _as_role(stack, other, service):
                pass


def _refusal(stack: Stack, name: str, topic: str) -> int | None:
    """The broker's answer to reading the topic's first record; None when it gives it.

    By librdkafka: aiokafka asks for ever where a topic is not even to be seen.
    """
    config = stack.kafka(name)
    consumer = Consumer(
        {
            "bootstrap.servers": config["bootstrap"],
            "security.protocol": config["security_protocol"],
            "sasl.mechanism": config["mechanism"],
            "sasl.username": config["username"],
            "sasl.password": config["password"],
            "group.id": f"{config['group_prefix']}essai",
            "log_level": 0,
        }
    )
    try:
        seen = consumer.list_topics(topic, timeout=PATIENCE_S).topics[topic].error
        if seen is not None:
            return int(seen.code())
        consumer.assign([ConfluentPartition(topic, 0, OFFSET_BEGINNING)])
        record = consumer.poll(PATIENCE_S)
        assert record is not None, "no answer"
        error = record.error()
        return None if error is None else int(error.code())
    finally:
        consumer.close()


@asynccontextmanager
async def _as_role(stack: Stack, database: str, role: str) -> AsyncIterator[asyncpg.Connection]:
    where = stack.status["postgres"]
    connection = await asyncpg.connect(
        host=where["host"],
        port=where["port"],
        user=role,
        password=stack.secret(f"postgres:{role}"),
        database=database,
    )
    try:
        yield connection
    finally:
        await connection.close()

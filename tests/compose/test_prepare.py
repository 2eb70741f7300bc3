"""The job that prepares databases and broker, run for real on servers of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import TopicAuthorizationFailedError

from contracts import topics
from tests.compose.composition import ROOT, fresh_environment
from tests.servers.lease import embedded_kafka, embedded_postgres

pytestmark = [
    pytest.mark.integration,
    # One process runs them all: each of two would start servers of its own.
    pytest.mark.xdist_group("own-servers"),
    pytest.mark.timeout(300),  # two servers of its own, on a machine that may be busy
    # A server outlives the Popen that started it: it is stopped by its identity.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Environment = dict[str, str]


def prepare(environment: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "deploy/compose/prepare.py"],
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    """Two fresh servers, prepared twice: the job runs at each start."""
    with ExitStack() as servers:
        postgres = servers.enter_context(embedded_postgres(tmp_path_factory.mktemp("postgres")))
        kafka = servers.enter_context(embedded_kafka(tmp_path_factory.mktemp("kafka")))
        password, place = postgres["url"].removeprefix("postgresql://postgres:").split("@")
        environment = {
            **fresh_environment(),
            "POSTGRES_PASSWORD": password,
            "POSTGRES_PLACE": place.removesuffix("/postgres"),
            "KAFKA_ADMIN_PASSWORD": kafka["password"],
            "KAFKA_PLACE": kafka["bootstrap"],
        }
        for _ in range(2):
            done = prepare(environment)
            assert done.returncode == 0, done.stderr
        yield environment


def producer(environment: Environment, principal: str, password: str) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=environment["KAFKA_PLACE"],
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username=principal,
        sasl_plain_password=environment[password],
    )


async def test_a_service_reaches_its_own_database_and_no_other(prepared: Environment) -> None:
    password = prepared["VOUCHERS_DATABASE_PASSWORD"]
    address = f"postgresql://vouchers:{password}@{prepared['POSTGRES_PLACE']}"

    connection = await asyncpg.connect(f"{address}/vouchers")
    await connection.close()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(f"{address}/referrals")


async def test_a_partner_writes_to_its_own_topic_and_no_other(prepared: Environment) -> None:
    caf = producer(prepared, topics.partner_principal("caf"), "PARTNER_CAF_KAFKA_PASSWORD")
    await caf.start()
    try:
        await caf.send_and_wait(topics.partner_in("caf"), b"{}")
        with pytest.raises(TopicAuthorizationFailedError):
            await caf.send_and_wait(topics.partner_in("mission-locale"), b"{}")
    finally:
        await caf.stop()


async def test_a_service_writes_its_own_facts(prepared: Environment) -> None:
    vouchers = producer(prepared, "vouchers", "VOUCHERS_KAFKA_PASSWORD")
    await vouchers.start()
    try:
        await vouchers.send_and_wait(topics.VOUCHERS, b"{}")
        with pytest.raises(TopicAuthorizationFailedError):
            await vouchers.send_and_wait(topics.REFERRALS, b"{}")
    finally:
        await vouchers.stop()


def test_a_missing_variable_is_named_in_one_sentence() -> None:
    environment = fresh_environment()
    del environment["REPORTING_OWNER_PASSWORD"]

    done = prepare(environment)

    assert done.returncode == 1
    assert done.stderr == (
        "prepare: the environment variable REPORTING_OWNER_PASSWORD is missing.\n"
    )

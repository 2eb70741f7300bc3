"""The embedded servers as `make up` uses them: durable, killed and back, closed to strangers."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import TopicAuthorizationFailedError
from aiokafka.protocol.admin import DescribeClientQuotasRequest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient

from contracts import topics
from maillage import broker, databases
from maillage.home import Secrets
from maillage.servers import kafka as kafka_server
from maillage.servers import postgres as postgres_server
from maillage.servers.jars import default_cache, fetch
from maillage.servers.kafka import Kafka, cluster_id
from maillage.servers.postgres import Postgres
from maillage.servers.processes import Identity, free_port, stop

pytestmark = [
    pytest.mark.integration,
    # One process runs them all: each of two would start servers of its own.
    pytest.mark.xdist_group("own-servers"),
    pytest.mark.timeout(180),
]


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(directory=tmp_path, port=free_port(), password=secrets.token_urlsafe(12))
    yield server
    lock = server.data / "postmaster.pid"
    if lock.exists():
        pid = int(lock.read_text().split()[0])
        if psutil.pid_exists(pid):
            stop(Identity.of(pid), with_signal=postgres_server.IMMEDIATE_SIGNAL)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker made ready for the services and two partners, twice over."""
    server = Kafka(
        directory=tmp_path_factory.mktemp("kafka"),
        port=free_port(),
        controller_port=free_port(),
        password=secrets.token_urlsafe(12),
        broker_password=secrets.token_urlsafe(12),
        jars=fetch(default_cache()),
    )
    identity = server.start()
    for _ in range(2):
        broker.prepare(server.client(), partners=["caf", "mission-locale"], password=password)
    yield server
    stop(identity, with_signal=kafka_server.STOP_SIGNAL)


def password(principal: str) -> str:
    return f"secret-of-{principal}"


async def test_committed_rows_outlive_an_immediate_stop(postgres: Postgres) -> None:
    identity = postgres.start()
    connection = await asyncpg.connect(postgres.url())
    assert await connection.fetchval("SHOW fsync") == "on"
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.execute("INSERT INTO kept VALUES (1)")
    process = identity.process()
    assert process is not None
    children = process.children()
    process.kill()
    psutil.wait_procs([process, *children], timeout=10)
    connection.terminate()
    identity = postgres.start()
    connection = await asyncpg.connect(postgres.url())
    assert await connection.fetchval("SELECT count(*) FROM kept") == 1
    await connection.close()
    stop(identity, with_signal=postgres_server.STOP_SIGNAL)


def test_lock_with_anothers_number_does_not_keep_it_from_starting(postgres: Postgres) -> None:
    postgres.prepare()
    lock = postgres.data / "postmaster.pid"
    lock.write_text(f"{psutil.Process().ppid()}\n{postgres.data}\n")
    identity = postgres.start()
    assert postgres.answers()
    stop(identity, with_signal=postgres_server.STOP_SIGNAL)


def test_half_made_cluster_is_made_again(postgres: Postgres) -> None:
    (postgres.data / "base").mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("18\n")
    identity = postgres.start()
    stop(identity, with_signal=postgres_server.STOP_SIGNAL)


async def test_each_role_reaches_its_own_database_alone(postgres: Postgres, tmp_path: Path) -> None:
    identity = postgres.start()
    kept = Secrets(tmp_path / "secrets.json")
    for _ in range(2):
        await databases.prepare(postgres.url(), kept)

    def url(role: str, database: str) -> str:
        return postgres.url(database, user=role, password=kept.password(f"postgres:{role}"))

    owner = await asyncpg.connect(url("referrals_owner", "referrals"))
    await owner.execute("CREATE TABLE own (id int)")
    await owner.close()
    service = await asyncpg.connect(url("referrals", "referrals"))
    for forbidden in ("SELECT * FROM own", "CREATE TABLE other (id int)", "CREATE ROLE boss"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(forbidden)
    await service.close()
    for elsewhere in ("vouchers", "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(url("referrals", elsewhere))
    stop(identity, with_signal=postgres_server.STOP_SIGNAL)


def test_topics_are_what_contracts_say(kafka: Kafka) -> None:
    standing = AdminClient(kafka.client()).list_topics(timeout=10).topics
    declared = [*topics.TOPICS, *topics.partner_topics("caf")]
    assert {one.name: len(standing[one.name].partitions) for one in declared} == {
        one.name: one.partitions for one in declared
    }


async def test_service_writes_its_facts_and_nobody_elses(kafka: Kafka) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap,
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="SCRAM-SHA-512",
        sasl_plain_username="referrals",
        sasl_plain_password=password("referrals"),
        enable_idempotence=True,
    )
    await producer.start()
    try:
        await producer.send_and_wait(topics.REFERRALS, b"{}")
        for foreign in (topics.VOUCHERS, topics.partner_out("caf")):
            with pytest.raises(TopicAuthorizationFailedError):
                await asyncio.wait_for(producer.send_and_wait(foreign, b"{}"), 20)
    finally:
        await producer.stop()


def partner(kafka: Kafka, slug: str) -> dict[str, str | int | float | bool]:
    name = topics.partner_principal(slug)
    return kafka.client(name, password(name))


def sent(client: dict[str, str | int | float | bool], topic: str) -> int:
    """The error code with which the broker answers one record; 0 when it took it."""
    outcome: list[int] = []
    producer = Producer({**client, "message.timeout.ms": 15000})

    def note(error: KafkaError | None, _: object) -> None:
        outcome.append(0 if error is None else error.code())

    producer.produce(topic, b"{}", on_delivery=note)
    producer.flush(20)
    return outcome[0]


def test_partner_writes_its_own_topic_alone(kafka: Kafka) -> None:
    caf = partner(kafka, "caf")
    assert sent(caf, topics.partner_in("caf")) == 0
    for foreign in (topics.partner_in("mission-locale"), topics.INTAKE, topics.partner_out("caf")):
        assert sent(caf, foreign) == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert sent(caf, "a.topic.of.my.own") in (
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
    )


@pytest.mark.parametrize(
    ("topic", "group", "refused"),
    [
        (topics.partner_out("caf"), "partner.caf.mine", None),
        (topics.partner_out("mission-locale"), "partner.caf.mine", "topic"),
        (topics.REFERRALS, "partner.caf.mine", "topic"),
        (topics.partner_out("caf"), "partners.intake", "group"),
    ],
)
def test_partner_reads_its_own_answers_in_its_own_groups(
    kafka: Kafka, topic: str, group: str, refused: str | None
) -> None:
    expected = {
        "topic": KafkaError.TOPIC_AUTHORIZATION_FAILED,
        "group": KafkaError.GROUP_AUTHORIZATION_FAILED,
    }
    assert first_error(partner(kafka, "caf"), topic, group) == (
        expected[refused] if refused else None
    )


def test_auditor_reads_every_topic_and_writes_none(kafka: Kafka) -> None:
    auditor = kafka.client(topics.AUDITOR, password(topics.AUDITOR))
    for topic in (topics.REFERRALS, topics.partner_in("caf"), topics.OUTWARD_IDS):
        assert first_error(auditor, topic, "auditeur.regard") is None
    assert sent(auditor, topics.REFERRALS) == KafkaError.TOPIC_AUTHORIZATION_FAILED


def first_error(client: dict[str, str | int | float | bool], topic: str, group: str) -> int | None:
    """The code of the first error that a consumer meets; None once it has joined."""
    joined: list[bool] = []
    consumer = Consumer({**client, "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe([topic], on_assign=lambda *_: joined.append(True))
    try:
        for _ in range(100):
            message = consumer.poll(0.2)
            if message is not None and (error := message.error()) is not None:
                return int(error.code())
            if joined:
                return None
    except KafkaException as error:
        return int(error.args[0].code())
    finally:
        consumer.close()
    raise AssertionError("neither joined nor refused")


def test_stranger_is_not_let_in(kafka: Kafka) -> None:
    stranger = AdminClient({**kafka.client("caf", "secret-of-caf"), "socket.timeout.ms": 2000})
    with pytest.raises(KafkaException):
        stranger.list_topics(timeout=3)


@pytest.mark.parametrize("slug", ["caf", "mission-locale"])
async def test_partner_sends_no_faster_than_declared(kafka: Kafka, slug: str) -> None:
    expected = {"producer_byte_rate": float(topics.PARTNER_QUOTA_BYTES_PER_S)}
    assert await quotas_of(kafka, topics.partner_principal(slug)) == expected


async def test_service_has_no_quota(kafka: Kafka) -> None:
    assert await quotas_of(kafka, "referrals") == {}


async def quotas_of(kafka: Kafka, user: str) -> dict[str, float]:
    """What the broker itself says of one user's quotas (DescribeClientQuotas, KIP-546)."""
    admin = kafka.client()
    client = AIOKafkaClient(
        bootstrap_servers=kafka.bootstrap,
        security_protocol=admin["security.protocol"],
        sasl_mechanism=admin["sasl.mechanism"],
        sasl_plain_username=admin["sasl.username"],
        sasl_plain_password=admin["sasl.password"],
    )
    exactly = 0
    question = DescribeClientQuotasRequest([("user", exactly, user)], strict=True)
    try:
        await client.bootstrap()
        answer = await client.send(client.get_random_node(), question)
    finally:
        await client.close()
    assert answer.error_code == 0, answer.error_message
    return {name: value for _, values in answer.entries for name, value in values}


def test_undeclared_right_is_taken_away(kafka: Kafka) -> None:
    admin = AdminClient(kafka.client())
    extra = topics.Acl(
        principal="partner.caf",
        resource="topic",
        name=topics.REFERRALS,
        pattern="literal",
        operation="read",
    )
    declared = [acl for service in topics.SERVICES for acl in topics.service_acls(service)]
    declared += [acl for slug in ("caf", "mission-locale") for acl in topics.partner_acls(slug)]
    declared += topics.auditor_acls()
    broker.declare_rights(admin, [*declared, extra])
    assert first_error(partner(kafka, "caf"), topics.REFERRALS, "partner.caf.more") is None
    broker.declare_rights(admin, declared)
    refused = first_error(partner(kafka, "caf"), topics.REFERRALS, "partner.caf.less")
    assert refused == KafkaError.TOPIC_AUTHORIZATION_FAILED


def test_cluster_id_is_never_taken_for_an_option() -> None:
    assert not any(cluster_id().startswith("-") for _ in range(500))


@pytest.mark.parametrize(
    ("path", "written"),
    [("/srv/maillage", "/srv/maillage"), ("/é\\x/🌿", "/\\u00e9\\u005cx/\\ud83c\\udf3f")],
)
def test_paths_are_written_as_java_reads_them(path: str, written: str) -> None:
    assert kafka_server.escaped(path) == written

"""A whole platform of its own for a test run: real servers, five services, founding data.

It lives in a home and on ports of its own and never touches a stack that someone else runs.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from tests.timing import eventually

COMMAND = Path(sys.executable).with_name("maillage")
SERVICES = ("partners", "referrals", "vouchers", "scheduling", "reporting")
INTENT_WAIT_S = 10
"""How long an intent waits for what it names: 60 s in service, short here so that tests see it."""


@dataclass
class Stack:
    """One running platform."""

    home: Path
    status: dict[str, Any] = field(default_factory=dict)
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _organisations: dict[str, str] = field(default_factory=dict)
    _kafka: dict[str, dict[str, Any]] = field(default_factory=dict)

    def command(self, *arguments: str, timeout_s: float = 300, scenario: str = "none") -> str:
        """Runs `maillage …` on this stack; what it prints.

        Raises:
            AssertionError: it failed, with all it said.
        """
        done = subprocess.run(
            [str(COMMAND), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            env={
                **{k: v for k, v in os.environ.items() if not k.startswith("MAILLAGE_")},  # noqa: TID251 - a child's environment
                "MAILLAGE_HOME": str(self.home),
                "MAILLAGE_SCENARIO": scenario,
                "MAILLAGE_INTENT_WAIT_S": str(INTENT_WAIT_S),
            },
        )
        assert done.returncode == 0, f"maillage {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def up(self) -> None:
        self.command("up")
        self.status = json.loads(self.command("status", "--json"))

    def url(self, service: str) -> str:
        return str(self.status["services"][service]["url"])

    def token(self, name: str, *, anew: bool = False) -> str:
        """An access token of a founding credential, good for at least a minute and a half.

        Asked for at the door and not by `maillage token`, which takes a second to start.

        Raises:
            AssertionError: partners does not answer, or says no.
        """
        token, until = self._tokens.get(name, ("", 0.0))
        if anew or until < time.monotonic():
            credential = self.secret(f"credential:{name}")
            try:
                answer = httpx.post(
                    f"{self.url('partners')}/oauth2/token",
                    data={"grant_type": "client_credentials"},
                    auth=(credential["client_id"], credential["client_secret"]),
                    timeout=30,
                    trust_env=False,
                )
            except httpx.HTTPError as error:
                raise AssertionError(f"no token for {name}") from error
            assert answer.is_success, answer.text
            token = str(answer.json()["access_token"])
            self._tokens[name] = (token, time.monotonic() + 200)
        return token

    @asynccontextmanager
    async def client(
        self, service: str, name: str | None = None
    ) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client of one service, as the holder of a founding credential."""
        headers = {"authorization": f"Bearer {self.token(name)}"} if name else {}
        async with httpx.AsyncClient(
            base_url=self.url(service), headers=headers, timeout=30, trust_env=False
        ) as client:
            yield client

    async def organisation(self, slug: str) -> str:
        """The identifier of a founding organisation."""
        if not self._organisations:
            async with self.client("partners", "departement") as client:
                answer = (await client.get("/v1/organisations")).raise_for_status().json()
            self._organisations = {one["slug"]: one["id"] for one in answer["items"]}
        return self._organisations[slug]

    def kafka(self, name: str) -> dict[str, Any]:
        """What `maillage kafka-config NAME` says."""
        if name not in self._kafka:
            self._kafka[name] = json.loads(self.command("kafka-config", name))
        return self._kafka[name]

    def kafka_as_administrator(self) -> dict[str, Any]:
        """The same for whoever may do anything at the broker, to break in with."""
        return self.kafka("auditeur") | {
            "username": "admin",
            "password": self.secret("kafka:admin"),
        }

    async def database(self, service: str) -> asyncpg.Connection:
        """A superuser's connection to a service's database, for looking and for breaking."""
        where = self.status["postgres"]
        return await asyncpg.connect(
            host=where["host"],
            port=where["port"],
            user=where["user"],
            password=self.secret("postgres:postgres"),
            database=service,
        )

    def secret(self, name: str) -> Any:
        """A secret of this stack, to break in with."""
        return json.loads((self.home / "secrets.json").read_text())[name]

    async def intent(self, kind: str, /, **data: Any) -> dict[str, Any]:
        """A structured intent, fresh."""
        return {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": "/tests",
            "type": f"maillage.intent.{kind}.v1",
            "time": _now(),
            "datacontenttype": "application/json",
            "data": data,
        }

    async def referral(self, *targets: str, **changes: Any) -> dict[str, Any]:
        """A `referral.sent` intent for an anonymous person of Guéret."""
        given: dict[str, Any] = {
            "anonymous": {"commune": "23096", "birth_band": "1960-1969"},
            "need": "email",
            "targets": [await self.organisation(slug) for slug in targets or ("tela",)],
        }
        return await self.intent("referral.sent", **(given | changes))


def client_options(config: dict[str, Any]) -> dict[str, Any]:
    """The aiokafka client options of a `kafka-config`."""
    return {
        "bootstrap_servers": config["bootstrap"],
        "security_protocol": config["security_protocol"],
        "sasl_mechanism": config["mechanism"],
        "sasl_plain_username": config["username"],
        "sasl_plain_password": config["password"],
    }


@asynccontextmanager
async def producing(config: dict[str, Any]) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(**client_options(config), acks="all", enable_idempotence=False)
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def consuming(
    config: dict[str, Any], *topics: str, **options: Any
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that is stopped at the end; waits for a broker that is just coming back."""

    async def begun() -> AIOKafkaConsumer | None:
        consumer = AIOKafkaConsumer(*topics, **client_options(config), **options)
        try:
            await consumer.start()
        except KafkaError:
            await consumer.stop()
            return None
        return consumer

    consumer = await eventually(begun, within_s=60, every_s=0.5)
    assert consumer is not None
    try:
        yield consumer
    finally:
        await consumer.stop()


async def read_all(config: dict[str, Any], topics: Sequence[str]) -> list[Any]:
    """Every record now on the topics, partition by partition in offset order."""
    async with consuming(config, auto_offset_reset="earliest") as consumer:
        for topic in topics:
            await consumer._client.add_topic(topic)  # noqa: SLF001 - no public way to learn of it
        partitions = [
            TopicPartition(topic, number)
            for topic in topics
            for number in consumer.partitions_for_topic(topic) or ()
        ]
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        await consumer.seek_to_beginning(*partitions)
        found: list[Any] = []
        while any([await consumer.position(p) < end for p, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
        return found


@asynccontextmanager
async def held(
    stack: Stack, service: str, table: str, mode: str = "SHARE ROW EXCLUSIVE"
) -> AsyncIterator[asyncpg.Connection]:
    """Keeps a service from writing in a table (or, held exclusively, from reading it).

    Its relay looks at `outbox_stuck` and nobody else does: that table held is a relay held.
    """
    connection = await stack.database(service)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN {mode} MODE")
            yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def reporting_fails_on(stack: Stack, subject: str) -> AsyncIterator[None]:
    """Makes reporting's database refuse the facts of one aggregate, as a bug of ours would."""
    connection = await stack.database("reporting")
    try:
        await connection.execute(
            "CREATE FUNCTION essai() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'essai'; END $$"
        )
        await connection.execute(
            "CREATE TRIGGER essai BEFORE INSERT ON event_log FOR EACH ROW"
            f" WHEN (NEW.subject = '{subject}') EXECUTE FUNCTION essai()"
        )
        yield
    finally:
        await connection.execute("DROP FUNCTION IF EXISTS essai() CASCADE")
        await connection.close()


async def size(config: dict[str, Any], topic: str) -> int:
    """How many records were ever written on the topic."""
    async with consuming(config, topic) as consumer:
        numbers = consumer.partitions_for_topic(topic) or ()
        ends = await consumer.end_offsets([TopicPartition(topic, number) for number in numbers])
        return sum(ends.values())


@contextmanager
def running(home: Path) -> Iterator[Stack]:
    """A platform that is up inside the block, and down and gone after it."""
    stack = Stack(home)
    try:
        stack.up()
        yield stack
    finally:
        stack.command("down")


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

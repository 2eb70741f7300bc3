"""A service as a process: its start, its readiness, its graceful and its forced end."""

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaProducer

from chassis import tables
from tests.servers.handles import DatabaseAccess, KafkaAccess, plain
from tests.timing import eventually
from tests.web.conftest import Script

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]

SMALL = "tests.web.process.small"


class Running:
    """A process under test, and what it has written so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.lines.append(json.loads(line))

    async def logged(self, event: str, within_s: float = 20) -> dict[str, Any]:
        async def find() -> dict[str, Any] | None:
            return next((line for line in self.lines if line["event"] == event), None)

        found = await eventually(find, within_s=within_s)
        assert found is not None
        return found

    async def address(self) -> str:
        return f"http://127.0.0.1:{(await self.logged('started'))['port']}"

    async def ready(self, client: httpx.AsyncClient) -> None:
        async def ask() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await eventually(ask, within_s=30)

    async def ended(self, within_s: float = 20) -> int:
        code = await asyncio.wait_for(self.process.wait(), within_s)
        await self._reading
        return code

    def events(self) -> list[str]:
        return [line["event"] for line in self.lines]


@pytest.fixture
async def migrated(database: DatabaseAccess) -> DatabaseAccess:
    script = Script()
    tables.create_chassis_tables(script)
    tables.grant_chassis(script, database.service_role)
    script.execute("CREATE TABLE effect (what text)")
    script.execute(f'GRANT SELECT, INSERT ON effect TO "{database.service_role}"')
    owner = await asyncpg.connect(plain(database.owner_url))
    for statement in script.statements:
        await owner.execute(statement)
    await owner.close()
    return database


@pytest.fixture
def environment(migrated: DatabaseAccess, kafka: KafkaAccess) -> dict[str, str]:
    return {
        "MAILLAGE_DATABASE_URL": migrated.url,
        "MAILLAGE_KAFKA_BOOTSTRAP": kafka.bootstrap,
        "MAILLAGE_KAFKA_USERNAME": kafka.username,
        "MAILLAGE_KAFKA_PASSWORD": kafka.password,
        "MAILLAGE_PORT": "0",
        "MAILLAGE_PUBLIC_URL": "http://127.0.0.1:1",
        "MAILLAGE_ISSUER": "http://127.0.0.1:2",
        "MAILLAGE_TOPIC": "not.made.yet",
    }


@asynccontextmanager
async def running(mode: str, environment: dict[str, str]) -> AsyncIterator[Running]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SMALL, mode, env=environment, stdout=asyncio.subprocess.PIPE
    )
    one = Running(process)
    try:
        yield one
    finally:
        if process.returncode is None:
            process.kill()
        await one.ended()


@asynccontextmanager
async def forwarding(port: int, target: str) -> AsyncIterator[None]:
    """A door on `port` that leads to `target` while it stands."""
    host, _, target_port = target.rpartition(":")

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(target_port))
        await asyncio.gather(copy(reader, back), copy(there, writer))

    server = await asyncio.start_server(forward, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def client(address: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=address, timeout=30)


async def reasons(client: httpx.AsyncClient) -> list[str]:
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    found: list[str] = answer.json()["reasons"]
    return found


async def test_a_service_lives_at_once_and_is_ready_when_its_topics_stand(
    environment: dict[str, str], new_topic: Callable[..., str]
) -> None:
    async with running("serve", environment) as service, client(await service.address()) as http:
        assert (await http.get("/healthz")).text == "ok"

        async def named() -> bool:
            return "topic not.made.yet is missing" in await reasons(http)

        await eventually(named)

    environment["MAILLAGE_TOPIC"] = new_topic()
    async with running("serve", environment) as service, client(await service.address()) as http:
        await service.ready(http)


async def test_a_service_starts_before_its_broker_and_its_database(
    environment: dict[str, str],
    migrated: DatabaseAccess,
    kafka: KafkaAccess,
    new_topic: Callable[..., str],
) -> None:
    broker_door, database_door = free_port(), free_port()
    server = migrated.url.rpartition("@")[2].partition("/")[0]
    environment |= {
        "MAILLAGE_TOPIC": new_topic(),
        "MAILLAGE_KAFKA_BOOTSTRAP": f"127.0.0.1:{broker_door}",
        "MAILLAGE_DATABASE_URL": migrated.url.replace(server, f"127.0.0.1:{database_door}"),
    }

    async with running("serve", environment) as service, client(await service.address()) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert any(reason.startswith("database: ") for reason in await reasons(http))

        async with forwarding(database_door, server):

            async def waits_for_the_broker() -> bool:
                return await reasons(http) == ["kafka: KafkaConnectionError"]

            await eventually(waits_for_the_broker)
            async with forwarding(broker_door, kafka.bootstrap):
                await service.ready(http)

            service.process.send_signal(signal.SIGTERM)
            assert await service.ended() == 0


async def test_a_stop_finishes_what_is_in_hand_in_its_order(
    environment: dict[str, str],
    migrated: DatabaseAccess,
    kafka: KafkaAccess,
    new_topic: Callable[..., str],
) -> None:
    environment["MAILLAGE_TOPIC"] = topic = new_topic()
    async with running("serve", environment) as service, client(await service.address()) as http:
        await service.ready(http)
        slow = asyncio.create_task(http.get("/slow", params={"seconds": 2}))
        await send_event(kafka, topic, "in-hand", seconds=1.5)
        await asyncio.sleep(0.7)

        service.process.send_signal(signal.SIGTERM)
        leaving = await reasons(http)
        code = await service.ended()

    assert leaving == ["stopping"]
    assert code == 0
    assert (await slow).text == '"done"'
    assert await effects(migrated) == ["in-hand"]
    assert service.events()[-3:] == ["stopping", "request", "stopped"]
    assert service.events()[-1] == "stopped"


async def test_streams_end_by_themselves_or_are_cut(
    environment: dict[str, str], new_topic: Callable[..., str]
) -> None:
    environment["MAILLAGE_TOPIC"] = new_topic()
    async with running("api", environment) as service, client(await service.address()) as http:
        kind = asyncio.create_task(http.get("/stream"))
        with contextlib.suppress(httpx.RemoteProtocolError):
            async with http.stream("GET", "/unending") as unending:
                lines = unending.aiter_lines()
                assert await anext(lines) == "begun"
                began = time.monotonic()
                service.process.send_signal(signal.SIGTERM)
                assert [line async for line in lines] == []

        assert (await kind).text == "begun\nended\n"
        assert await service.ended() == 0
        assert 4 < time.monotonic() - began < 20


async def test_a_part_that_hangs_does_not_hold_the_process_for_ever(
    environment: dict[str, str], new_topic: Callable[..., str]
) -> None:
    environment |= {"MAILLAGE_TOPIC": new_topic(), "MAILLAGE_HANG": "true"}
    async with running("serve", environment) as service, client(await service.address()) as http:
        await service.ready(http)
        began = time.monotonic()

        service.process.send_signal(signal.SIGINT)

        assert await service.ended(within_s=40) == 1
        assert 2.9 < time.monotonic() - began < 20
        assert "not_stopped_in_time" in service.events()


async def test_the_worker_answers_its_probes_and_nothing_else(
    environment: dict[str, str], new_topic: Callable[..., str]
) -> None:
    environment["MAILLAGE_TOPIC"] = new_topic()
    async with running("worker", environment) as service, client(await service.address()) as http:
        await service.ready(http)

        async def led() -> bool:
            return "relay_leader 1.0" in (await http.get("/metrics")).text

        await eventually(led)
        assert (await http.get("/slow?seconds=0")).status_code == 404
        service.process.send_signal(signal.SIGTERM)
        assert await service.ended() == 0


async def test_the_api_answers_without_any_broker(environment: dict[str, str]) -> None:
    environment["MAILLAGE_KAFKA_BOOTSTRAP"] = f"127.0.0.1:{free_port()}"
    async with running("api", environment) as service, client(await service.address()) as http:
        await service.ready(http)
        assert (await http.get("/slow?seconds=0")).status_code == 200


async def test_a_failing_sweep_is_counted_and_goes_on(
    environment: dict[str, str], new_topic: Callable[..., str]
) -> None:
    environment["MAILLAGE_TOPIC"] = new_topic()
    async with running("serve", environment) as service, client(await service.address()) as http:

        async def failed_often() -> bool:
            text = (await http.get("/metrics")).text
            line = next(
                (x for x in text.splitlines() if x.startswith("timer_failures_total{")), "0"
            )
            return float(line.rpartition(" ")[2]) > 2

        await eventually(failed_often, within_s=20)
        failed = await service.logged("timer_failed")
        assert (failed["timer"], failed["error"]) == ("failing", "RuntimeError")
        assert "Jeanne" not in json.dumps(service.lines)


async def test_a_taken_port_is_said_and_ends_the_process(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        environment["MAILLAGE_PORT"] = str(other.getsockname()[1])
        async with running("api", environment) as service:
            assert await service.ended() == 2
            line = await service.logged("cannot_listen")
            assert "in use" in line["reason"]


async def test_an_error_that_waiting_does_not_mend_ends_the_process(
    environment: dict[str, str], new_topic: Callable[..., str]
) -> None:
    environment |= {"MAILLAGE_TOPIC": new_topic(), "MAILLAGE_BROKEN": "true"}
    async with running("serve", environment) as service:
        ended = await service.logged("ended_by_itself")

        assert await service.ended() == 1
        assert ended["part"] == "work"
        assert "GroupAuthorizationFailedError" in ended["error"]


async def command(name: str, environment: dict[str, str]) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", SMALL, name),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await process.communicate()
    return process.returncode or 0, said.decode(), complained.decode()


async def test_other_commands_run_and_end(environment: dict[str, str]) -> None:
    assert await command("shout", environment) == (0, "NOT.MADE.YET\n", "")

    code, _, complained = await command("migrate", environment)
    assert code == 1
    assert "MAILLAGE_MIGRATION_DATABASE_URL is missing" in complained

    environment["MAILLAGE_MIGRATION_DATABASE_URL"] = environment["MAILLAGE_DATABASE_URL"]
    assert await command("migrate", environment) == (0, "migrated True\n", "")


async def test_a_missing_setting_is_one_sentence(environment: dict[str, str]) -> None:
    del environment["MAILLAGE_ISSUER"]

    code, said, complained = await command("serve", environment)

    assert (code, said) == (2, "")
    assert complained.count("\n") == 1
    assert "MAILLAGE_ISSUER is missing" in complained


async def send_event(kafka: KafkaAccess, topic: str, name: str, **data: Any) -> None:
    producer = AIOKafkaProducer(**kafka.aiokafka)
    await producer.start()
    headers = {
        "ce_specversion": "1.0",
        "ce_id": name,
        "ce_source": "/elsewhere",
        "ce_type": "test.noted.v1",
        "ce_time": "2026-03-02T12:00:00Z",
        "content-type": "application/json",
    }
    try:
        await producer.send_and_wait(
            topic,
            json.dumps(data).encode(),
            key=b"one",
            headers=[(header, value.encode()) for header, value in headers.items()],
        )
    finally:
        await producer.stop()


async def effects(database: DatabaseAccess) -> list[str]:
    connection = await asyncpg.connect(plain(database.url))
    rows = await connection.fetch("SELECT what FROM effect")
    await connection.close()
    return [row["what"] for row in rows]

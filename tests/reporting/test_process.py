"""The program itself: its commands, and how it stops while people follow."""

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest

from chassis.clock import SystemClock
from chassis.database import Database
from chassis.messaging.inbox import Inbox
from tests.reporting.activity import an_activity
from tests.reporting.asking import dump
from tests.reporting.site import ISSUER, Issuer, Stream
from tests.reporting.telling import START, Referral, a_department, records
from tests.servers.handles import DatabaseAccess, plain
from tests.timing import eventually

# A Python program starts slowly where several do.
pytestmark = pytest.mark.timeout(120)
PORT = re.compile(r"[\"']?port[\"']?[=:]\s*(\d+)")


@pytest.fixture
def environment(access: DatabaseAccess) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MAILLAGE_")},  # noqa: TID251 - the child needs PATH
        "MAILLAGE_DATABASE_URL": access.url,
        "MAILLAGE_MIGRATION_DATABASE_URL": access.owner_url,
        "MAILLAGE_KAFKA_BOOTSTRAP": "127.0.0.1:9",
        "MAILLAGE_KAFKA_USERNAME": "reporting",
        "MAILLAGE_KAFKA_PASSWORD": "kR7-wB5z",
        "MAILLAGE_PORT": "0",
        "MAILLAGE_PUBLIC_URL": "http://reporting.test",
        "MAILLAGE_ISSUER": ISSUER,
        "MAILLAGE_JWKS_URL": "http://127.0.0.1:9/none",
        "PYTHONUNBUFFERED": "1",
    }


@asynccontextmanager
async def program(
    command: str, environment: dict[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "reporting", command),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def output(child: asyncio.subprocess.Process) -> str:
    said, _ = await child.communicate()
    return said.decode().replace("\xa0", " ")


async def test_rebuild_mends_the_figures_and_says_how_far_it_is(
    inbox: Inbox, own_database: Database, access: DatabaseAccess, environment: dict[str, str]
) -> None:
    events = a_department()
    await inbox.take(records(events))
    expected = await dump(own_database)
    owner = await asyncpg.connect(plain(access.owner_url))
    await owner.execute("UPDATE figure_day SET count = count + 1")
    await owner.close()

    async with program("rebuild", environment) as child:
        said = await output(child)

    assert child.returncode == 0
    assert f"Chiffres recalculés : {len(events)} événements relus" in said
    assert await dump(own_database) == expected


async def test_figures_of_an_earlier_version_are_folded_anew_once(
    inbox: Inbox, own_database: Database, access: DatabaseAccess, environment: dict[str, str]
) -> None:
    await inbox.take(records([*a_department(), *an_activity()]))
    expected = await dump(own_database)
    await _as_owner(access, "TRUNCATE seat, place; UPDATE referral_sent SET commune = ''")

    async with program("migrate", environment) as child:
        await output(child)
    mended = await dump(own_database)
    await _as_owner(access, "TRUNCATE seat")
    spoilt = await dump(own_database)
    async with program("migrate", environment) as child:
        await output(child)

    assert mended == expected
    assert await dump(own_database) == spoilt != expected


async def test_migrating_again_changes_nothing(environment: dict[str, str]) -> None:
    async with program("migrate", environment) as child:
        said = await output(child)

    assert (child.returncode, said) == (0, said)


async def test_a_stream_ends_and_the_program_too_within_seconds_of_being_asked(
    inbox: Inbox, access: DatabaseAccess, environment: dict[str, str]
) -> None:
    referral, issuer = Referral("one"), Issuer(SystemClock())
    await inbox.take(records([referral.sent(START)]))
    await _publish(access, issuer)
    who = {"authorization": f"Bearer {issuer.token('department')}"}

    async with program("api", environment) as child, httpx.AsyncClient(trust_env=False) as client:
        address = f"http://127.0.0.1:{await _port(child)}"
        await eventually(lambda: _alive(client, address))
        path = f"{address}/v1/journeys/{referral.journey}/live"
        async with client.stream("GET", path, headers=who) as response:
            stream = Stream(response)
            await stream.next()
            began = time.perf_counter()
            child.send_signal(signal.SIGTERM)
            with pytest.raises(StopAsyncIteration):
                await stream.next()
            stream_s = time.perf_counter() - began
        await child.communicate()
        program_s = time.perf_counter() - began

    assert child.returncode == 0
    assert stream_s < 1
    assert program_s < 10


async def _as_owner(access: DatabaseAccess, statement: str) -> None:
    owner = await asyncpg.connect(plain(access.owner_url))
    await owner.execute(statement)
    await owner.close()


async def _publish(access: DatabaseAccess, issuer: Issuer) -> None:
    """The issuer is away: its keys are the last good copy in the database."""
    owner = await asyncpg.connect(plain(access.owner_url))
    keys = json.dumps(await issuer.fetch())
    await owner.execute("INSERT INTO jwks_copy VALUES ($1, $2, now())", ISSUER, keys)
    await owner.close()


async def _port(child: asyncio.subprocess.Process) -> int:
    assert child.stdout is not None
    async for line in child.stdout:
        found = PORT.search(line.decode())
        if found:
            return int(found[1])
    raise AssertionError("the program ended before it listened")


async def _alive(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/healthz")).is_success
    except httpx.TransportError:
        return False

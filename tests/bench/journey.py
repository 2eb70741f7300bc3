"""Accepted POST → journey visible, as a multiple of the one-hop recipe on the same servers."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx

from tests.bench import one_hop
from tests.bench.ground import Ground
from tests.bench.standing import computing_ms
from tests.e2e.stack import Stack
from tests.servers.handles import create_database, drop_database, plain

PER_SECOND = 50
SECONDS = 20
WARM_UP = 100
LOOK_EVERY_S = 0.01  # more often, and looking would be a fifth of the load
Visible = Callable[[int], Awaitable[tuple[int, list[UUID]]]]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from the start of the POST to the effect being readable."""

    p50_ms: float
    p99_ms: float


async def measure(ground: Ground, stack: Stack) -> dict[str, Any]:
    """Both, one after the other, at `PER_SECOND`."""
    hop = await _one_hop(ground)
    before = computing_ms(stack)
    ours = await _journey(stack)
    return {
        "computing_ms": (computing_ms(stack) - before) / (WARM_UP + PER_SECOND * SECONDS),
        "one_hop": hop,
        "journey": ours,
        "p50_multiple": ours.p50_ms / hop.p50_ms,
        "p99_multiple": ours.p99_ms / hop.p99_ms,
    }


async def _journey(stack: Stack) -> Latency:
    connection = await stack.database("reporting")
    token = stack.token("caf")

    submissions: dict[UUID, UUID] = {}
    shown: set[UUID] = set()

    async def visible(after: int) -> tuple[int, list[UUID]]:
        # Numbers of the log are in the order of its commits; a verdict says whose journey it is.
        rows = await connection.fetch(
            "SELECT log_seq, type, subject, correlation_id FROM event_log WHERE log_seq > $1"
            " AND type IN ('maillage.intent.accepted.v1', 'maillage.referral.sent.v1')"
            " ORDER BY log_seq",
            after,
        )
        for row in rows:
            if row["type"] == "maillage.referral.sent.v1":
                shown.add(row["correlation_id"])
            else:
                submissions[row["correlation_id"]] = UUID(row["subject"])
        both = shown & submissions.keys()
        shown.difference_update(both)
        ready = [submissions.pop(each) for each in both]
        return (rows[-1]["log_seq"] if rows else after), ready

    async with stack.client("partners") as client:

        async def post() -> UUID:
            answer = await client.post(
                "/v1/events",
                json=await stack.referral(),
                headers={
                    "authorization": f"Bearer {token}",
                    "content-type": "application/cloudevents+json",
                },
            )
            answer.raise_for_status()
            return UUID(answer.json()["submission"])

        try:
            return await _latency(post, visible)
        finally:
            await connection.close()


async def _one_hop(ground: Ground) -> Latency:
    access = await create_database(ground.postgres, f"one_hop_{uuid4().hex[:8]}")
    owner = await asyncpg.connect(plain(access.owner_url))
    await owner.execute(one_hop.SCHEMA)
    port = _free_port()
    environment = {
        "DATABASE": plain(access.owner_url),
        "BOOTSTRAP": ground.kafka.bootstrap,
        "USERNAME": ground.kafka.username,
        "PASSWORD": ground.kafka.password,
        "TOPIC": ground.topic(),
        "PORT": str(port),
    }

    async def visible(after: int) -> tuple[int, list[UUID]]:
        rows = await owner.fetch("SELECT n, id FROM effect WHERE n > $1 ORDER BY n", after)
        return (rows[-1]["n"] if rows else after), [row["id"] for row in rows]

    async with _processes(environment), httpx.AsyncClient(trust_env=False) as client:

        async def post() -> UUID:
            given = uuid4()
            body = {"id": str(given), "padding": "x" * 420}
            answer = await client.post(f"http://127.0.0.1:{port}/events", json=body)
            answer.raise_for_status()
            return given

        await _answers(post)
        latency = await _latency(post, visible)
    await owner.close()
    await drop_database(ground.postgres, access)
    return latency


async def _latency(post: Callable[[], Awaitable[UUID]], visible: Visible) -> Latency:
    started: dict[UUID, float] = {}
    seen: dict[UUID, float] = {}
    total = WARM_UP + PER_SECOND * SECONDS

    async def one() -> None:
        start = time.perf_counter()
        started[await post()] = start

    async def watch() -> None:
        last = 0
        while len(started) < total or started.keys() - seen.keys():
            last, ids = await visible(last)
            now = time.perf_counter()
            for given in ids:
                seen.setdefault(given, now)
            await asyncio.sleep(LOOK_EVERY_S)

    watcher = asyncio.create_task(asyncio.wait_for(watch(), SECONDS * 4))
    tasks = []
    begin = time.perf_counter()
    for number in range(total):
        await asyncio.sleep(max(0.0, begin + number / PER_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    await watcher
    took = sorted((seen[given] - start) * 1000 for given, start in list(started.items())[WARM_UP:])
    return Latency(p50_ms=took[len(took) // 2], p99_ms=took[int(len(took) * 0.99)])


@asynccontextmanager
async def _processes(environment: dict[str, str]) -> AsyncIterator[None]:
    root = Path(__file__).parents[2]
    variables = {f"ONE_HOP_{name}": value for name, value in environment.items()}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.one_hop", part],
            cwd=root,
            env={**os.environ, **variables},  # noqa: TID251 - a child's environment
        )
        for part in ("api", "worker")
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
            process.wait()


async def _answers(post: Callable[[], Awaitable[UUID]]) -> None:
    for _ in range(200):
        try:
            await post()
        except httpx.HTTPError:
            await asyncio.sleep(0.05)
        else:
            return
    raise TimeoutError("the one-hop recipe does not answer")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])

"""Two thousand journeys while everything is killed: nothing lost, doubled or out of order.

Referrals come by HTTP (CAF) and by Kafka (mission locale); Tela accepts and completes each. All the
while services, Kafka and PostgreSQL are killed in turn, PostgreSQL also by its own immediate stop.
Whoever posts does what an integrator is told to do: send the same again until it is answered.
"""

import asyncio
import itertools
import os
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from aiokafka.errors import KafkaError

from chassis.testing import eventually
from tests.e2e.stack import SERVICES, Stack, consuming, producing, read_all

JOURNEYS = int(os.environ.get("MAILLAGE_TEST_JOURNEYS", "2000"))  # noqa: TID251 - tests' own setting
BATCH = 50
PATIENCE_S = 240
VICTIMS = (
    *SERVICES,
    *("kafka", "postgres --immediate", "referrals", "partners", "reporting", "postgres"),
)
STEPS = ["sent", "accepted", "completed"]

pytestmark = pytest.mark.timeout(900)


async def test_nothing_is_lost_doubled_or_out_of_order_whatever_is_killed(stack: Stack) -> None:
    before = await recorded(stack)
    done = asyncio.Event()
    killer = asyncio.create_task(kill_in_turn(stack, done))
    half = JOURNEYS // 2
    try:
        intents = [await stack.referral() for _ in range(JOURNEYS)]
        await asyncio.gather(
            post_all(stack, "caf", intents[:half]),
            produce_all(stack, "mission-locale", intents[half:]),
        )
        referrals = await all_decided(stack, intents)
        await answer_all(stack, "referral.accepted", referrals)
        await answer_all(stack, "referral.completed", referrals, outcome="autonomous")
    except BaseException:
        killer.cancel()
        raise
    done.set()
    kills = await killer
    stories = await eventually(
        lambda: journeys(stack, referrals),
        until=lambda found: all(found[one] == STEPS for one in referrals),
        within_s=PATIENCE_S,
        every_s=1,
    )

    assert len(referrals) == len(set(referrals)) == JOURNEYS
    assert all(stories[one] == STEPS for one in referrals)
    after = await recorded(stack)
    assert {name: after[name] - before[name] for name in after} == {
        "referrals": JOURNEYS,
        "answers": 2 * JOURNEYS,
        "submissions": 3 * JOURNEYS,
        "undecided": 0,
        "verdicts": 3 * JOURNEYS,
        "steps": 3 * JOURNEYS,
        "dead letters": 0,
    }
    assert await out_of_order(stack) == []
    heard = await eventually(
        lambda: told_on(stack),
        until=lambda found: all(len(found[one]) >= len(STEPS[1:]) for one in referrals),
        within_s=PATIENCE_S,
        every_s=1,
    )
    assert all(heard[one] == STEPS[1:] for one in referrals)
    assert set(kills) == set(VICTIMS)


async def kill_in_turn(stack: Stack, done: asyncio.Event) -> list[str]:
    """Kills each victim at least once, whenever all are up, until the work is done."""
    killed: list[str] = []
    for victim in itertools.cycle(VICTIMS):
        if done.is_set() and set(killed) >= set(VICTIMS):
            # A service says that it is ready until it notices that a server is gone.
            async with consuming(stack.kafka("auditeur")):
                await count(stack, "partners", "submission")
            await eventually(lambda: all_ready(stack), within_s=120, every_s=0.5)
            return killed
        await asyncio.to_thread(stack.command, "kill", *victim.split())
        killed.append(victim)
        await eventually(lambda: all_ready(stack), within_s=120, every_s=0.5)
        await asyncio.sleep(random.uniform(0.5, 2))  # noqa: S311 - to strike at any moment
    raise AssertionError("a cycle has no end")


async def all_ready(stack: Stack) -> bool:
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        try:
            answers = [await client.get(f"{stack.url(name)}/readyz") for name in SERVICES]
        except httpx.HTTPError:
            return False
    return all(answer.is_success for answer in answers)


async def until_answered(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """Sends the same again while the platform is away (no answer, or 5xx)."""

    async def once() -> httpx.Response | None:
        try:
            answer = await ask()
        except httpx.HTTPError:
            return None
        return answer if answer.status_code < 500 else None

    answer = await eventually(once, within_s=PATIENCE_S, every_s=0.3)
    assert answer is not None
    return answer


async def fresh_token(stack: Stack, name: str) -> str:
    """A token, asked for again while partners is away."""

    async def once() -> str:
        try:
            return await asyncio.to_thread(stack.token, name)
        except AssertionError:
            return ""

    return await eventually(once, within_s=PATIENCE_S, every_s=0.5)


async def post_all(stack: Stack, name: str, intents: Sequence[dict[str, Any]]) -> None:
    """Posts them in batches; every item must be received."""
    async with stack.client("partners") as client:
        for start in range(0, len(intents), BATCH):
            page = intents[start : start + BATCH]
            token = await fresh_token(stack, name)
            answer = await until_answered(lambda page=page, token=token: post(client, token, page))  # type: ignore[misc]  # a default binds the loop's value
            answer.raise_for_status()
            assert {item["status"] for item in answer.json()} == {202}, answer.text


async def post(
    client: httpx.AsyncClient, token: str, page: Iterable[dict[str, Any]]
) -> httpx.Response:
    return await client.post(
        "/v1/events",
        content=orjson.dumps(list(page)),
        headers={
            "authorization": f"Bearer {token}",
            "content-type": "application/cloudevents-batch+json",
        },
    )


async def produce_all(stack: Stack, name: str, intents: Sequence[dict[str, Any]]) -> None:
    """Writes them on the partner's own topic; what was not acknowledged is written again."""
    config = stack.kafka(name)
    left = list(intents)
    while left:
        try:
            async with producing(config) as producer:
                while left:
                    await producer.send_and_wait(config["in_topic"], orjson.dumps(left[0]))
                    left.pop(0)
        except (KafkaError, OSError):
            await asyncio.sleep(0.3)


async def all_decided(stack: Stack, intents: Sequence[dict[str, Any]]) -> list[str]:
    """The referrals that the intents became, once every one is accepted."""
    wanted = [intent["id"] for intent in intents]

    async def subjects() -> dict[str, str]:
        rows = await look(
            stack,
            "partners",
            "SELECT event_id, subject FROM submission"
            " WHERE state = 'accepted' AND event_id = ANY($1)",
            wanted,
        )
        return {row["event_id"]: str(row["subject"]) for row in rows}

    found = await eventually(
        subjects, until=lambda known: len(known) == len(wanted), within_s=PATIENCE_S, every_s=1
    )
    return [found[one] for one in wanted]


async def answer_all(stack: Stack, kind: str, referrals: Sequence[str], **data: Any) -> None:
    intents = [await stack.intent(kind, referral=one, **data) for one in referrals]
    await post_all(stack, "tela", intents)
    await all_decided(stack, intents)


async def look(stack: Stack, service: str, query: str, *values: Any) -> list[Any]:
    """Rows of a service's database; nothing while PostgreSQL is away."""
    try:
        connection = await stack.database(service)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return []


async def journeys(stack: Stack, referrals: Sequence[str]) -> dict[str, list[str]]:
    """The steps of each referral in the order in which reporting shows them."""
    rows = await look(
        stack,
        "reporting",
        "SELECT subject, type FROM event_log WHERE subject = ANY($1)"
        " ORDER BY happened_at, recorded_at, log_seq",
        list(referrals),
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["subject"]].append(row["type"].split(".")[-2])
    return found


async def recorded(stack: Stack) -> dict[str, int]:
    """What each service holds of it."""
    return {
        "referrals": await count(stack, "referrals", "referral"),
        "answers": await count(
            stack, "referrals", "referral_transition WHERE state IN ('accepted', 'completed')"
        ),
        "submissions": await count(stack, "partners", "submission"),
        "undecided": await count(stack, "partners", "submission WHERE state = 'received'"),
        "verdicts": await count(
            stack, "reporting", "event_log WHERE type LIKE 'maillage.intent.%'"
        ),
        "steps": await count(stack, "reporting", "event_log WHERE type LIKE 'maillage.referral.%'"),
        # What waited for something and was then applied is in order.
        "dead letters": sum(
            [
                await count(
                    stack, service, "set_aside WHERE state = 'parked' OR decided_at IS NULL"
                )
                for service in SERVICES
            ]
        ),
    }


async def count(stack: Stack, service: str, what: str) -> int:
    query = f"SELECT count(*) FROM {what}"  # noqa: S608 - our words
    rows = await eventually(lambda: look(stack, service, query), within_s=60, every_s=0.5)
    return int(rows[0][0])


async def told_on(stack: Stack) -> dict[str, list[str]]:
    """What the senders' own topics tell of each referral, in its order (repeats aside)."""
    topics = [stack.kafka(name)["out_topic"] for name in ("caf", "mission-locale")]
    found: dict[str, list[str]] = defaultdict(list)
    seen = set()
    for record in await read_all(stack.kafka("auditeur"), topics):
        headers = {name: value.decode() for name, value in record.headers}
        if headers["ce_type"].startswith("maillage.referral.") and headers["ce_id"] not in seen:
            seen.add(headers["ce_id"])
            found[record.key.decode()].append(headers["ce_type"].split(".")[-2])
    return found


async def out_of_order(stack: Stack) -> list[str]:
    """Aggregates whose facts do not stand on the topic as 1, 2, 3… (repeats aside)."""
    records = await read_all(stack.kafka("auditeur"), ["maillage.referrals.v1"])
    numbers: dict[str, list[int]] = defaultdict(list)
    seen: Counter[str] = Counter()
    for record in records:
        headers = dict(record.headers)
        event_id = headers["ce_id"].decode()
        seen[event_id] += 1
        if seen[event_id] == 1 and "ce_sequence" in headers:
            numbers[record.key.decode()].append(int(headers["ce_sequence"]))
    return [key for key, got in numbers.items() if got != list(range(1, len(got) + 1))]

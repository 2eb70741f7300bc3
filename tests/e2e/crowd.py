"""Many intents and their answers, asked for again while the platform is away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import asyncpg
import httpx
import orjson
from aiokafka.errors import KafkaError

from tests.e2e.stack import Stack, producing
from tests.timing import eventually

BATCH = 50
PATIENCE_S = 240


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


async def count(stack: Stack, service: str, what: str) -> int:
    query = f"SELECT count(*) FROM {what}"  # noqa: S608 - our words
    rows = await eventually(lambda: look(stack, service, query), within_s=60, every_s=0.5)
    return int(rows[0][0])

"""The same request again: one effect, one answer, also when both come at once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text

from chassis.database import Database, Transaction
from tests.timing import FixedClock
from tests.web.conftest import Issuer, client_of
from tests.web.test_app import problem
from web.auth import Caller, require
from web.idempotency import (
    KEPT,
    Reply,
    fingerprint,
    idempotency_key,
    prune,
    reply_once,
    respond,
)
from web.problems import Problem

router = APIRouter()


@router.post("/v1/effects")
async def effect(
    request: Request,
    caller: Annotated[Caller, Depends(require())],
    key: Annotated[str, Depends(idempotency_key)],
    print_of_it: Annotated[str, Depends(fingerprint)],
) -> JSONResponse:
    asked = await request.json()
    database: Database = request.app.state.database
    async with database.transaction() as tx:

        async def act() -> Reply:
            return await do(tx, asked)

        reply = await reply_once(tx, caller=caller, key=key, fingerprint=print_of_it, act=act)
    return respond(reply)


async def do(tx: Transaction, asked: dict[str, Any]) -> Reply:
    await tx.connection.execute(text("INSERT INTO effect VALUES (:what)"), asked)
    await asyncio.sleep(asked.get("slow", 0))
    if asked["what"] == "refused":
        raise Problem(409, "closed", "It is closed", reason="too-late")
    if asked["what"] == "broken":
        raise RuntimeError
    count = await tx.connection.scalar(text("SELECT count(*) FROM effect"))
    return 201, {"number": count}


@pytest.fixture
async def client(build: Callable[..., FastAPI]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(build(router)) as client:
        yield client


@pytest.fixture
def send(client: httpx.AsyncClient, issuer: Issuer) -> Callable[..., Any]:
    async def post(
        key: str | None, what: str = "one", *, who: str = "someone", **more: Any
    ) -> httpx.Response:
        headers = {"authorization": f"Bearer {issuer.token(sub=who)}"}
        if key is not None:
            headers["idempotency-key"] = key
        body = json.dumps({"what": what, **more})
        return await client.post("/v1/effects", content=body, headers=headers)

    return post


@pytest.fixture
def effects(store: Database) -> Callable[[], Any]:
    async def read() -> list[str]:
        async with store.reading() as connection:
            return list((await connection.execute(text("SELECT what FROM effect"))).scalars())

    return read


async def test_the_same_again_gets_the_same_answer_and_has_no_effect(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    first, second = await send("k-1"), await send("k-1")

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json() == {"number": 1}
    assert await effects() == ["one"]


async def test_many_at_once_have_one_effect(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    answers = await asyncio.gather(*(send("k-1", slow=0.05) for _ in range(20)))

    assert {answer.status_code for answer in answers} == {201}
    assert [answer.json() for answer in answers] == [{"number": 1}] * 20
    assert await effects() == ["one"]


async def test_many_at_once_with_different_content_have_one_effect_too(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    answers = await asyncio.gather(*(send("k-1", f"one-{n}") for n in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(await effects()) == 1


async def test_another_payload_under_the_key_is_refused(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    await send("k-1")

    answer = await send("k-1", "two")

    assert (answer.status_code, problem(answer)["code"]) == (409, "idempotency-key-reused")
    assert await effects() == ["one"]


async def test_a_refusal_is_an_answer_too_and_undoes_its_effects(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    first, second = await send("k-1", "refused"), await send("k-1", "refused")

    assert first.status_code == second.status_code == 409
    assert problem(first) == problem(second)
    assert problem(first)["reason"] == "too-late"
    assert await effects() == []


async def test_our_own_failure_is_not_kept(
    send: Callable[..., Any], effects: Callable[[], Any], store: Database
) -> None:
    assert (await send("k-1", "broken")).status_code == 500

    async with store.reading() as connection:
        kept = await connection.scalar(text("SELECT count(*) FROM idempotency_reply"))
    assert kept == 0
    assert await effects() == []


async def test_a_character_that_cannot_be_stored_is_the_callers_fault(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    answer = await send("k-1", "a\0b")

    assert (answer.status_code, problem(answer)["code"]) == (400, "bad-character")
    assert await effects() == []


async def test_keys_belong_to_their_caller(
    send: Callable[..., Any], effects: Callable[[], Any]
) -> None:
    await send("k-1", "one")
    answer = await send("k-1", "two", who="someone-else")

    assert answer.status_code == 201
    assert await effects() == ["one", "two"]


@pytest.mark.parametrize("key", [None, "", " ", "a b", "x" * 201])
async def test_a_key_is_needed(send: Callable[..., Any], key: str | None) -> None:
    answer = await send(key)

    assert (answer.status_code, problem(answer)["code"]) == (400, "idempotency-key-missing")


async def test_answers_are_forgotten_after_their_time(
    send: Callable[..., Any], store: Database, clock: FixedClock, effects: Callable[[], Any]
) -> None:
    await send("k-1")
    later = clock.now() + KEPT + timedelta(seconds=1)

    async with store.transaction() as tx:
        assert await prune(tx.connection, clock.now()) == 0
        assert await prune(tx.connection, later) == 1

    assert (await send("k-1")).json() == {"number": 2}
    assert await effects() == ["one", "one"]


async def test_answers_are_forgotten_by_slices(store: Database, clock: FixedClock) -> None:
    later = clock.now() + KEPT + timedelta(seconds=1)
    many = text("""
        INSERT INTO idempotency_reply (caller, key, fingerprint, status, body, recorded_at)
        SELECT 'someone', 'k-' || n, '', 201, '{}',
            CASE WHEN n > 5001 THEN :late ELSE CAST(:early AS timestamptz) END
        FROM generate_series(1, 5003) AS n
    """)

    async with store.transaction() as tx:
        await tx.connection.execute(many, {"early": clock.now(), "late": later})
        assert [await prune(tx.connection, later) for _ in range(3)] == [5000, 1, 0]
        kept = await tx.connection.scalar(text("SELECT count(*) FROM idempotency_reply"))

    assert kept == 2

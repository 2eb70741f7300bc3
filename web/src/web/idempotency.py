"""`Idempotency-Key`: the same request sent again gets the same answer, and has one effect.

The answer is stored in the effect's own transaction, refusals included. Answers stay for
`KEPT`; whoever sends the same key later makes a new request.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Transaction
from web import problems
from web.auth import Caller
from web.problems import Problem

HEADER = "Idempotency-Key"
KEPT = timedelta(days=7)
KEY = re.compile(r"^[\x21-\x7e]{1,200}$")

# Whoever comes second with the same key waits here until the first has committed.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:caller || ' ' || :key, 2))")
_STORED = text("""
    SELECT fingerprint, status, body FROM idempotency_reply WHERE caller = :caller AND key = :key
""")
_STORE = text("""
    INSERT INTO idempotency_reply (caller, key, fingerprint, status, body, recorded_at)
    VALUES (:caller, :key, :fingerprint, :status, CAST(:body AS jsonb), :now)
""")
_PRUNE = text("""
    DELETE FROM idempotency_reply WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM idempotency_reply WHERE recorded_at < :before LIMIT 5000))
""")

Reply = tuple[int, dict[str, Any]]


async def reply_once(
    tx: Transaction,
    *,
    caller: Caller,
    key: str,
    fingerprint: str,
    act: Callable[[], Awaitable[Reply]],
) -> Reply:
    """Do `act` once per caller and key; status and JSON body of its answer, now or then.

    A Problem that `act` raises undoes its effects and is the stored answer.

    Raises:
        Problem: 409 `idempotency-key-reused`: the key was used for another request.
    """
    who = {"caller": caller.subject, "key": key}
    await tx.connection.execute(_LOCK, who)
    stored = (await tx.connection.execute(_STORED, who)).one_or_none()
    if stored is None:
        status, body = await _refused_or_done(tx, act)
        reply = {"status": status, "body": orjson.dumps(body).decode()}
        values = who | reply | {"fingerprint": fingerprint, "now": tx.now}
        await tx.connection.execute(_STORE, values)
        return status, body
    if stored.fingerprint != fingerprint:
        raise Problem(409, "idempotency-key-reused", "The key was used for another request")
    return stored.status, stored.body


async def idempotency_key(request: Request) -> str:
    """A dependency: the request's key.

    Raises:
        Problem: 400 `idempotency-key-missing`.
    """
    key = request.headers.get(HEADER, "")
    if not KEY.match(key):
        detail = f"Send the header {HEADER} with 1 to 200 visible ASCII characters"
        raise Problem(400, "idempotency-key-missing", "An idempotency key is needed", detail)
    return key


async def fingerprint(request: Request) -> str:
    """A dependency: what tells this request from another under the same key."""
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(head + await request.body()).hexdigest()


def respond(reply: Reply) -> JSONResponse:
    """The reply as an answer; a refusal is a problem document again."""
    status, body = reply
    return JSONResponse(body, status, media_type=problems.MEDIA_TYPE if "code" in body else None)


async def prune(connection: AsyncConnection, now: datetime) -> int:
    """Forget a slice of the answers older than `KEPT`; how many."""
    return (await connection.execute(_PRUNE, {"before": now - KEPT})).rowcount


async def _refused_or_done(tx: Transaction, act: Callable[[], Awaitable[Reply]]) -> Reply:
    try:
        async with tx.savepoint():
            return await act()
    except Problem as refused:
        if refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise
        return refused.status, refused.document()

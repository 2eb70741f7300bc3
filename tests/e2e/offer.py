"""What must be there before anybody is helped: a place, a programme with booklets, a label."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.e2e import partner
from tests.e2e.partner import PATIENCE_S
from tests.e2e.stack import Stack
from tests.timing import eventually

FACE_CENTS = 1_000
SEATS = 6
"""In a session."""
BOOKLET = 5
"""Vouchers in a booklet."""


@dataclass
class Stewards:
    """Two persons who run programmes: what one proposes the other approves."""

    first: httpx.AsyncClient
    second: httpx.AsyncClient


@asynccontextmanager
async def stewards(stack: Stack) -> AsyncIterator[Stewards]:
    async with stack.client("partners") as client:
        answer = await client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("plateforme", stack.secret("admin-secret")),
        )
        token = answer.raise_for_status().json()["access_token"]
    async with stack.client("vouchers", "departement") as first, stack.client("vouchers") as second:
        second.headers["authorization"] = f"Bearer {token}"
        yield Stewards(first, second)


async def done(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    """Asks once under a key of its own."""
    answer = await client.post(path, json=body, headers={"idempotency-key": str(uuid4())})
    assert answer.is_success, f"{path}: {answer.text}"
    found: dict[str, Any] = answer.json()
    return found


async def a_programme(
    stack: Stack, two: Stewards, *, booklets: int = 2, distributor: str = "tela"
) -> str:
    """A programme with one active order of booklets, in the hands of the distributor."""
    tela = await stack.organisation("tela")
    buyer = await stack.organisation("departement")
    programme, year = str(uuid4()), datetime.now(UTC).year
    await done(
        two.first,
        "/v1/programmes",
        programme=programme,
        name="Pass d'essai",
        denomination_cents=FACE_CENTS,
        booklet_size=BOOKLET,
        valid_until=f"{year + 1}-12-31",
        grace_until=f"{year + 2}-01-31",
        statement_on=f"{year + 2}-02-15",
        funders=[{"funder": buyer, "parts": 2}, {"funder": tela, "parts": 1}],
    )
    order = (
        await done(two.first, "/v1/orders", programme=programme, buyer=buyer, booklets=booklets)
    )["order"]
    paid = await done(
        two.first,
        f"/v1/orders/{order}/payment-orders",
        fiscal_year=year,
        number=f"M-{uuid4().hex[:8]}",
        cents=booklets * BOOKLET * FACE_CENTS,
    )
    await done(two.second, f"/v1/payment-orders/{paid['proposal']}/approval")
    stocks = [{"distributor": await stack.organisation(distributor), "booklets": booklets}]
    await done(two.first, f"/v1/orders/{order}/delivery", stocks=stocks)
    proposed = await done(two.first, f"/v1/orders/{order}/activation")
    await done(two.second, f"/v1/activations/{proposed['proposal']}/approval")
    return programme


async def a_place(stack: Stack) -> str:
    async with stack.client("scheduling", "tela") as tela:
        answer = await tela.put(
            f"/v1/places/essai-{uuid4().hex[:8]}",
            json={
                "name": "L'atelier d'essai",
                "kind": "third_place",
                "commune": "23008",
                "online_booking": True,
            },
        )
    assert answer.is_success, answer.text
    return str(answer.json()["subject"])


async def a_label(two: Stewards, programme: str, place: str) -> None:
    """Granted once vouchers has heard of the place."""

    async def granted() -> bool:
        answer = await two.first.post(
            "/v1/labels",
            json={"programme": programme, "place": place, "from_on": "2026-01-01"},
            headers={"idempotency-key": str(uuid4())},
        )
        return answer.is_success

    await eventually(granted, within_s=PATIENCE_S)


async def session_declared(stack: Stack, place: str) -> dict[str, Any]:
    """Begins in twenty minutes: its doors are open already, so that the person can be there."""
    starts = datetime.now(UTC) + timedelta(minutes=20)
    return await stack.intent(
        "session.declared",
        place=place,
        kind="workshop",
        starts_at=starts.isoformat(),
        ends_at=(starts + timedelta(hours=1)).isoformat(),
        need="email",
        capacity=SEATS,
        direct_booking=True,
    )


async def a_session(stack: Stack, place: str) -> str:
    """A session of Tela's at the place."""
    declared = await session_declared(stack, place)
    return str((await partner.accepted(stack, "tela", declared))["subject"])

"""From a referral to what a place is due, through the doors of five services that meet on Kafka."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from chassis.testing import eventually
from tests.e2e import partner
from tests.e2e.partner import PATIENCE_S
from tests.e2e.stack import Stack

FACE_CENTS = 1_000
WITH_VOUCHER = {
    "maillage.referral.sent.v1",
    "maillage.referral.accepted.v1",
    "maillage.booklet.issued.v1",
    "maillage.booking.confirmed.v1",
    "maillage.booklet.held.v1",
    "maillage.attendance.recorded.v1",
    "maillage.voucher.redeemed.v1",
    "maillage.voucher.settled.v1",
}


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


async def a_programme(stack: Stack, two: Stewards) -> str:
    """A programme with one active order of two booklets of five, in the hands of Tela."""
    tela = await stack.organisation("tela")
    buyer = await stack.organisation("departement")
    programme, year = str(uuid4()), datetime.now(UTC).year
    await done(
        two.first,
        "/v1/programmes",
        programme=programme,
        name="Pass d'essai",
        denomination_cents=FACE_CENTS,
        booklet_size=5,
        valid_until=f"{year + 1}-12-31",
        grace_until=f"{year + 2}-01-31",
        statement_on=f"{year + 2}-02-15",
        funders=[{"funder": buyer, "parts": 2}, {"funder": tela, "parts": 1}],
    )
    order = (await done(two.first, "/v1/orders", programme=programme, buyer=buyer, booklets=2))[
        "order"
    ]
    paid = await done(
        two.first,
        f"/v1/orders/{order}/payment-orders",
        fiscal_year=year,
        number=f"M-{uuid4().hex[:8]}",
        cents=2 * 5 * FACE_CENTS,
    )
    await done(two.second, f"/v1/payment-orders/{paid['proposal']}/approval")
    stocks = [{"distributor": tela, "booklets": 2}]
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


async def a_session(stack: Stack, place: str) -> str:
    """Begins in five minutes: its doors are open already, so that the person can be there."""
    now = datetime.now(UTC)
    session = await stack.intent(
        "session.declared",
        place=place,
        kind="workshop",
        starts_at=(now + timedelta(minutes=5)).isoformat(),
        ends_at=(now + timedelta(minutes=65)).isoformat(),
        need="email",
        capacity=6,
        direct_booking=True,
    )
    return str((await partner.accepted(stack, "tela", session))["subject"])


async def a_referral(stack: Stack) -> tuple[dict[str, Any], str, str]:
    """CAF sends someone to Tela, who agrees: its status, and how each of them names the person."""
    person = await partner.deposit(stack, "caf", f"parcours-{uuid4().hex[:8]}")
    sent = await stack.referral("tela", person=person)
    del sent["data"]["anonymous"]
    status = await partner.accepted(stack, "caf", sent)
    yes = await stack.intent("referral.accepted", referral=status["subject"])
    await partner.accepted(stack, "tela", yes)
    async with stack.client("referrals", "tela") as tela:
        seen = (await tela.get(f"/v1/referrals/{status['subject']}")).raise_for_status().json()
    return status, person, str(seen["person"])


async def steps(stack: Stack, correlation: str, name: str = "departement") -> list[str]:
    async with stack.client("reporting", name) as client:
        answer = await client.get(f"/v1/journeys/{correlation}")
    found = answer.json()["steps"] if answer.is_success else []
    return [step["type"] for step in found]


async def heard(stack: Stack, correlation: str, wanted: set[str]) -> list[str]:
    """The journey's steps once all wanted ones are there."""
    return await eventually(
        lambda: steps(stack, correlation),
        until=lambda found: wanted <= set(found),
        within_s=PATIENCE_S,
    )


async def test_with_a_voucher_from_the_referral_to_what_the_place_is_due(stack: Stack) -> None:
    async with stewards(stack) as two:
        programme, place = await a_programme(stack, two), await a_place(stack)
        await a_label(two, programme, place)
        referral, person_at_caf, person_at_tela = await a_referral(stack)
        session = await a_session(stack, place)
        booklet = await stack.intent(
            "booklet.issued",
            programme=programme,
            person=person_at_tela,
            referral=referral["subject"],
        )
        await partner.accepted(stack, "tela", booklet)
        seat = await stack.intent(
            "booking.requested",
            session=session,
            person=person_at_caf,
            referral=referral["subject"],
        )
        booking = await partner.accepted(stack, "caf", seat)
        journey = referral["correlation_id"]
        assert booking["correlation_id"] == journey
        await heard(stack, journey, {"maillage.booklet.held.v1"})
        there = await stack.intent(
            "attendance.recorded",
            booking=booking["subject"],
            status="seen",
            topics=["email"],
            minutes=50,
            title_presented=True,
        )
        await partner.accepted(stack, "tela", there)
        await heard(stack, journey, WITH_VOUCHER - {"maillage.voucher.settled.v1"})
        drawn = await done(two.first, f"/v1/programmes/{programme}/settlements")
        told = await heard(stack, journey, WITH_VOUCHER)
        settled = await two.first.get(f"/v1/settlements/{drawn['settlements'][0]}")
        kept = (await two.first.get("/v1/programmes")).raise_for_status().json()

    assert {name: told.count(name) for name in WITH_VOUCHER} == dict.fromkeys(WITH_VOUCHER, 1)
    due = settled.raise_for_status().json()
    assert (due["cents"], due["vouchers"]) == (FACE_CENTS, 1)
    assert sum(each["cents"] for each in due["split"]) == FACE_CENTS
    balances = next(each["balances"] for each in kept if each["programme"] == programme)
    assert balances == {
        "funds": 10 * FACE_CENTS,
        "backing": 0,
        "booklet": 9 * FACE_CENTS,
        "held": 0,
        "due": 0,
        "settled": FACE_CENTS,
    }
    assert "maillage.attendance.recorded.v1" in await steps(stack, journey, "caf")


async def test_a_free_visit_is_a_journey_of_its_own(stack: Stack) -> None:
    visit = await stack.intent(
        "visit.recorded",
        place=await a_place(stack),
        minutes=20,
        topics=["email"],
        autonomy="fully_accompanied",
        anonymous={"commune": "23096", "birth_band": "1960-1969"},
    )

    noted = await partner.accepted(stack, "tela", visit)

    told = await heard(stack, noted["correlation_id"], {"maillage.visit.recorded.v1"})
    assert told.count("maillage.visit.recorded.v1") == 1

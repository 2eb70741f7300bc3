"""Races on the real stack, for seats and for vouchers: was one of them given twice?

Thirty-two clients ask for more than there is. What counts is what the databases hold afterwards.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import uuid4

import httpx

from tests.e2e import offer, wholes
from tests.e2e.crowd import all_decided, post_all
from tests.e2e.stack import Stack
from tests.timing import eventually

CLIENTS = 32
SESSIONS = 200
SEATS = 2
ASKED = 4
"""For each session: twice as many as there are seats."""
BOOKLETS = 200
PRESENTED = offer.BOOKLET + 1
"""With each booklet: one more than it holds."""
PATIENCE_S = 300
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Race:
    """How a race went: requests a second, and how often more was given than there was."""

    asked: int
    granted: int
    per_second: float
    p95_ms: float
    too_many: int


async def seats(stack: Stack) -> Race:
    """So many sessions of two seats, each asked for four times at once."""
    place = await offer.a_place(stack)
    async with stack.client("scheduling", "tela") as client:
        sessions = await _sessions(client, place, number=SESSIONS, capacity=SEATS)
        # Neighbours in time want the same session: every seat is raced for.
        wanted = [one for one in sessions for _ in range(ASKED)]

        async def book(session: str) -> bool:
            body = {"session": session, "anonymous": {"commune": "23096"}}
            answer = await client.post("/v1/bookings", json=body, headers=_key())
            assert answer.status_code in {201, 409}, answer.text
            return answer.status_code == httpx.codes.CREATED

        granted, took, seconds = await _at_once(book, wanted)
    too_many = await _number(
        stack,
        "scheduling",
        "SELECT count(*) FROM (SELECT session FROM booking WHERE session = ANY($1::uuid[])"
        " AND state <> 'cancelled' GROUP BY session HAVING count(*) > $2) AS over",
        sessions,
        SEATS,
    )
    return Race(len(wanted), sum(granted), len(wanted) / seconds, _p95(took), too_many)


async def vouchers(stack: Stack) -> Race:
    """So many booklets of five, each presented at six sessions at once."""
    async with offer.stewards(stack) as two:
        programme = await offer.a_programme(stack, two, booklets=BOOKLETS, distributor="caf")
        place = await offer.a_place(stack)
        await offer.a_label(two, programme, place)
    persons = await wholes.deposited(stack, BOOKLETS)
    referrals = await _referrals(stack, persons)
    issued = [
        await stack.intent("booklet.issued", programme=programme, person=person, referral=referral)
        for person, referral in zip(persons, referrals, strict=True)
    ]
    await post_all(stack, "caf", issued)
    booklets = await all_decided(stack, issued)
    async with stack.client("scheduling", "tela") as client:
        bookings = await _seated(client, place, referrals)

        async def present(booking: str) -> None:
            body = {"status": "seen", "title_presented": True}
            answer = await client.put(f"/v1/bookings/{booking}/attendance", json=body)
            answer.raise_for_status()

        _, took, seconds = await _at_once(present, bookings)
    redeemed = await _spent(stack, booklets, bookings)
    too_many = sum(each > offer.BOOKLET for each in redeemed.values())
    return Race(
        len(bookings), sum(redeemed.values()), len(bookings) / seconds, _p95(took), too_many
    )


async def _referrals(stack: Stack, persons: list[str]) -> list[str]:
    sent = [await stack.referral("tela", person=person) for person in persons]
    for each in sent:
        del each["data"]["anonymous"]
    await post_all(stack, "caf", sent)
    return await all_decided(stack, sent)


async def _seated(client: httpx.AsyncClient, place: str, referrals: list[str]) -> list[str]:
    """A seat for each person in six sessions; the bookings of one person side by side."""
    sessions = await _sessions(client, place, number=len(referrals), capacity=PRESENTED)
    wanted = [
        (sessions[(at + step) % len(sessions)], referral)
        for at, referral in enumerate(referrals)
        for step in range(PRESENTED)
    ]

    async def book(seat: tuple[str, str]) -> str:
        body = {"session": seat[0], "referral": seat[1]}

        async def once() -> str:
            # Scheduling may not have heard of the referral yet.
            answer = await client.post("/v1/bookings", json=body, headers=_key())
            return str(answer.json()["subject"]) if answer.is_success else ""

        return await eventually(once, within_s=PATIENCE_S)

    booked, _, _ = await _at_once(book, wanted)
    return booked


async def _sessions(
    client: httpx.AsyncClient, place: str, *, number: int, capacity: int
) -> list[str]:
    starts = datetime.now(UTC) + timedelta(minutes=25)
    body = {
        "place": place,
        "kind": "workshop",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(hours=2)).isoformat(),
        "need": "email",
        "capacity": capacity,
    }

    async def declare(_: int) -> str:
        answer = await client.post("/v1/sessions", json=body, headers=_key())
        return str(answer.raise_for_status().json()["subject"])

    made, _, _ = await _at_once(declare, range(number))
    return made


async def _spent(stack: Stack, booklets: list[str], bookings: list[str]) -> dict[str, int]:
    """Vouchers redeemed of each booklet, once vouchers has decided on every presence."""

    async def decided() -> bool:
        known = await _number(
            stack,
            "reporting",
            "SELECT count(*) FROM event_log WHERE type IN ('maillage.voucher.redeemed.v1',"
            " 'maillage.redemption.refused.v1') AND data ->> 'booking' = ANY($1)",
            bookings,
        )
        return known >= len(bookings)

    await eventually(decided, within_s=PATIENCE_S, every_s=0.5)
    connection = await stack.database("reporting")
    try:
        rows = await connection.fetch(
            "SELECT data ->> 'booklet' AS booklet, count(*) AS times FROM event_log"
            " WHERE type = 'maillage.voucher.redeemed.v1' AND data ->> 'booklet' = ANY($1)"
            " GROUP BY 1",
            booklets,
        )
    finally:
        await connection.close()
    return {row["booklet"]: row["times"] for row in rows}


async def _at_once(
    do: Callable[[Any], Awaitable[Made]], wanted: Iterable[Any]
) -> tuple[list[Made], list[float], float]:
    """What each came to, the milliseconds of each, the seconds of all; `CLIENTS` at a time."""
    free = asyncio.Semaphore(CLIENTS)
    took: list[float] = []

    async def one(each: Any) -> Made:
        async with free:
            start = time.perf_counter()
            made = await do(each)
            took.append((time.perf_counter() - start) * 1000)
            return made

    begin = time.perf_counter()
    made = await asyncio.gather(*(one(each) for each in wanted))
    return made, took, time.perf_counter() - begin


async def _number(stack: Stack, service: str, query: str, *values: Any) -> int:
    connection = await stack.database(service)
    try:
        return int(await connection.fetchval(query, *values))
    finally:
        await connection.close()


def _p95(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _key() -> dict[str, str]:
    return {"idempotency-key": str(uuid4())}

"""Many whole journeys at a time: a booklet, a seat, a presence with a title, a settlement."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from contracts.journeys import WITH_VOUCHER
from tests.e2e import offer
from tests.e2e.crowd import (
    PATIENCE_S,
    all_decided,
    fresh_token,
    look,
    post_all,
    until_answered,
)
from tests.e2e.partner import IDENTITY
from tests.e2e.stack import Stack
from tests.timing import eventually

HELP = WITH_VOUCHER.facts - Counter(
    {"maillage.referral.sent.v1": 1, "maillage.referral.accepted.v1": 1}
)
"""The facts of help in a journey with a voucher."""
Told = dict[tuple[str, str], int]
"""How often a journey tells a type of fact."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A programme with a booklet for each, and sessions with a seat for each."""

    programme: str
    sessions: list[str]


async def offered(stack: Stack, persons: int) -> Offer:
    """Enough for so many persons."""
    async with offer.stewards(stack) as two:
        programme = await offer.a_programme(stack, two, booklets=persons, distributor="caf")
        place = await offer.a_place(stack)
        await offer.a_label(two, programme, place)
    declared = [
        await offer.session_declared(stack, place) for _ in range(-(-persons // offer.SEATS))
    ]
    await post_all(stack, "tela", declared)
    return Offer(programme, await all_decided(stack, declared))


async def deposited(stack: Stack, number: int) -> list[str]:
    """So many persons as CAF knows them."""
    async with stack.client("referrals", "caf") as client:

        async def put(reference: str) -> str:
            path = f"/v1/persons/{reference}"
            answer = await until_answered(lambda: client.put(path, json=IDENTITY))
            return str(answer.raise_for_status().json()["person"])

        persons = [await put(f"parcours-{uuid4().hex[:12]}") for _ in range(number)]
    await _heard(stack, "partners", "SELECT FROM outward_id WHERE outward = ANY($1)", persons)
    return persons


async def _heard(stack: Stack, service: str, query: str, ids: Sequence[str]) -> None:
    """Waits until a service knows what will be cited: the stack of tests gives an intent seconds.

    Whoever kills the service that tells takes longer than that.
    """
    await eventually(
        lambda: look(stack, service, query, ids),
        until=lambda rows: len(rows) == len(ids),
        within_s=PATIENCE_S,
        every_s=1,
    )


async def help_given(
    stack: Stack, given: Offer, persons: Sequence[str], referrals: Sequence[str]
) -> list[dict[str, Any]]:
    """CAF hands booklets over and takes seats, Tela notes who came; the intents of all that."""
    for service in ("scheduling", "vouchers"):
        await _heard(stack, service, "SELECT FROM referral WHERE id = ANY($1)", referrals)
    both = list(zip(persons, referrals, strict=True))
    booklets = [
        await stack.intent(
            "booklet.issued", programme=given.programme, person=person, referral=referral
        )
        for person, referral in both
    ]
    seats = [
        await stack.intent(
            "booking.requested",
            session=given.sessions[at // offer.SEATS],
            person=person,
            referral=referral,
        )
        for at, (person, referral) in enumerate(both)
    ]
    await post_all(stack, "caf", [*booklets, *seats])
    await all_decided(stack, booklets)
    came = [
        await stack.intent(
            "attendance.recorded", booking=booking, status="seen", title_presented=True
        )
        for booking in await all_decided(stack, seats)
    ]
    await post_all(stack, "tela", came)
    await all_decided(stack, came)
    return [*booklets, *seats, *came]


async def drawn_up(stack: Stack, given: Offer) -> dict[str, int]:
    """The settlement of the programme, asked for until it is answered; the balances then."""
    key = {"idempotency-key": str(uuid4())}
    async with stack.client("vouchers") as client:

        async def ask(method: str, path: str, **options: Any) -> httpx.Response:
            token = await fresh_token(stack, "departement")
            headers = {"authorization": f"Bearer {token}", **key}
            return await until_answered(
                lambda: client.request(method, path, headers=headers, **options)
            )

        path = f"/v1/programmes/{given.programme}/settlements"
        (await ask("POST", path, json={})).raise_for_status()
        kept = (await ask("GET", "/v1/programmes")).raise_for_status().json()
    (balances,) = [each["balances"] for each in kept if each["programme"] == given.programme]
    return {name: cents for name, cents in balances.items() if cents}


async def told(stack: Stack, referrals: Sequence[str], types: Iterable[str]) -> Told:
    """How often each journey of the referrals tells each of the types, as reporting shows it."""
    rows = await look(
        stack,
        "reporting",
        "SELECT type, correlation_id, count(*) AS times FROM event_log"
        " WHERE type = ANY($2) AND correlation_id IN"
        " (SELECT correlation_id FROM event_log WHERE subject = ANY($1)"
        "  AND type = 'maillage.referral.sent.v1') GROUP BY 1, 2",
        list(referrals),
        list(types),
    )
    return {(row["type"], str(row["correlation_id"])): row["times"] for row in rows}

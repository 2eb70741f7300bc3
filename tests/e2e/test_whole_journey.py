"""From a referral to what a place is due, through the doors of five services that meet on Kafka."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from contracts.journeys import FREE, HARD, WITH_VOUCHER
from tests.e2e import partner
from tests.e2e.offer import (
    BOOKLET,
    FACE_CENTS,
    a_label,
    a_place,
    a_programme,
    a_session,
    done,
    stewards,
)
from tests.e2e.partner import PATIENCE_S
from tests.e2e.stack import Stack
from tests.timing import eventually

TOLD_TO_CAF = Counter(
    {
        "maillage.referral.accepted.v1": 1,
        "maillage.referral.appointment-set.v1": 1,
        "maillage.referral.attended.v1": 1,
        "maillage.booklet.issued.v1": 1,
        "maillage.booking.confirmed.v1": 1,
        "maillage.attendance.recorded.v1": 1,
        "maillage.voucher.redeemed.v1": 1,
        "maillage.voucher.settled.v1": 1,
    }
)
ATTENDED = "maillage.attendance.recorded.v1"
SOMEBODY = {"commune": "23096", "birth_band": "1960-1969"}


async def a_referral(stack: Stack) -> tuple[dict[str, Any], str, str]:
    """CAF sends someone to Tela, who agrees: its status, and how each of them names the person."""
    person = await partner.deposit(stack, "caf", f"parcours-{uuid4().hex[:8]}")
    reference = f"DOSSIER-{uuid4().hex[:8]}"
    sent = await stack.referral("tela", person=person, partner_reference=reference)
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


async def heard(stack: Stack, correlation: str, wanted: Mapping[str, int]) -> Counter[str]:
    """How often the journey tells what is wanted, once all of that is there."""
    found = await eventually(
        lambda: steps(stack, correlation),
        until=lambda told: Counter(told) >= Counter(wanted),
        within_s=PATIENCE_S,
    )
    return Counter({name: found.count(name) for name in wanted})


async def shown(stack: Stack, correlation: str) -> None:
    """The page shows every step once."""
    told = await steps(stack, correlation)
    async with stack.client("reporting", "departement") as client:
        page = await client.get(f"/journeys/{correlation}", headers={"accept": "text/html"})
    entries = re.findall(r'<li id="etapes-([0-9a-f-]{36})"', page.text)
    assert len(entries) == len(set(entries)) == len(told), page.text


async def test_with_a_voucher_from_the_referral_to_what_the_place_is_due(stack: Stack) -> None:
    async with stewards(stack) as two, partner.answers(stack, "caf") as told_to_caf:
        programme, place = await a_programme(stack, two), await a_place(stack)
        await a_label(two, programme, place)
        referral, person_at_caf, person_at_tela = await a_referral(stack)
        journey = referral["correlation_id"]
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
        assert booking["correlation_id"] == journey
        await heard(stack, journey, {"maillage.booklet.held.v1": 1})
        await came(stack, booking["subject"], title_presented=True)
        wanted = WITH_VOUCHER.facts - Counter({"maillage.voucher.settled.v1": 1})
        assert await heard(stack, journey, wanted) == wanted
        drawn = await done(two.first, f"/v1/programmes/{programme}/settlements")
        assert await heard(stack, journey, WITH_VOUCHER.facts) == WITH_VOUCHER.facts
        settled = await two.first.get(f"/v1/settlements/{drawn['settlements'][0]}")
        kept = (await two.first.get("/v1/programmes")).raise_for_status().json()
        at_caf = await told_to_caf.of_journey(journey, "maillage.voucher.settled.v1")

    await shown(stack, journey)
    check_money(settled.raise_for_status().json(), kept, programme)
    # CAF hears each step of the one it sent, once, under its own id and word.
    assert Counter(each.type for each in at_caf) == TOLD_TO_CAF
    assert {each.data["person"] for each in at_caf if "person" in each.data} == {person_at_caf}
    assert {each.data["partner_reference"] for each in at_caf} == {referral["partner_reference"]}
    # Its own page of the journey goes to the money that paid for the help.
    assert set(await steps(stack, journey, "caf")) >= set(WITH_VOUCHER.facts)


def check_money(due: dict[str, Any], kept: list[dict[str, Any]], programme: str) -> None:
    """One voucher is due, whole, and the ledger agrees to the cent."""
    assert (due["cents"], due["vouchers"]) == (FACE_CENTS, 1)
    assert sum(each["cents"] for each in due["split"]) == FACE_CENTS
    balances = next(each["balances"] for each in kept if each["programme"] == programme)
    assert {name: cents for name, cents in balances.items() if cents} == {
        "funds": 2 * BOOKLET * FACE_CENTS,
        "booklet": (2 * BOOKLET - 1) * FACE_CENTS,
        "settled": FACE_CENTS,
    }


async def test_a_free_visit_and_a_workshop_after_it_are_one_journey(stack: Stack) -> None:
    place = await a_place(stack)
    visit = await stack.intent(
        "visit.recorded",
        place=place,
        minutes=20,
        topics=["email"],
        autonomy="fully_accompanied",
        anonymous=SOMEBODY,
    )
    noted = await partner.accepted(stack, "tela", visit)
    seat = await stack.intent(
        "booking.requested",
        session=await a_session(stack, place),
        visit=noted["subject"],
        anonymous=SOMEBODY,
    )
    booking = await partner.accepted(stack, "tela", seat)
    await came(stack, booking["subject"])

    journey = noted["correlation_id"]
    assert await heard(stack, journey, FREE.facts) == FREE.facts
    assert Counter(await steps(stack, journey)) == FREE.facts
    await shown(stack, journey)


async def test_silence_a_refusal_and_an_absence_end_with_someone_who_came(stack: Stack) -> None:
    silent, tela = [await stack.organisation(slug) for slug in ("quincaillerie", "tela")]
    person = await partner.deposit(stack, "caf", f"parcours-{uuid4().hex[:8]}")
    sent = await stack.referral("quincaillerie", "mission-locale", person=person)
    del sent["data"]["anonymous"]
    opened = await partner.accepted(stack, "caf", sent)
    referral, journey = opened["subject"], opened["correlation_id"]
    async with partner.answers(stack, "caf") as told_to_caf:
        no = await stack.intent("referral.refused", referral=referral, reason="session_full")
        await partner.accepted(stack, "mission-locale", no)
        elsewhere = await stack.intent(
            "referral.redirected",
            referral=referral,
            from_organisation=silent,
            targets=[tela],
            reason="no_answer",
        )
        await partner.accepted(stack, "caf", elsewhere)
        yes = await stack.intent("referral.accepted", referral=referral)
        await partner.accepted(stack, "tela", yes)
        place = await a_place(stack)
        for status in ("missed", "seen"):
            seat = await stack.intent(
                "booking.requested",
                session=await a_session(stack, place),
                person=person,
                referral=referral,
            )
            booking = await partner.accepted(stack, "caf", seat)
            assert booking["correlation_id"] == journey
            await came(stack, booking["subject"], status=status)
        assert await heard(stack, journey, HARD.facts) == HARD.facts
        at_caf = await told_to_caf.of_journey(journey, ATTENDED, times=2)

    await shown(stack, journey)
    statuses = [each.data["status"] for each in at_caf if each.type == ATTENDED]
    assert sorted(statuses) == ["missed", "seen"]


async def came(
    stack: Stack, booking: str, *, status: str = "seen", title_presented: bool = False
) -> None:
    there = await stack.intent(
        "attendance.recorded", booking=booking, status=status, title_presented=title_presented
    )
    await partner.accepted(stack, "tela", there)

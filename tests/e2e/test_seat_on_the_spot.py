"""A seat taken while the person sits at the desk: from the referral's page to scheduling's."""

import re
from datetime import UTC, datetime, timedelta

import httpx

from tests.e2e import partner
from tests.e2e.offer import a_place
from tests.e2e.partner import PATIENCE_S
from tests.e2e.scene import sign_in
from tests.e2e.stack import Stack
from tests.timing import eventually

NEED = "parenting"  # of no other session of these tests: the seat found is the one declared here


async def test_a_seat_is_kept_and_booked_from_the_page_of_the_referral(stack: Stack) -> None:
    starts = datetime.now(UTC) + timedelta(days=8)
    declared = await stack.intent(
        "session.declared",
        place=await a_place(stack),
        kind="workshop",
        starts_at=starts.isoformat(),
        ends_at=(starts + timedelta(hours=1)).isoformat(),
        need=NEED,
        capacity=1,
        direct_booking=True,
    )
    session = (await partner.accepted(stack, "tela", declared))["subject"]
    sent = await stack.referral("quincaillerie", need=NEED)
    referral = await partner.accepted(stack, "caf", sent)
    address = f"{stack.url('referrals')}/referrals/{referral['subject']}"
    holds = f"{stack.url('scheduling')}/sessions/{session}/holds"

    async with httpx.AsyncClient(
        follow_redirects=True, headers={"accept": "text/html"}, trust_env=False, timeout=30
    ) as nadia:

        async def page_with(words: str) -> str:
            page = (await nadia.get(address)).raise_for_status().text
            return page if words in page else ""

        await nadia.get(sign_in(stack, "nadia", address))
        await eventually(lambda: page_with(holds), within_s=PATIENCE_S)
        kept = await nadia.post(
            holds,
            data={"referral": referral["subject"]},
            headers={"origin": stack.url("referrals"), "sec-fetch-site": "same-site"},
        )
        assert "gardée jusqu'à" in kept.text, kept.text
        act = re.search(r'name="act" value="([0-9a-f-]{36})"', kept.text)
        assert act is not None
        confirmed = await nadia.post(
            f"{kept.url}/confirm",
            data={"act": act[1]},
            headers={"origin": stack.url("scheduling")},
        )
        assert confirmed.is_success, confirmed.text
        booked = await eventually(lambda: page_with("Le rendez-vous"), within_s=PATIENCE_S)

    assert "En donnant une place à la personne." in booked
    assert holds not in booked
    steps = await partner.journey(
        stack, referral["correlation_id"], "maillage.referral.appointment-set.v1"
    )
    told = [one["type"] for one in steps]
    assert told.count("maillage.referral.accepted.v1") == 1
    assert told.count("maillage.booking.confirmed.v1") == 1

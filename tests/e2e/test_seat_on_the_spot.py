"""A seat taken on the spot, in a real browser over two services and their ports."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from chassis.testing import eventually
from tests.e2e import partner
from tests.e2e.offer import a_place, done
from tests.e2e.partner import PATIENCE_S
from tests.e2e.scene import sign_in
from tests.e2e.stack import Stack
from tests.pages.chromium import ARGUMENTS, chromium

# No other test offers help with it: ours is the nearest session for the referral.
NEED = "parenting"
PATIENCE_MS = 20_000

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield launched
        await launched.close()


async def a_session(stack: Stack) -> str:
    """A workshop tomorrow, at a place where others may book."""
    place = await a_place(stack)
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    async with stack.client("scheduling", "tela") as tela:
        made = await done(
            tela,
            "/v1/sessions",
            place=place,
            kind="workshop",
            starts_at=start.isoformat(),
            ends_at=(start + timedelta(hours=2)).isoformat(),
            need=NEED,
            capacity=6,
            direct_booking=True,
        )
    return str(made["subject"])


async def test_a_seat_is_kept_from_the_referral_s_page_and_booked(
    stack: Stack, browser: Browser
) -> None:
    session = await a_session(stack)
    sent = await partner.accepted(stack, "caf", await stack.referral("tela", need=NEED))
    referral = f"{stack.url('referrals')}/referrals/{sent['subject']}"
    context = await browser.new_context(locale="fr-FR")
    context.set_default_timeout(PATIENCE_MS)
    try:
        page = await context.new_page()
        await page.goto(sign_in(stack, "nadia", referral))
        await offered(page, f"{stack.url('scheduling')}/sessions/{session}/holds")
        await page.get_by_role("button", name="Garder cette place").first.click()
        await expect(page.locator("h1")).to_have_text("Une place est gardée")
        await page.get_by_role("button", name="Réserver la place").click()
        await expect(page.locator("main")).to_contain_text("À dire à la personne")
        await page.get_by_role("link", name="Revenir à l'orientation").click()
        await expect(page).to_have_url(referral)
    finally:
        await context.close()

    # The seat is the place's yes: nobody has to accept the referral as well.
    await partner.journey(
        stack,
        sent["correlation_id"],
        "maillage.booking.confirmed.v1",
        "maillage.referral.accepted.v1",
        "maillage.referral.appointment-set.v1",
    )


async def offered(page: Page, form: str) -> None:
    """Wait until the referral's page has heard of the session, and shows it first."""

    async def first() -> str | None:
        await page.reload()
        forms = page.locator("form[action$='/holds']")
        return await forms.first.get_attribute("action") if await forms.count() else None

    await eventually(first, until=lambda action: action == form, within_s=PATIENCE_S, every_s=0.5)

"""The pages of the running platform in a real browser: by everyone, on a phone and at a desk."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from tests.e2e import partner
from tests.e2e.scene import ELISE, VIEWS, Scene, View, colleague, sign_in, told
from tests.e2e.stack import Stack
from tests.marks import loose_marks
from tests.pages.chromium import ARGUMENTS, chromium

PHONE_PX, DESK_PX = 390, 1280
PATIENCE_MS = 20_000

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(stack: Stack) -> AsyncIterator[Scene]:
    async with told(stack) as one:
        yield one


@asynccontextmanager
async def opened(
    browser: Browser, *, width_px: int = DESK_PX, scripts: bool = True
) -> AsyncIterator[Page]:
    """A page of a browser that nobody has used; whatever it complains of fails the test."""
    context = await browser.new_context(
        viewport={"width": width_px, "height": 900}, locale="fr-FR", java_script_enabled=scripts
    )
    context.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("requestfailed", lambda request: complaints.append(_failure(request)))
    context.on(
        "console",
        lambda said: complaints.append(said.text) if _is_complaint(said.type, said.text) else None,
    )
    try:
        yield await context.new_page()
        assert [each for each in complaints if each] == []
    finally:
        await context.close()


def _failure(request: Request) -> str:
    # Who leaves a page breaks off what it was still fetching: its stream, or the tab's icon.
    broken_off = request.failure == "net::ERR_ABORTED"
    return "" if broken_off else f"not loaded ({request.failure}): {request.url}"


def _is_complaint(kind: str, text: str) -> bool:
    # Chromium repeats the status of an error page on its console; the tests ask for some of those.
    return kind == "error" and "the server responded with a status of 4" not in text


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
async def test_a_page_is_whole_accessible_and_no_wider_than_the_screen(
    stack: Stack, browser: Browser, scene: Scene, view: View
) -> None:
    address = view.address(stack, scene)

    async with opened(browser, width_px=PHONE_PX) as page:
        start = sign_in(stack, view.login, address) if view.login else address
        answer = await page.goto(start)
        assert answer is not None
        assert (answer.status, page.url) == (view.status, address)
        for width_px in (PHONE_PX, DESK_PX):
            await page.set_viewport_size({"width": width_px, "height": 900})
            found = await Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            scroll_px = await page.evaluate("document.documentElement.scrollWidth")
            assert scroll_px <= width_px, width_px
        assert await page.locator("h1").count() == 1
        assert (await page.locator("h1").inner_text()).strip()
        assert (await page.title()).endswith(" · Maillage")
        assert await page.locator("html").get_attribute("lang") == "fr"
        assert loose_marks(await page.content()) == []
        for room in await page.locator(".table-room").all():
            assert await room.evaluate("each => each.scrollWidth <= each.clientWidth"), view.name


async def test_who_is_not_signed_in_chooses_someone_and_comes_back(
    stack: Stack, browser: Browser
) -> None:
    wanted = f"{stack.url('referrals')}/sent"

    async with opened(browser) as page:
        await page.goto(wanted)
        await page.get_by_role("link", name="Nadia Bernard").click()
        await expect(page).to_have_url(wanted)
        await expect(page.locator(".reader")).to_contain_text("CAF de la Creuse")
        # The one cookie opens every service of this machine.
        await page.goto(f"{stack.url('reporting')}/")
        await expect(page.locator(".reader")).to_contain_text("Nadia Bernard")
        await page.get_by_role("button", name="Se déconnecter").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
        await page.goto(wanted)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_target_takes_a_person_and_says_what_came_of_it(
    stack: Stack, browser: Browser, *, scripts: bool
) -> None:
    sent = await partner.accepted(stack, "caf", await stack.referral("tela"))
    address = f"{stack.url('referrals')}/referrals/{sent['subject']}"

    async with opened(browser, width_px=PHONE_PX, scripts=scripts) as page:
        await page.goto(sign_in(stack, "camille", address))
        await page.get_by_label("Message à l'organisation qui oriente").first.fill("Mardi, 14 h.")
        await page.get_by_role("button", name="Prendre en charge").click()
        await expect(
            page.get_by_text("Vous avez pris cette personne en charge").first
        ).to_be_visible()
        await page.get_by_label("Aidée à faire").check()
        await page.get_by_role("button", name="Clôturer l'orientation").click()
        await expect(page.get_by_text("Vous avez clôturé cette orientation").first).to_be_visible()
        await expect(page.locator("#etapes > li")).to_have_count(3)
        await expect(page.locator("#etapes")).to_contain_text("« Mardi, 14 h. »")

    steps = await partner.journey(stack, sent["correlation_id"], "maillage.referral.completed.v1")
    assert partner.types(steps)[1:] == [
        *("referral.sent", "referral.accepted", "referral.completed"),
    ]


async def test_a_target_refuses_and_says_why(stack: Stack, browser: Browser) -> None:
    sent = await partner.accepted(stack, "caf", await stack.referral("tela"))
    address = f"{stack.url('referrals')}/referrals/{sent['subject']}"

    async with opened(browser) as page:
        await page.goto(sign_in(stack, "camille", address))
        message = page.get_by_label("Message à l'organisation qui oriente").nth(1)
        await message.fill("Complet jusqu'en mars.")
        await page.get_by_role("button", name="Refuser l'orientation").click()
        summary = page.get_by_role("alert")
        await expect(summary).to_contain_text("Choisissez un motif.")
        await expect(message).to_have_value("Complet jusqu'en mars.")
        assert (await Axe().run(page)).violations_count == 0
        await summary.get_by_role("link").click()
        await expect(page.get_by_label("Motif")).to_be_focused()
        await page.get_by_label("Motif").select_option("Session complète")
        await page.get_by_role("button", name="Refuser l'orientation").click()
        await expect(page.get_by_text("Vous avez refusé cette orientation").first).to_be_visible()

        await page.goto(sign_in(stack, "nadia", address))
        await expect(page.locator("#etapes")).to_contain_text("Motif : Session complète.")
        await expect(page.locator("#etapes")).to_contain_text("Complet jusqu'en mars.")


async def test_a_person_is_sent_by_the_form_and_read_with_her_agreement(
    stack: Stack, browser: Browser
) -> None:
    home = stack.url("referrals")
    await colleague(stack, ELISE, "Élise Fontaine", "quincaillerie")

    async with opened(browser) as page:
        await page.goto(sign_in(stack, "nadia", f"{home}/send"))
        await page.get_by_label("Nom", exact=False).first.fill("Aubrunet")
        await page.get_by_label("Prénom").fill("Solène")
        await page.get_by_label("Commune").fill("Bourganneuf")
        await page.get_by_label("Besoin").select_option("Utiliser une boîte de courriel")
        await page.get_by_label("La Quincaillerie numérique").check()
        await page.get_by_label("La personne a entendu ou lu").check()
        await page.get_by_label("Comment l'accord a été donné").select_option("Par téléphone")
        await page.get_by_role("button", name="Envoyer l'orientation").click()
        # The commune is written as people write it; the page proposes, and keeps the rest.
        await expect(page.get_by_role("alert")).to_contain_text("Bourganeuf")
        await expect(page.get_by_label("Prénom")).to_have_value("Solène")
        await page.get_by_label("Commune").fill("Bourganeuf")
        await page.get_by_role("button", name="Envoyer l'orientation").click()
        await expect(page.locator(".notice-title", has_text="Orientation envoyée")).to_be_visible()
        sent = urlsplit(page.url).path

        await page.goto(sign_in(stack, ELISE, f"{home}{sent}"))
        await expect(page.get_by_text("Aubrunet")).to_be_visible()


async def test_a_journey_goes_on_by_itself(stack: Stack, browser: Browser) -> None:
    sent = await partner.accepted(stack, "caf", await stack.referral("tela"))
    await partner.journey(stack, sent["correlation_id"], "maillage.referral.sent.v1")
    address = f"{stack.url('reporting')}/journeys/{sent['correlation_id']}"

    async with opened(browser) as page, opened(browser, scripts=False) as plain:
        for each in (page, plain):
            await each.goto(sign_in(stack, "helene", address))
            await expect(each.locator("#etapes > li")).to_have_count(2)
        await expect(page.get_by_text("Mise à jour en direct.")).to_be_visible()
        await expect(plain.get_by_text("Mise à jour en direct.")).to_have_count(0)
        taken = await stack.intent("referral.accepted", referral=sent["subject"])
        await partner.accepted(stack, "tela", taken)
        await expect(page.locator("#etapes > li")).to_have_count(3)
        await expect(page.locator("#etapes > li").last).to_contain_text("Acceptée par Tela")
        await expect(page.locator("#live-announcement")).to_contain_text("Acceptée par Tela")
        await plain.reload()
        await expect(plain.locator("#etapes > li")).to_have_count(3)


async def test_a_reference_leads_to_its_page(stack: Stack, browser: Browser, scene: Scene) -> None:
    async with opened(browser) as page:
        for login, service, reference, path in (
            ("helene", "reporting", scene.journey, f"/journeys/{scene.journey}"),
            ("camille", "referrals", scene.open, f"/referrals/{scene.open}"),
        ):
            await page.goto(sign_in(stack, login, f"{stack.url(service)}/"))
            await page.get_by_label("Référence", exact=True).fill(reference)
            await page.get_by_role("button", name="Chercher", exact=True).click()
            await expect(page).to_have_url(f"{stack.url(service)}{path}")


async def test_the_department_suspends_and_reinstates(stack: Stack, browser: Browser) -> None:
    async with opened(browser, scripts=False) as page:
        await page.goto(sign_in(stack, "helene", f"{stack.url('partners')}/organisations"))
        row = page.get_by_role("row", name="Mairie d’Aubusson")
        await row.get_by_role("link", name="Suspendre").click()
        await page.get_by_role("button", name="Suspendre l'organisation").click()
        await expect(page.get_by_role("alert")).to_contain_text("Choisissez le motif")
        await page.get_by_label("Motif de la suspension").select_option("Convention terminée")
        await page.get_by_role("button", name="Suspendre l'organisation").click()
        await expect(row).to_contain_text("Suspendue")
        await row.get_by_role("link", name="Rétablir").click()
        await page.get_by_role("button", name="Rétablir l'organisation").click()
        await expect(row).to_contain_text("Active")


async def test_the_department_replays_what_stands_on_the_page(
    stack: Stack, browser: Browser, scene: Scene
) -> None:
    async with opened(browser, width_px=PHONE_PX) as page:
        await page.goto(sign_in(stack, "helene", f"{stack.url('reporting')}/dead-letters"))
        await page.locator(f"a[href='/dead-letters/{scene.letter}']").click()
        await expect(page.get_by_text("Notre programme a échoué sur ce message.")).to_be_visible()
        await page.get_by_role("button", name="Écarter le message").click()
        await expect(page.get_by_role("alert")).to_contain_text("Écrivez pourquoi")
        await page.get_by_role("button", name="Rejouer le message").click()
        await expect(page.locator(".chip")).to_have_text("rejoué")
        await expect(page.locator("main")).to_contain_text("par helene")

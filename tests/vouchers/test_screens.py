"""Every page of vouchers in a real browser, on a phone and at a desk."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.async_api import Browser, Page, Route, async_playwright

from tests.pages.chromium import ARGUMENTS, chromium
from tests.vouchers.test_api import Site, site
from tests.vouchers.world import World

__all__ = ["site"]  # the fixture

HOST = "http://vouchers.test"
PHONE_PX, DESK_PX = 390, 1280
PAGES = [
    ("departement", "department", ("/", "/orders", "/settlements", "/statements")),
    ("caf", "professional", ("/", "/hand-over")),
    ("tela", "professional", ("/counter", "/settlements")),
]

# A browser on a busy machine takes its time.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield launched
        await launched.close()


async def a_full_department(world: World) -> None:
    """Something on every page: to do, done, refused, corrected too late, proposed, stated."""
    await world.open_programme(parts=(1, 1, 1))
    await world.stock(caf=4)
    await world.label()
    await world.issue()
    for booking in ("first", "second", "third"):
        await world.tell(world.booked(booking), world.attended(booking))
    await world.tell(
        world.attended("second", sequence=3, kind="corrected", status="missed", title=False)
    )
    await world.draw_up()
    await world.tell(
        world.attended("first", sequence=3, kind="corrected", status="missed", title=False)
    )
    await world.tell(world.booked("fourth"), world.attended("fourth"))
    await world.tell(world.attended("stranger", "marcel", sequence=1))
    order = await world.place_order(2)
    await world.pay(order, 10_000, number="2026-77")
    await world.deliver(order, caf=2)
    await world.open_programme("ancien")
    await world.stock(programme="ancien", caf=1)
    world.pass_grace()
    await world.state_unused(programme="ancien")


async def open_page(browser: Browser, site: Site, *, role: str, of: str) -> Page:
    """A page of a browser whose every request the service answers, no port in between."""
    page = await browser.new_page(locale="fr-FR")
    headers = site.headers("claire", role, of=of)

    async def answer(route: Route) -> None:
        request = route.request
        given = await site.client.request(
            request.method, request.url, headers={**request.headers, **headers}
        )
        await route.fulfill(
            status=given.status_code, headers=dict(given.headers), body=given.content
        )

    await page.route(f"{HOST}/**", answer)
    return page


async def test_every_page_is_accessible_and_no_wider_than_the_screen(
    site: Site, browser: Browser
) -> None:
    await a_full_department(site.world)
    [settlement] = await site.world.rows("SELECT id FROM settlement")

    for of, role, paths in [
        *PAGES,
        ("tela", "professional", (f"/settlements/{settlement['id']}",)),
    ]:
        page = await open_page(browser, site, role=role, of=of)
        for path in paths:
            answer = await page.goto(f"{HOST}{path}")
            assert answer is not None
            assert answer.status == 200, path
            for width_px in (PHONE_PX, DESK_PX):
                await page.set_viewport_size({"width": width_px, "height": 900})
                found = await Axe().run(page)
                assert found.violations_count == 0, f"{path}: {found.generate_report()}"
                wide_px = await page.evaluate("document.documentElement.scrollWidth")
                assert wide_px <= width_px, path
            assert await page.locator("h1").count() == 1, path
        await page.close()

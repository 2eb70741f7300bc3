"""The pages in a real browser: whole and accessible, and a form that comes from another port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import uvicorn
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # no types
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from playwright.async_api import BrowserContext, Page, async_playwright

from tests.doors import Doors
from tests.pages.chromium import ARGUMENTS, chromium
from tests.scheduling.doors.conftest import NewApp
from tests.scheduling.told import World
from tests.timing import FixedClock

PHONE_PX, DESK_PX = 390, 1280
PATIENCE_MS = 20_000

pytestmark = pytest.mark.timeout(180)


@asynccontextmanager
async def served(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    """The application on the listener's port, until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await running
        listener.close()


def listening() -> tuple[socket.socket, int]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, listener.getsockname()[1]


class Site:
    """scheduling on one port; pages with a form that leads to it on two others."""

    def __init__(self, doors: Doors, context: BrowserContext, ports: tuple[int, int, int]) -> None:
        own, trusted, foreign = ports
        self.doors = doors
        self.context = context
        self.here = f"http://127.0.0.1:{own}"
        self.referrals = f"http://127.0.0.1:{trusted}"
        self.foreign = (f"http://127.0.0.1:{foreign}", f"http://localhost:{foreign}")

    async def sign_in(self, slug: str, role: str) -> None:
        cookie = {
            "name": "maillage_session",
            "value": self.doors.token(slug, roles=[role]),
            "url": self.here,
            "sameSite": "Lax",
        }
        await self.context.clear_cookies()
        await self.context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict's own spelling


def other_site(target: str) -> FastAPI:
    """A page anywhere, whose one button posts to scheduling."""
    app = FastAPI()

    @app.get("/{session}/{referral}")
    async def form(session: UUID, referral: UUID) -> HTMLResponse:
        return HTMLResponse(
            f'<form method="post" action="{target}/sessions/{session}/holds">'
            f'<input type="hidden" name="referral" value="{referral}">'
            "<button>Garder cette place</button></form>"
        )

    return app


@pytest.fixture
async def site(doors: Doors, new_app: NewApp) -> AsyncIterator[Site]:
    listeners = [listening() for _ in range(3)]
    here, referrals, foreign = (port for _, port in listeners)
    app = new_app(f"http://127.0.0.1:{here}", f"http://127.0.0.1:{referrals}")
    app.state.verifier = doors.app.state.verifier
    other = other_site(f"http://127.0.0.1:{here}")
    async with AsyncExitStack() as stack:
        for one, (listener, _) in zip((app, other, other), listeners, strict=True):
            await stack.enter_async_context(served(one, listener))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        stack.push_async_callback(browser.close)
        context = await browser.new_context(locale="fr-FR", java_script_enabled=True)
        context.set_default_timeout(PATIENCE_MS)
        yield Site(doors, context, (here, referrals, foreign))


async def press(page: Page, name: str) -> int:
    """Press the button; the status of where it leads."""
    async with page.expect_navigation() as leading:
        await page.get_by_role("button", name=name).click()
    answer = await leading.value
    assert answer is not None
    return answer.status


async def test_a_seat_is_taken_from_referrals_page_and_from_no_foreign_one(
    site: Site, world: World
) -> None:
    session = await world.session("tela", await world.place("tela"))
    referral = await world.referral("caf", "tela")
    await site.sign_in("caf", "professional")
    page = await site.context.new_page()

    for foreign in site.foreign:
        await page.goto(f"{foreign}/{session}/{referral.id}")
        assert await press(page, "Garder cette place") == 403
    assert await world.rows("SELECT FROM hold") == []
    await page.goto(f"{site.referrals}/{session}/{referral.id}")
    assert await press(page, "Garder cette place") == 200
    assert await page.locator("h1").inner_text() == "Une place est gardée"
    assert await press(page, "Réserver la place") == 200

    assert "La place est réservée" in await page.inner_text("main")
    assert len(await world.facts("booking.confirmed")) == 1


async def test_pages_are_whole_accessible_and_no_wider_than_the_screen(
    site: Site, world: World, clock: FixedClock
) -> None:
    place = await world.place("tela", address="4 rue Fictive", access="Rampe")
    mediator = await world.mediator("tela", label="Conseillère numérique 1")
    session = await world.session("tela", place, mediator=mediator)
    referral = await world.referral("caf", "tela")
    kept = await world.hold("caf", session, referral)
    booking = await world.book("caf", session)
    sat = await world.session(
        "tela", place, starts_at=clock.now() + timedelta(minutes=20), capacity=2
    )
    await world.book("tela", sat)
    views: dict[tuple[str, str], tuple[str, ...]] = {
        ("caf", "professional"): (
            *(f"/holds/{kept}", f"/bookings/{booking}", f"/book?referral={referral.id}"),
            f"/sessions/{session}/book",
        ),
        ("tela", "mediator"): (
            *("/", f"/sessions/{session}", f"/sessions/{sat}", "/visits/new", "/places/new"),
            *(f"/places/{place}/edit", f"/places/{place}/sessions/new"),
        ),
    }
    page = await site.context.new_page()

    for who, paths in views.items():
        await site.sign_in(*who)
        for path in paths:
            await check(page, f"{site.here}{path}")


async def check(page: Page, address: str) -> None:
    answer = await page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    for width_px in (PHONE_PX, DESK_PX):
        await page.set_viewport_size({"width": width_px, "height": 900})
        scroll_px = await page.evaluate("document.documentElement.scrollWidth")
        assert scroll_px <= width_px, (address, width_px)
    found = await Axe().run(page)
    assert found.violations_count == 0, (address, found.generate_report())
    assert await page.locator("h1").count() == 1, address

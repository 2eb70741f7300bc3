"""What only a browser can tell. The rules themselves are axe-core's."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # no types
from playwright.sync_api import Browser, Page, expect

import pages
from tests.pages.conftest import Site
from tests.pages.sample_pages import NOW, STEPS, render, sample_pages

PHONE_PX, DESK_PX = 390, 1280
ZOOMED_PX = 320  # a desk of 1280 px at 400 %
TARGET_PX = 44

# A browser on a busy machine takes its time; what is awaited here never depends on haste.
pytestmark = pytest.mark.timeout(120)
expect.set_options(timeout=20_000)


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator["Opener"]:
    opener = Opener(browser, site)
    yield opener
    for page in opener.opened:
        page.context.close()


class Opener:
    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser = browser
        self.site = site
        self.opened: list[Page] = []
        self.complaints: list[str] = []

    def __call__(self, name: str, *, width_px: int = DESK_PX, **context: Any) -> Page:
        page = self.browser.new_context(
            viewport={"width": width_px, "height": 800},
            **context,
        ).new_page()
        self.opened.append(page)
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.site.url}/{name}", wait_until="load")
        return page


@pytest.mark.parametrize("name", sorted(sample_pages()))
@pytest.mark.parametrize(("width_px", "theme"), [(PHONE_PX, "dark"), (DESK_PX, "light")])
def test_axe_finds_nothing(open_page: Opener, name: str, width_px: int, theme: str) -> None:
    page = open_page(name, width_px=width_px, color_scheme=theme)

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert open_page.complaints == []


@pytest.mark.parametrize("name", sorted(sample_pages()))
def test_nothing_is_wider_than_the_page(open_page: Opener, name: str) -> None:
    page = open_page(name)

    for width_px in (ZOOMED_PX, PHONE_PX, 768, 1024, DESK_PX):
        page.set_viewport_size({"width": width_px, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width_px, width_px


@pytest.mark.parametrize("name", ["received", "form", "not-found"])
def test_buttons_fields_and_the_pages_of_the_service_fit_a_finger(
    open_page: Opener, name: str
) -> None:
    page = open_page(name, width_px=PHONE_PX)

    heights = page.eval_on_selector_all(
        ".button, .side a, .foot li, select, textarea, .choice label,"
        " input:not([type=radio], [type=checkbox])",
        "found => found.map(one => one.getBoundingClientRect().height)",
    )

    assert heights
    assert min(heights) >= TARGET_PX


def test_the_first_tab_shows_the_skip_link_and_it_leads_to_the_content(open_page: Opener) -> None:
    page = open_page("received")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("width_px", [PHONE_PX, DESK_PX])
def test_a_table_is_a_table_on_a_phone_too(open_page: Opener, width_px: int) -> None:
    page = open_page("received", width_px=width_px)

    table = page.get_by_role("table", name="À traiter")

    expect(table.get_by_role("row")).to_have_count(5)
    expect(table.get_by_role("columnheader", name="Besoin")).to_have_count(1)
    expect(table.get_by_role("rowheader")).to_have_count(4)
    expect(table.get_by_role("cell", name="Écrire et lire des courriels")).to_be_visible()


def test_the_print_has_no_frame_but_says_whose_page_it_is_and_of_when(open_page: Opener) -> None:
    page = open_page("received")

    page.emulate_media(media="print")

    for gone in (".bar", ".side", ".foot", ".skip-link"):
        expect(page.locator(gone)).to_be_hidden()
    expect(page.locator(".print-head")).to_contain_text("Imprimé le mardi 24 novembre 2026")
    expect(page.locator("h1")).to_be_visible()


def test_a_new_step_arrives_live_is_marked_and_read_out(open_page: Opener, site: Site) -> None:
    page = open_page("journey")
    expect(page.get_by_text("Mise à jour en direct.")).to_be_visible()
    page.evaluate("""() => {
        window.marked = [];
        new MutationObserver((changes) => changes.forEach(({ target }) => {
            if (target.classList.contains("just-arrived")) window.marked.push(target.id);
        })).observe(document.querySelector("[data-live-url]"),
            { subtree: true, attributes: true, attributeFilter: ["class"] });
    }""")
    arrived = pages.Step(key="seat", title="Place réservée", state_word="Fait", tone="done", at=NOW)

    site.say(timeline([*STEPS, arrived]))

    expect(page.locator("#etapes > li")).to_have_count(len(STEPS) + 1)
    expect(page.locator("#live-announcement")).to_contain_text("Place réservée")
    expect(page.locator(".just-arrived")).to_have_count(0)
    assert page.evaluate("window.marked") == ["etapes-seat"]


def test_a_changed_step_replaces_the_old_one_and_nothing_is_announced_twice(
    open_page: Opener, site: Site
) -> None:
    page = open_page("journey")

    site.say(timeline([*STEPS[:-1], replace(STEPS[-1], state_word="Remis", tone="done")]))

    expect(page.locator("#etapes-voucher")).to_contain_text("Remis")
    expect(page.locator("#etapes > li")).to_have_count(len(STEPS))
    expect(page.locator("#live-announcement")).to_be_empty()


def test_a_fragment_runs_no_script_and_touches_nothing_outside(
    open_page: Opener, site: Site
) -> None:
    page = open_page("journey")

    site.say(
        '<h1 id="contenu">volé</h1>'
        '<ol id="etapes"><li id="etapes-x">Vu<img src="x" onerror="window.ran = 1">'
        "<script>window.ran = 1</script></li></ol>"
    )

    expect(page.locator("#etapes-x")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Parcours 01890a5d")
    assert page.evaluate("window.ran") is None


def test_without_scripts_the_page_says_as_much(open_page: Opener) -> None:
    page = open_page("journey", java_script_enabled=False)

    expect(page.locator("#etapes > li")).to_have_count(len(STEPS))


def timeline(steps: list[pages.Step]) -> str:
    page = render("journey.html", steps=steps, trail=[])
    start = page.index('<ol class="timeline"')
    return page[start : page.index("</ol>", start) + len("</ol>")]

"""Figures over HTTP, traced to their events, and the dashboard that shows them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from reporting.application import figures as application_figures
from reporting.domain.activity_figures import ACTIVITY_FIGURES
from tests.reporting.site import Site
from tests.reporting.telling import CAF, MAIRIE, START, TELA, Referral, a_department, named
from web import cursors

EVENTS = a_department()
COUNTED = (
    *("referrals-sent", "referrals-accepted", "referrals-refused", "referrals-completed"),
    "organisations-active",
)
# Sending and first answer make one of these.
IN_PAIRS = ("referrals-answered-within-3-days", "referrals-answered-within-5-days")


async def figures(site: Site, query: str = "", *, organisation: UUID | None = None) -> Any:
    who = _who(site, organisation)
    answer = await site.get(f"/v1/figures{query}", who)
    assert answer.status_code == 200
    return {figure["code"]: figure for figure in answer.json()["figures"]}


async def events_behind(
    site: Site, code: str, query: str = "", *, organisation: UUID | None = None
) -> list[dict[str, Any]]:
    """All pages of the events of a figure."""
    who = _who(site, organisation)
    found: list[dict[str, Any]] = []
    path = f"/v1/figures/{code}/events?{query}"
    while True:
        page = (await site.get(path, who)).json()
        found += page["items"]
        if page["next"] is None:
            return found
        path = f"/v1/figures/{code}/events?{query}&cursor={page['next']}"


async def test_each_figure_has_a_code_a_title_a_formula_and_its_events(site: Site) -> None:
    await site.happen(EVENTS)

    found = await figures(site)

    refused = found["referrals-refused"]
    assert refused == {
        "code": "referrals-refused",
        "title": "Refus, par motif",
        "formula": refused["formula"],
        "unit": "answers",
        "value": 2,
        "out_of": None,
        "cents": None,
        "parts": [
            {"code": "other", "label": "Autre (détails dans le message)", "value": 1},
            {"code": "session_full", "label": "Session complète", "value": 1},
        ],
        "events": "/v1/figures/referrals-refused/events",
    }
    assert found["first-answer-median-delay"]["value"] == timedelta(hours=37).total_seconds()
    assert all(figure["formula"].endswith(".") for figure in found.values())


@pytest.mark.parametrize("query", ["", "from=2026-11-02&to=2026-11-03", "from=2026-11-05"])
@pytest.mark.parametrize("organisation", [None, CAF, TELA, MAIRIE])
async def test_a_figure_is_as_many_as_its_events(
    site: Site, query: str, organisation: UUID | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application_figures, "EVENTS_PER_PAGE", 2)
    # Suspended at the end, the town hall could not ask.
    await site.happen(event for event in EVENTS if "suspended" not in event.type)
    found = await figures(site, f"?{query}", organisation=organisation)

    behind = {
        code: await events_behind(site, code, query, organisation=organisation)
        for code in (*COUNTED, *IN_PAIRS)
    }

    assert {code: len(events) for code, events in behind.items()} == {
        **{code: found[code]["value"] for code in COUNTED},
        **{code: 2 * found[code]["value"] for code in IN_PAIRS},
    }
    for events in behind.values():
        assert len({event["event_id"] for event in events}) == len(events)


async def test_the_median_is_of_the_events_behind_it(site: Site) -> None:
    await site.happen(EVENTS)

    behind = await events_behind(site, "first-answer-median-delay")

    assert len(behind) == 8
    assert sum(event["type"] == "maillage.referral.sent.v1" for event in behind) == 4


async def test_no_list_of_events_shows_a_person(site: Site) -> None:
    await site.happen(EVENTS)
    people = {event.datasubject for event in EVENTS if event.datasubject}

    answers = [
        await ask(f"{prefix}/figures/{code}/events", site.as_("department"))
        for code in (*COUNTED, *IN_PAIRS)
        for prefix, ask in (("/v1", site.get), ("", site.page))
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert [person for person in people for answer in answers if person in answer.text] == []


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/figures/no-such/events", 404, "unknown-figure"),
        ("/v1/figures?from=2026-11-03&to=2026-11-02", 422, "period-reversed"),
        ("/v1/figures?from=0001-01-01", 422, "invalid"),
        ("/v1/figures?to=9999-12-31", 422, "invalid"),
        ("/v1/figures?from=hier", 422, "invalid"),
        ("/v1/figures/referrals-sent/events?cursor=x", 400, "bad-cursor"),
        (
            f"/v1/figures/referrals-sent/events?cursor={cursors.encode({'log': 2**64})}",
            400,
            "bad-cursor",
        ),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_so(
    site: Site, path: str, status: int, code: str
) -> None:
    answer = await site.get(path, site.as_("department"))

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_who_acts_for_nobody_sees_no_figure(site: Site) -> None:
    answer = await site.get("/v1/figures", site.as_("professional"))

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_the_department_is_answered_with_the_figures_of_activity_too(site: Site) -> None:
    listed = await figures(site)
    own = await figures(site, organisation=TELA)

    shown = {figure.code for figure in ACTIVITY_FIGURES}
    assert shown <= listed.keys()
    assert not shown & own.keys()
    assert (listed["visits"]["value"], listed["booklets-issued"]["cents"]) == (0, 0)
    for code in sorted(shown):
        events = await site.get(f"/v1/figures/{code}/events", site.as_("department"))
        assert (code, events.status_code) == (code, 200)


async def test_a_stranger_s_figures_are_empty(site: Site) -> None:
    await site.happen(EVENTS)

    found = await figures(site, organisation=named("a stranger"))

    assert [found[code]["value"] for code in ("referrals-sent", "referrals-accepted")] == [0, 0]


async def test_the_dashboard_says_what_the_figures_mean(site: Site) -> None:
    await site.happen(EVENTS)

    answer = await site.page("/", site.as_("department"))

    page = answer.text.replace("\xa0", " ")
    assert answer.status_code == 200
    told = [
        "Ce qui se passe dans le département",
        "Dernier événement reçu",
        "Orientations envoyées",
        "Le plus souvent : autonome (1).",
        "Soit 60 % : 5 orientations envoyées en tout.",
        "1 jour et 13 heures",
        "Derniers événements",
        "Refusée par la CAF de la Creuse",
        'href="/figures/referrals-sent/events?from=2025-12-01&amp;to=2026-11-24"',
    ]
    assert [words for words in told if words not in page] == []


async def test_a_professional_s_dashboard_is_about_the_own_organisation(site: Site) -> None:
    await site.happen(EVENTS)

    answer = await site.page("/", site.as_("professional", organisation=TELA))

    assert answer.status_code == 200
    assert "Ce que votre organisation a envoyé et répondu" in answer.text
    assert "Derniers événements" not in answer.text


async def test_an_empty_dashboard_says_what_will_come(site: Site) -> None:
    answer = await site.page("/", site.as_("department"))

    assert "Aucun événement pour l&#39;instant" in answer.text
    assert "Rien à mesurer pour l&#39;instant." in answer.text


async def test_the_period_stays_on_the_way_to_the_events_and_back(site: Site) -> None:
    await site.happen([Referral("one").sent(START)])

    page = await site.page("/?from=2026-09-01&to=2026-09-30", site.as_("department"))
    events = await site.page(
        "/figures/referrals-sent/events?from=2026-09-01&to=2026-09-30", site.as_("department")
    )

    assert 'href="/figures/referrals-sent/events?from=2026-09-01&amp;to=2026-09-30"' in page.text
    assert 'href="/?from=2026-09-01&amp;to=2026-09-30"' in events.text
    assert "Orientation envoyée par une organisation" in events.text


async def test_long_lists_come_by_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application_figures, "EVENTS_PER_PAGE", 2)
    await site.happen(EVENTS)
    who = site.as_("department")

    first = await site.page("/figures/referrals-sent/events", who)
    address = first.text.split('rel="next" href="')[1].split('"')[0]
    second = await site.page(address, who)

    assert "Revenir au début" not in first.text
    assert "Revenir au début" in second.text
    assert first.text.count('role="row"') == second.text.count('role="row"') == 3


def _who(site: Site, organisation: UUID | None) -> dict[str, str]:
    if organisation is None:
        return site.as_("department")
    return site.as_("professional", organisation=organisation)

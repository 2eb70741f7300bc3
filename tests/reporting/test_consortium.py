"""The consortium's dashboard: its figures, their events, who may see them, live."""

import csv
import re
from datetime import date, timedelta

import pytest

from reporting.domain.days import Period
from reporting.entrypoints import live_dashboard
from reporting.entrypoints.periods import Choice, days_of
from tests.reporting.activity import GUERET, Session, an_activity
from tests.reporting.site import Site
from tests.reporting.telling import CAF, START, TELA, Referral, a_department, organisation

DAYS = "from=2025-12-01&to=2026-11-24"
ALL_ROLES = ("department", "coordinator", "auditor", "administrator")


async def figures(site: Site, query: str = "") -> dict[str, list[str]]:
    """The figures as their file gives them: value, out of, euros, by title."""
    answer = await site.get(f"/tables/figures.csv{query}", site.as_("department"))
    assert answer.status_code == 200
    lines = csv.reader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";")
    return {title: values[:3] for title, *values in lines}


async def test_each_figure_of_activity_is_what_happened(site: Site) -> None:
    await site.happen([*a_department(), *an_activity()])

    found = await figures(site)

    expected = {
        # One came to the workshop and passed by again; two passed by without a name.
        "Personnes rencontrées": ["4", "", ""],
        "Passages sans rendez-vous": ["3", "", ""],
        "Venues à une séance": ["2", "", ""],
        "Séances tenues": ["1", "", ""],
        "Places prises dans les séances": ["3", "6", ""],
        "Personnes qui n'ont pas pu venir": ["1", "3", ""],
        "Carnets remis": ["3", "", "150,00"],
        "Pass retenus pour une séance": ["2", "", ""],
        "Pass encaissés": ["1", "", "10,00"],
        "Pass remboursés": ["1", "", "10,00"],
        "Euros remboursés, par financeur": ["", "", "10,00"],
        "Pass non utilisés": ["7", "", "70,00"],
        "Lieux ouverts": ["2", "", ""],
        "Communes sans lieu": ["253", "255", ""],
        "Orientations envoyées": ["5", "", ""],
    }
    assert {title: found[title] for title in expected} == expected


async def test_a_period_counts_what_falls_into_it_alone(site: Site) -> None:
    await site.happen(an_activity())

    found = await figures(site, "?from=2026-11-03&to=2026-11-30")

    assert found["Passages sans rendez-vous"][0] == "1"
    assert found["Séances tenues"][0] == "0"
    assert found["Pass remboursés"][0] == "1"


async def test_what_is_still_to_come_is_not_counted(site: Site) -> None:
    later = Session("later", GUERET, site.service.database.clock.now() + timedelta(days=2))
    await site.happen([GUERET.registered(), later.scheduled()])

    found = await figures(site, "?from=2026-11-01&to=2199-12-31")

    assert found["Séances tenues"][0] == "0"


@pytest.mark.parametrize(
    ("code", "behind"),
    [
        *(("people-met", 5), ("visits", 3), ("attendances-seen", 2), ("sessions-held", 1)),
        *(("sessions-fill", 4), ("attendances-missed", 3), ("booklets-issued", 3)),
        *(("vouchers-held", 2), ("vouchers-redeemed", 3), ("vouchers-settled", 1)),
        *(("cents-settled-by-funder", 1), ("vouchers-unused", 1), ("places-open", 2)),
        ("communes-without-offer", 2),
    ],
)
async def test_a_figure_opens_its_events_and_never_a_person(
    site: Site, code: str, behind: int
) -> None:
    events = an_activity()
    people = {event.datasubject for event in events if event.datasubject}
    await site.happen([*a_department(), *events])

    answer = await site.get(f"/v1/figures/{code}/events?{DAYS}", site.as_("auditor"))
    page = await site.page(f"/figures/{code}/events?{DAYS}", site.as_("auditor"))

    ids = {each["event_id"] for each in answer.json()["items"]}
    assert len(ids) == behind
    shown = page.text.replace("<wbr>", "")
    assert all(each in shown for each in ids)
    assert [person for person in people if person in shown] == []


@pytest.mark.parametrize("role", ALL_ROLES)
async def test_the_dashboard_is_for_those_who_see_the_whole_department(
    site: Site, role: str
) -> None:
    await site.happen([*a_department(), *an_activity()])

    page = await site.page("/", site.as_(role))

    told = page.text.replace("\xa0", " ")
    assert page.status_code == 200
    for words in ("Personnes rencontrées", "Soit 50 % : 6 places offertes", "253 communes sur 255"):
        assert words in told
    assert 'href="/figures/people-met/events?from=2025-12-01&amp;to=2026-11-24"' in told


@pytest.mark.parametrize(
    "path",
    [
        *("/tables/figures.csv", "/tables/epci.csv", "/epci/200034825", "/communes/23096"),
        *("/communes", "/live", "/epci/200034825/communes.csv", "/communes/23096/months.csv"),
    ],
)
async def test_everybody_else_sees_what_their_organisation_did_and_no_more(
    site: Site, path: str
) -> None:
    await site.happen([*a_department(), *an_activity()])
    who = site.as_("professional", organisation=TELA)

    answer = await site.get(path, who)
    events = await site.get("/v1/figures/people-met/events", who)
    page = await site.page("/", who)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (events.status_code, events.json()["code"]) == (404, "unknown-figure")
    assert "Personnes rencontrées" not in page.text


async def test_a_suspended_organisation_sees_nothing_whatever_the_role(site: Site) -> None:
    await site.happen(organisation(CAF, suspended=True))

    answer = await site.get("/communes/23096", site.as_("department", organisation=CAF))

    assert (answer.status_code, answer.json()["code"]) == (403, "organisation-not-active")


async def test_the_dashboard_moves_by_itself(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_dashboard, "AT_MOST_EVERY_S", 0.01)
    await site.happen([Referral("one").sent(START)])
    page = await site.page("/", site.as_("department"))
    address = re.findall(r'data-live-url="([^"]+)"', page.text)[0].replace("&amp;", "&")

    async with site.follow(address, site.as_("department")) as stream:
        await site.happen([Referral("two").sent(START)])
        told = await stream.next(within_s=30)

    assert told.data.startswith('<div id="chiffres">')
    assert (
        '<span class="figure-value">2</span> <span class="figure-label">Orientations' in told.data
    )


async def test_a_page_that_is_behind_is_told_at_once(site: Site) -> None:
    await site.happen([Referral("one").sent(START)])

    async with site.follow(f"/live?{DAYS}", site.as_("department")) as stream:
        told = await stream.next(within_s=30)

    assert "Orientations envoyées" in told.data


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        (Choice.TWELVE_MONTHS, date(2026, 2, 1), date(2027, 1, 15)),
        (Choice.LAST_YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        (Choice.THIS_YEAR, date(2027, 1, 1), date(2027, 1, 15)),
        (Choice.THIS_MONTH, date(2027, 1, 1), date(2027, 1, 15)),
        (Choice.LAST_MONTH, date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_named_period_has_its_days(choice: Choice, first: date, last: date) -> None:
    assert days_of(choice, date(2027, 1, 15)) == Period(first=first, last=last)


async def test_an_epci_that_is_chosen_has_its_own_page(site: Site) -> None:
    path = "/?period=last-year&from=&to=&epci=200034825"

    answer = await site.page(path, site.as_("department"))

    assert answer.status_code == 303
    assert answer.headers["location"] == "/epci/200034825?from=2025-01-01&to=2025-12-31"


@pytest.mark.parametrize(
    "name", ["figures", "months", "epci", "without-offer", "funders", "places"]
)
async def test_every_table_is_a_file_for_a_spreadsheet(site: Site, name: str) -> None:
    await site.happen([*a_department(), *an_activity()])

    answer = await site.get(f"/tables/{name}.csv?{DAYS}", site.as_("department"))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="{name}-2025-12-01-2026-11-24.csv"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.count(b"\r\n") > 1


async def test_there_is_no_file_of_another_name(site: Site) -> None:
    answer = await site.get("/tables/people.csv", site.as_("department"))

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-table")

"""Pages of communes and EPCI: what is hidden, what the past keeps, how they are found."""

import csv
from datetime import UTC, datetime, timedelta

import pytest

from chassis.events import Event
from reporting.entrypoints.tables import HIDDEN
from tests.reporting.activity import Place
from tests.reporting.site import Site
from tests.reporting.telling import START, Referral

HERE = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
GRAND_GUERET, GRAND_SUD, SOSTRANIEN = "200034825", "200044014", "242300135"
DAYS = "from=2026-10-01&to=2026-10-31"
TOWNS = {"23096": 3, "23008": 8, "23176": 20}
"""Visits by commune, each in another EPCI: Guéret, Aubusson, La Souterraine."""


def visits() -> list[Event]:
    places = {code: Place(f"Lieu de {code}", code) for code in TOWNS}
    return [
        *(place.registered() for place in places.values()),
        *(
            places[code].visited(f"{code}-{number}", HERE + timedelta(hours=number))
            for code, several in TOWNS.items()
            for number in range(several)
        ),
    ]


async def rows(site: Site, path: str) -> list[dict[str, str]]:
    answer = await site.get(path, site.as_("department"))
    assert answer.status_code == 200
    return list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))


async def test_a_small_number_is_hidden_and_the_next_one_with_it(site: Site) -> None:
    await site.happen(visits())

    came = {row["SIREN"]: row["Venues"] for row in await rows(site, f"/tables/epci.csv?{DAYS}")}

    assert came[GRAND_GUERET] == HIDDEN  # 3
    assert came[GRAND_SUD] == HIDDEN  # 8: the total less 20 would tell 3
    assert came[SOSTRANIEN] == "20"


@pytest.mark.parametrize(
    ("path", "hides"),
    [
        *((f"/epci/{GRAND_GUERET}", True), (f"/epci/{GRAND_SUD}", True)),
        *((f"/epci/{SOSTRANIEN}", False), ("/communes/23096", True)),
        *(("/communes/23008", True), ("/communes/23176", False)),
    ],
)
async def test_what_a_table_hides_no_page_shows(site: Site, path: str, *, hides: bool) -> None:
    await site.happen(visits())

    page = await site.page(f"{path}?{DAYS}", site.as_("department"))
    by_month = await rows(site, f"{path}/months.csv?{DAYS}")

    assert page.status_code == 200
    assert (
        f'figure-value">{HIDDEN}</span> <span class="figure-label">Venues' in page.text
    ) == hides
    assert {row["Venues"] for row in by_month} == ({HIDDEN} if hides else {"20"})
    assert 'figure-value">3<' not in page.text
    assert 'figure-value">8<' not in page.text


async def test_page_and_file_say_the_same(site: Site) -> None:
    await site.happen(visits())

    page = await site.page(f"/?{DAYS}", site.as_("department"))
    in_file = await rows(site, f"/tables/epci.csv?{DAYS}")

    for row in in_file:
        after = page.text.split(f">{row['EPCI'].replace(chr(39), '&#39;')}</")[-1]
        cells = [each.split("</span>")[0] for each in after.split('class="cell">')[1:7]]
        assert cells == [row[name] for name in list(row)[1:7]]


async def test_parts_of_a_territory_that_is_hidden_are_hidden_too(site: Site) -> None:
    """Aubusson's eight are enough alone; the EPCI that they amount to is hidden."""
    await site.happen(visits())

    communes = await rows(site, f"/epci/{GRAND_SUD}/communes.csv?{DAYS}")

    assert {row["Commune"]: row["Venues"] for row in communes}["Aubusson"] == HIDDEN


async def test_days_are_asked_by_whole_months(site: Site) -> None:
    """Two periods that differ by a day would tell what happened on that day."""
    await site.happen(visits())

    one = await rows(site, f"/epci/{SOSTRANIEN}/communes.csv?from=2026-10-01&to=2026-10-05")
    other = await rows(site, f"/epci/{SOSTRANIEN}/communes.csv?from=2026-10-03&to=2026-10-31")

    assert one == other


async def test_a_commune_merged_away_leads_to_its_successor_and_keeps_its_past(
    site: Site,
) -> None:
    await site.happen(
        Referral(f"{code}-{number}", commune=code).sent(START)
        for code, several in (("23121", 6), ("23109", 7))
        for number in range(several)
    )
    who = site.as_("department")

    answer = await site.page("/communes/23121", who)
    page = await site.page(answer.headers["location"], who)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/communes/23109?")
    told = page.text.replace("\xa0", " ")
    for words in (
        "Malval fait partie de Linard-Malval",
        "mardi 1er janvier 2019",
        'figure-value">13</span> <span class="figure-label">Orientations',
        "Malval (23121)",
    ):
        assert words in told
    assert [told.count(f'class="cell">{number}</span>') for number in (6, 7)] == [1, 1]


async def test_a_commune_without_a_place_names_the_nearest(site: Site) -> None:
    await site.happen(visits())

    page = await site.page("/communes/23247", site.as_("department"))

    told = page.text.replace("\xa0", " ")
    assert "Aucun lieu n&#39;est connu dans cette commune. Le plus proche : Lieu de 23096" in told
    assert "à Guéret, à 13 km environ" in told


async def test_a_place_that_closed_before_the_period_serves_nobody(site: Site) -> None:
    place = Place("Fermé", "23096")
    await site.happen([place.registered(), place.closed(START)])

    before = await site.page("/communes/23096?from=2026-09-01&to=2026-09-30", site.as_("auditor"))
    after = await site.page("/communes/23096?from=2026-10-01&to=2026-10-31", site.as_("auditor"))

    assert "Pas de lieu ici" not in before.text
    assert "Pas de lieu ici" in after.text


@pytest.mark.parametrize(
    ("asked", "found"),
    [("st vaury", "/communes/23247"), ("GUERET", "/communes/23096"), ("Malval", "/communes/23109")],
)
async def test_a_name_leads_to_its_commune(site: Site, asked: str, found: str) -> None:
    answer = await site.page(f"/communes?name={asked}", site.as_("department"))

    assert (answer.status_code, answer.headers["location"]) == (303, found)


async def test_a_name_that_is_nearly_right_is_asked_back(site: Site) -> None:
    near = await site.page("/communes?name=la souteraine", site.as_("department"))
    nothing = await site.page("/communes?name=xyzzy", site.as_("department"))

    assert '<a href="/communes/23176">La Souterraine</a> (23176)' in near.text
    assert "Nous n&#39;avons pas reconnu « xyzzy »" in nothing.text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        *(("/communes/99999", "unknown-territory"), ("/epci/000000000", "unknown-territory")),
        *(
            ("/epci/000000000/months.csv", "unknown-table"),
            ("/communes/9/months.csv", "unknown-table"),
        ),
        (f"/epci/{GRAND_GUERET}/people.csv", "unknown-table"),
    ],
)
async def test_what_is_not_there_is_said(site: Site, path: str, code: str) -> None:
    answer = await site.get(path, site.as_("department"))

    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_the_map_of_residence_hatches_what_is_hidden(site: Site) -> None:
    await site.happen(
        Referral(f"{code}-{number}", commune=code).sent(START)
        for code, several in (("23096", 12), ("23247", 2), ("23193", 6), ("87085", 9))
        for number in range(several)
    )

    page = await site.page("/?map=referrals", site.as_("department"))

    told = page.text.replace("\xa0", " ")
    assert "Guéret : 12 orientations" in told
    assert f"Saint-Vaury : {HIDDEN}" in told
    assert f"Sainte-Feyre : {HIDDEN}" in told
    assert "Ahun : 0 orientation" in told

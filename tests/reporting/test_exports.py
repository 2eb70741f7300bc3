"""Every table of a page has a file beside it, which holds the same rows and hides the same."""

import csv
import re
from html import unescape

import pytest

from reporting.entrypoints.tables import HIDDEN
from tests.reporting.activity import Place, an_activity
from tests.reporting.site import Site
from tests.reporting.telling import START, TELA, Referral, a_department

DAYS = "from=2025-12-01&to=2026-11-24"
LINARD_MALVAL = "23109"
"""Made of Linard and Malval in 2019."""


async def lines(site: Site, path: str, who: dict[str, str]) -> list[list[str]]:
    """A file without its titles."""
    answer = await site.get(path, who)
    assert answer.status_code == 200, path
    assert "attachment" in answer.headers["content-disposition"]
    return list(csv.reader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))[1:]


def tables(page: str) -> list[tuple[list[str], str]]:
    """The first cells of each table, and the link beside it; a chart's numbers are its months'."""
    plain = re.sub(r'<figure class="chart".*?</figure>', "", page, flags=re.DOTALL)
    found = []
    for part in plain.split("<table ")[1:]:
        table, beside = part.split("</table>")
        names = re.findall(r'<th scope="row".*?class="cell">(.*?)</span></th>', table, re.DOTALL)
        link = re.search(r'class="under-table"><a href="([^"]+)"', beside)
        assert link, table
        found.append(([_words(each) for each in names], unescape(link[1])))
    return found


def _words(html: str) -> str:
    return unescape(re.sub(r"<(?!br).*?>", "", html.split("<br>", 1)[0])).replace("\xa0", " ")


@pytest.mark.parametrize(
    ("path", "several"),
    [
        *(("/", 6), (f"/communes/{LINARD_MALVAL}", 2), ("/epci/200034825", 2)),
        *(("/figures/referrals-sent/events", 1), ("/figures/visits/events", 1)),
    ],
)
async def test_every_table_has_its_file_beside_it(site: Site, path: str, several: int) -> None:
    here = Place("Salle de Malval", LINARD_MALVAL)
    await site.happen([*a_department(), *an_activity(), here.registered()])
    who = site.as_("coordinator")

    page = await site.page(f"{path}?{DAYS}", who)

    found = tables(page.text)
    assert len(found) >= several
    for names, link in found:
        in_file = await lines(site, link, who)
        assert [row[0].replace("\xa0", " ") for row in in_file] == names, link


async def test_an_organisation_gets_the_parts_and_the_events_of_its_own_figures(
    site: Site,
) -> None:
    await site.happen(a_department())
    who = site.as_("professional", organisation=TELA)

    page = await site.page("/", who)

    links = [link for _, link in tables(page.text)]
    assert links == [f"/figures/referrals-{each}/parts.csv" for each in ("refused", "completed")]
    assert await lines(site, links[0], who) == [["Session complète", "1"]]
    assert await lines(site, links[0], site.as_("auditor")) == [
        *(["Autre (détails dans le message)", "1"], ["Session complète", "1"])
    ]
    behind = await lines(site, "/figures/referrals-refused/events.csv", who)
    assert len(behind) == 1
    for path in ("parts", "events"):
        answer = await site.get(f"/figures/people-met/{path}.csv", who)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown-figure")


async def test_euros_of_a_funder_are_a_number_for_a_spreadsheet(site: Site) -> None:
    await site.happen([*a_department(), *an_activity()])

    found = await lines(site, "/figures/cents-settled-by-funder/parts.csv", site.as_("auditor"))

    assert all(re.fullmatch(r"\d+,\d\d", euros) for _, euros in found)
    assert sum(int(euros.replace(",", "")) for _, euros in found) == 1_000


async def test_the_past_of_a_merged_commune_hides_in_its_file_what_its_page_hides(
    site: Site,
) -> None:
    await site.happen(
        Referral(f"{code}-{number}", commune=code).sent(START)
        for code, several in (("23121", 2), ("23109", 7))
        for number in range(several)
    )
    who = site.as_("department")

    page = await site.page(f"/communes/{LINARD_MALVAL}?{DAYS}", who)
    (link,) = [link for _, link in tables(page.text)]

    assert {name: referrals for name, _, referrals in await lines(site, link, who)} == {
        "Linard (23109)": HIDDEN,
        "Malval (23121)": HIDDEN,
    }
    assert page.text.count(f'class="cell">{HIDDEN}</span>') == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        *(("/communes/23096/former.csv", 404), ("/communes/23096/people.csv", 404)),
        ("/figures/no-such/parts.csv", 404),
        ("/figures/referrals-sent/events.csv?cursor=x", 400),
    ],
)
async def test_what_has_no_file_is_said(site: Site, path: str, status: int) -> None:
    answer = await site.get(path, site.as_("department"))

    assert answer.status_code == status

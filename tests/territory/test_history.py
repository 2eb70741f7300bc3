from datetime import date, timedelta

import pytest

import territory
from territory.history import KNOWN_SINCE, formers

# Design, domain §11.2: date, former code, the code and name of today.
MERGERS = [
    (date(2019, 1, 1), "19032", "19019", "Beaulieu-sur-Dordogne"),
    (date(2019, 1, 1), "19127", "19098", "Lagarde-Marc-la-Tour"),
    (date(2019, 1, 1), "19185", "19101", "Laguenne-sur-Avalouze"),
    (date(2019, 1, 1), "23121", "23109", "Linard-Malval"),
    (date(2019, 1, 1), "23126", "23189", "Saint-Dizier-Masbaraud"),
    (date(2022, 1, 1), "19092", "19143", "Montaignac-sur-Doustre"),
    (date(2025, 1, 1), "19223", "19248", "Les Trois-Saints"),
    (date(2025, 1, 1), "19230", "19248", "Les Trois-Saints"),
    (date(2025, 1, 1), "23023", "23149", "Parsac"),
]
DAY = timedelta(days=1)


@pytest.mark.parametrize(("on", "former", "code", "name"), MERGERS)
def test_a_former_commune_is_found_today_and_keeps_its_name_of_then(
    on: date, former: str, code: str, name: str
) -> None:
    now = territory.today(former)
    assert now is not None
    assert (now.code, now.name) == (code, name)

    before = territory.then(former, on - DAY)
    assert before is not None
    assert (before.code, before.today) == (former, now)
    assert before.name != name
    assert territory.then(former, on) is None


def test_the_table_is_these_nine_and_their_seats() -> None:
    ended = {each.code for each in formers() if each.code != each.into}
    assert ended == {former for _on, former, _code, _name in MERGERS}
    assert {each.code for each in formers() if each.code == each.into} == {
        code for _on, _former, code, _name in MERGERS
    }
    for each in formers():
        assert territory.commune(each.into) is not None
        assert each.until > KNOWN_SINCE


@pytest.mark.parametrize(
    ("on", "communes"),
    [
        (KNOWN_SINCE, 858),
        (date(2019, 1, 1), 853),
        (date(2022, 1, 1), 852),
        (date(2025, 1, 1), 849),
    ],
)
def test_as_many_communes_as_there_were(on: date, communes: int) -> None:
    codes = {each.code for each in territory.communes()} | {each.code for each in formers()}
    assert sum(territory.then(code, on) is not None for code in codes) == communes


def test_the_seat_of_a_merger_kept_its_code_and_changed_its_name() -> None:
    names = [
        then.name
        for on in (date(2018, 12, 31), date(2019, 1, 1))
        if (then := territory.then("23109", on))
    ]
    assert names == ["Linard", "Linard-Malval"]


def test_a_commune_of_today_tells_what_it_was_made_from() -> None:
    made = {each.name: each.until for each in territory.made_from("19248")}
    assert made == dict.fromkeys(
        ["Saint-Ybard", "Saint-Martin-Sepert", "Saint-Pardoux-Corbier"], date(2025, 1, 1)
    )
    assert territory.made_from("23096") == ()
    assert territory.made_from("23121") == ()


def test_a_commune_that_never_merged_is_itself_at_all_times() -> None:
    gueret = territory.commune("23096")
    assert territory.today("23096") == gueret
    then = territory.then("23096", date(2020, 6, 1))
    assert then is not None
    assert (then.code, then.name, then.today) == ("23096", "Guéret", gueret)


def test_before_the_table_begins_and_outside_the_map_nothing_is_known() -> None:
    assert territory.then("23096", KNOWN_SINCE - DAY) is None
    assert territory.then("75056", date(2020, 6, 1)) is None
    assert territory.today("75056") is None

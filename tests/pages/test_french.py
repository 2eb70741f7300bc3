from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import french

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)


def plain(text: str) -> str:
    """Ordinary spaces: what one reads, whatever space it is written with."""
    return " ".join(text.split())


def test_an_instant_is_said_in_paris_time() -> None:
    assert plain(french.day_and_hour(NOW)) == "mardi 24 novembre 2026, 14 h 05"


def test_a_day_follows_paris_even_when_it_is_still_yesterday_in_utc() -> None:
    assert (
        plain(french.day(datetime(2026, 6, 30, 22, 30, tzinfo=UTC))) == "mercredi 1er juillet 2026"
    )


def test_a_date_without_hour_is_taken_as_it_is() -> None:
    assert plain(french.day(date(2027, 1, 31))) == "dimanche 31 janvier 2027"


def test_a_full_hour_has_no_minutes() -> None:
    assert plain(french.hour(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))) == "14 h"


def test_an_hour_never_breaks_over_two_lines() -> None:
    assert " " not in french.hour(NOW)


@pytest.mark.parametrize("said", [french.day, french.hour, french.when])
def test_an_instant_without_time_zone_is_refused(said: Callable[[datetime], object]) -> None:
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(ValueError, match="time zone"):
        said(naive)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(0), "à l'instant"),
        (timedelta(seconds=4), "il y a 4 secondes"),
        (timedelta(minutes=1), "il y a 1 minute"),
        (timedelta(minutes=59, seconds=59), "il y a 59 minutes"),
        (timedelta(hours=23), "il y a 23 heures"),
        (timedelta(days=3), "il y a 3 jours"),
        (timedelta(days=8, hours=23), "il y a 8 jours"),
        (timedelta(days=45), "il y a 45 jours"),
        (timedelta(days=100), "il y a 3 mois"),
        (timedelta(days=800), "il y a 2 ans"),
        (-timedelta(hours=2), "dans 2 heures"),
        (-timedelta(days=1), "dans 1 jour"),
    ],
)
def test_a_distance_counts_whole_units_that_have_passed(passed: timedelta, said: str) -> None:
    assert plain(french.ago(NOW - passed, NOW).striptags()) == said


def test_a_distance_carries_the_exact_time() -> None:
    written = plain(french.ago(NOW, NOW + timedelta(days=3)))

    assert 'datetime="2026-11-24T13:05:00Z"' in written
    assert 'title="mardi 24 novembre 2026, 14 h 05"' in written


@pytest.mark.parametrize(
    ("amount_cents", "said"),
    [(124_000, "1 240,00 €"), (5, "0,05 €"), (0, "0,00 €"), (-50, "-0,50 €"), (100, "1,00 €")],
)
def test_euros_are_written_from_cents(amount_cents: int, said: str) -> None:
    assert plain(french.euros(amount_cents)) == said


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_no_cent_is_lost_in_writing(amount_cents: int) -> None:
    written = "".join(french.euros(amount_cents).replace("€", "").split())

    assert Decimal(written.replace(",", ".")) * 100 == amount_cents


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0 orientation"),
        (1, "1 orientation"),
        (1.5, "1,5 orientation"),
        (2, "2 orientations"),
        (1_000_000, "1 000 000 orientations"),
        (-1, "-1 orientation"),
    ],
)
def test_french_plural_begins_at_two(value: float, said: str) -> None:
    assert plain(french.count(value, "orientation")) == said


def test_an_irregular_plural_is_given() -> None:
    assert plain(french.count(3, "cheval", "chevaux")) == "3 chevaux"


def test_several_words_need_their_plural_written_out() -> None:
    with pytest.raises(ValueError, match="written out"):
        french.count(3, "orientation attend")


def test_a_reference_may_break_after_its_signs_and_stays_escaped() -> None:
    assert french.breakable("7K4M-<29QX>") == "7K4M-<wbr>&lt;29QX&gt;"

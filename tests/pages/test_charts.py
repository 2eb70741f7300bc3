"""Charts and maps: where things are drawn, and that nothing is said by the drawing alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages import Bar, BarChart, charts
from tests.pages.sample_pages import CHART, EAST, SQUARE, sample_pages


def chart(*values: int | None) -> BarChart:
    bars = [Bar(label=str(n), name=f"mois {n}", value=v, said=str(v)) for n, v in enumerate(values)]
    return BarChart(key="x", title="Titre", sentence="Phrase.", column="Nombre", bars=bars)


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**7)), min_size=1, max_size=24))
def test_bars_stand_on_the_floor_side_by_side_and_never_leave_the_room(
    values: list[int | None],
) -> None:
    drawn = chart(*values).drawn
    ends = [(each.left, each.left + each.width) for each in drawn]

    assert all(
        each.top + each.height == pytest.approx(charts.TOP_PX + charts.PLOT_PX, abs=0.2)
        for each in drawn
    )
    assert all(each.top >= charts.TOP_PX for each in drawn)
    assert all(0 <= start < end <= 100 for start, end in ends)
    assert all(one[1] < other[0] for one, other in pairwise(ends))


def test_heights_are_in_proportion_from_zero() -> None:
    one, two, none = chart(50, 100, 0).drawn

    assert two.height == pytest.approx(2 * one.height, abs=0.2)
    assert none.height == 0


@pytest.mark.parametrize(
    ("largest", "top"),
    [(0, 2), (1, 2), (7, 8), (11, 20), (412, 500), (1_240, 2_000), (2_001, 2_500)],
)
def test_the_scale_ends_at_a_round_number(largest: int, top: int) -> None:
    assert chart(largest).scale[0].number == top


def test_every_bar_says_its_name_and_value_and_stands_in_the_table() -> None:
    page = sample_pages()["charts"].replace("\xa0", " ")

    for bar in CHART.bars:
        assert f'aria-label="{bar.name} : {bar.said}"' in page
        assert f"<title>{bar.name} : {bar.said}</title>" in page
    assert page.count('tabindex="0"') == len(CHART.bars)
    assert page.count('role="rowheader"') == len(CHART.bars)


def test_a_hidden_bar_has_no_height_and_a_mark() -> None:
    page = sample_pages()["charts"]

    assert page.count("hidden-bar") == 1
    assert page.count(">?</text>") == 1


def test_a_territory_is_a_link_with_its_name_and_what_is_hidden_is_hatched() -> None:
    page = sample_pages()["charts"].replace("\xa0", " ")

    assert '<a href="/ahun" aria-label="Ahun : 3"><title>Ahun : 3</title>' in page
    assert page.count('fill="url(#offre-hachures)"') == 2  # the territory, and its class


def test_north_is_up() -> None:
    assert charts.svg_path([SQUARE]) == "M0.00 -0.00L10.00 -0.00L10.00 -10.00L0.00 -10.00Z"
    assert charts.view_box([SQUARE, EAST]) == "-1.00 -11.00 22.00 12.00"

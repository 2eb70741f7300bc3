"""The outlines as a map needs them, checked with shapely, which the room itself does without."""

from itertools import pairwise
from math import hypot
from typing import Any

import pytest
import shapely

import territory

AREAS_KM2 = {"23": 5_565, "19": 5_857, "03": 7_340}  # Insee
MAP_POINTS_MAX = 8_000  # of a département: what one page can carry


def shape(code: str) -> Any:
    """Rings filled by the even-odd rule, as a page fills them."""
    filled = shapely.Polygon()
    for ring in territory.outline(code):
        filled = shapely.symmetric_difference(filled, shapely.Polygon(ring))
    return filled


@pytest.fixture(scope="module")
def communes() -> dict[str, Any]:
    return {each.code: shape(each.code) for each in territory.communes()}


def test_every_ring_ends_where_it_begins() -> None:
    for each in territory.communes():
        rings = territory.outline(each.code)
        assert rings
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)


def test_every_outline_is_sound(communes: dict[str, Any]) -> None:
    assert len(communes) == 849
    assert all(shapely.is_valid(list(communes.values())))


def test_the_communes_cover_the_map_without_gap_or_overlap(communes: dict[str, Any]) -> None:
    assert shapely.coverage_is_valid(list(communes.values()))
    whole = shapely.coverage_union_all(list(communes.values()))
    assert [len(part.interiors) for part in shapely.get_parts(whole)] == [0]


def test_neighbours_share_the_very_points_of_their_border() -> None:
    gueret, sainte_feyre = (
        {frozenset(edge) for ring in territory.outline(code) for edge in pairwise(ring)}
        for code in ("23096", "23193")
    )
    length = sum(
        hypot(x - to_x, y - to_y) for (x, y), (to_x, to_y) in map(tuple, gueret & sainte_feyre)
    )
    assert length > 3


def test_a_centre_lies_inside_its_commune(communes: dict[str, Any]) -> None:
    for code, outline in communes.items():
        centre = territory.centre(code)
        assert centre is not None
        assert outline.contains(shapely.Point(territory.project(centre)))


@pytest.mark.parametrize(("department", "km2"), AREAS_KM2.items())
def test_a_departement_has_its_area_and_is_made_of_its_communes(
    department: str, km2: int, communes: dict[str, Any]
) -> None:
    whole = shape(department)
    parts = [each for code, each in communes.items() if code.startswith(department)]

    assert whole.area == pytest.approx(km2, rel=0.02)
    assert shapely.coverage_union_all(parts).equals_exact(whole, 1e-6, normalize=True)
    assert sum(shapely.get_num_coordinates(part) for part in parts) < MAP_POINTS_MAX * 1.25


def test_an_epci_is_made_of_its_communes(communes: dict[str, Any]) -> None:
    for epci in territory.epcis():
        members = [communes[each.code] for each in territory.communes() if each.epci == epci.siren]
        assert shape(epci.siren).area == pytest.approx(sum(each.area for each in members))


def test_the_outlines_are_of_today_with_what_the_last_mergers_took_in() -> None:
    assert shape("19248").area == pytest.approx(63.2, rel=0.03)  # Les Trois-Saints, Insee
    assert shape("23149").area > 45  # Parsac with Blaudeix
    assert territory.outline("23023") == ()


def test_a_former_code_has_the_centre_of_the_commune_of_today() -> None:
    assert territory.centre("23023") == territory.centre("23149")


@pytest.mark.parametrize("code", ["75056", "75", "000000000", ""])
def test_what_is_unknown_has_neither_outline_nor_centre(code: str) -> None:
    assert territory.outline(code) == ()
    assert territory.centre(code) is None


def test_the_map_is_in_kilometres_and_north_is_up() -> None:
    gueret, aubusson = territory.centre("23096"), territory.centre("23008")
    assert gueret is not None
    assert aubusson is not None
    (x, y), (to_x, to_y) = territory.project(gueret), territory.project(aubusson)

    assert to_x > x  # Aubusson is in the south-east of Guéret
    assert to_y < y
    straight = territory.straight_km("23096", "23008")
    assert hypot(to_x - x, to_y - y) == pytest.approx(straight, rel=0.01)

import pytest

import territory

GUERET, AUBUSSON, SOUTERRAINE, SAINT_VAURY = "23096", "23008", "23176", "23247"


# Kilometres by the usual road from town to town, as road maps give them, give or take two.
@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        pytest.param(GUERET, AUBUSSON, 42, id="Guéret-Aubusson"),
        pytest.param(GUERET, SOUTERRAINE, 35, id="Guéret-La Souterraine"),
        pytest.param(GUERET, "23030", 33, id="Guéret-Bourganeuf"),
        pytest.param(GUERET, "23031", 41, id="Guéret-Boussac"),
        pytest.param("19272", "19031", 28, id="Tulle-Brive"),
        pytest.param("19272", "19275", 60, id="Tulle-Ussel"),
        pytest.param("03185", "03190", 80, id="Montluçon-Moulins"),
        pytest.param("03190", "03310", 57, id="Moulins-Vichy"),
    ],
)
def test_an_estimate_is_within_a_quarter_of_the_road(one: str, other: str, km: int) -> None:
    assert territory.road_km(one, other) == pytest.approx(km, rel=0.25)


def test_a_distance_is_the_same_both_ways_and_nothing_to_oneself() -> None:
    assert territory.road_km(GUERET, AUBUSSON) == territory.road_km(AUBUSSON, GUERET)
    assert territory.road_km(GUERET, GUERET) == 0


def test_as_the_crow_flies_is_shorter_by_the_factor() -> None:
    straight = territory.straight_km(GUERET, AUBUSSON)
    assert straight is not None
    assert straight == pytest.approx(33, abs=1)
    assert territory.road_km(GUERET, AUBUSSON) == pytest.approx(straight * 1.3)


def test_a_degree_of_latitude_is_the_sphere_s() -> None:
    """Between two communes on nearly one meridian, the sphere alone decides."""
    north, south = territory.centre("23031"), territory.centre(AUBUSSON)
    assert north is not None
    assert south is not None
    degrees = north.latitude - south.latitude
    straight = territory.straight_km("23031", AUBUSSON)
    assert straight == pytest.approx(degrees * 111.195, rel=0.02)


def test_the_nearest_come_first_each_once_and_the_unknown_are_left_out() -> None:
    near = territory.nearest(SAINT_VAURY, [AUBUSSON, GUERET, "87085", SOUTERRAINE, GUERET])

    assert [each.code for each in near] == [GUERET, SOUTERRAINE, AUBUSSON]
    assert near[0].km == territory.road_km(SAINT_VAURY, GUERET)
    assert near == sorted(near, key=lambda each: each.km)


def test_the_nearest_may_be_limited() -> None:
    (only,) = territory.nearest(SAINT_VAURY, [AUBUSSON, GUERET], limit=1)
    assert only.code == GUERET


def test_a_former_code_is_measured_from_the_commune_of_today() -> None:
    assert territory.road_km("23121", GUERET) == territory.road_km("23109", GUERET)
    (near,) = territory.nearest(GUERET, ["23121"])
    assert near.code == "23121"


def test_from_nowhere_nothing_is_near() -> None:
    assert territory.road_km("87085", GUERET) is None
    assert territory.straight_km(GUERET, "") is None
    assert territory.nearest("87085", [GUERET]) == []

import pytest
from hypothesis import given
from hypothesis import strategies as st

import territory

NAMES_LETTERS_MIN = 5


@pytest.mark.parametrize(
    "written",
    [
        "Saint-Vaury",
        "saint vaury",
        "ST VAURY",
        "St-Vaury",
        "  st.  vaury ",
        "SAINT\N{EN DASH}VAURY",
    ],
)
def test_a_name_is_found_however_it_is_written(written: str) -> None:
    assert [each.code for each in territory.find(written)] == ["23247"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("GUERET", "23096"),
        ("benevent l abbaye", "23021"),
        ("Bénévent-l'Abbaye", "23021"),
        ("mercoeur", "19133"),
        ("Ste Feyre", "23193"),
        ("Chambon s/ Voueize", "23045"),
        ("beaulieu s/dordogne", "19019"),
    ],
)
def test_accents_apostrophes_and_ligatures_do_not_matter(written: str, code: str) -> None:
    assert [each.code for each in territory.find(written)] == [code]


def test_every_commune_is_found_by_its_own_name() -> None:
    for each in territory.communes():
        assert territory.find(each.name, each.department) == (each,)
        assert each in territory.find(each.name.upper())


def test_namesakes_are_all_found_and_the_departement_tells_them_apart() -> None:
    assert [each.code for each in territory.find("Naves")] == ["03194", "19146"]
    assert [each.code for each in territory.find("Naves", "19")] == ["19146"]
    assert territory.find("Naves", "23") == ()


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Malval", "23109"),
        ("MASBARAUD MERIGNAT", "23189"),
        ("Le Jardin", "19143"),
        ("St-Ybard", "19248"),
        ("Parsac-Rimondeix", "23149"),
    ],
)
def test_a_former_name_finds_the_commune_of_today(written: str, code: str) -> None:
    assert [each.code for each in territory.find(written)] == [code]
    assert territory.find(written, "03") == ()


def test_a_name_borne_today_is_not_taken_for_a_former_one() -> None:
    (found,) = territory.find("Beaulieu-sur-Dordogne")
    assert found.code == "19019"


@given(st.text())
def test_any_text_may_be_asked_and_only_a_few_are_suggested(written: str) -> None:
    assert len(territory.suggest(written)) <= 3


@given(st.data())
def test_a_name_with_one_wrong_letter_is_suggested(data: st.DataObject) -> None:
    names = [each.name for each in territory.communes() if len(each.name) >= NAMES_LETTERS_MIN]
    name = data.draw(st.sampled_from(names))
    at = data.draw(st.integers(min_value=0, max_value=len(name) - 1))
    written = name[:at] + "k" + name[at + 1 :]

    assert name in {each.name for each in territory.suggest(written)}


@pytest.mark.parametrize(
    ("written", "first"),
    [
        ("Brive", "Brive-la-Gaillarde"),
        ("Souterraine", "La Souterraine"),
        ("Souterraine (La)", "La Souterraine"),
        ("la souteraine", "La Souterraine"),
        ("Monluçon", "Montluçon"),
        ("gueret cedex", "Guéret"),
        ("Bourganeuff", "Bourganeuf"),
        ("Obusson", "Aubusson"),
        ("St Sulpice le Gueretois", "Saint-Sulpice-le-Guérétois"),
        ("Saint Etienne de Fursac", "Fursac"),
        ("Malvall", "Linard-Malval"),
    ],
)
def test_a_part_of_a_name_is_enough_to_suggest(written: str, first: str) -> None:
    assert territory.suggest(written)[0].name == first


@pytest.mark.parametrize("written", ["", "la", "sur", "xyz", "-", "x" * 10_000])
def test_what_is_nowhere_near_suggests_nothing(written: str) -> None:
    assert territory.suggest(written) == ()


def test_the_suggestions_are_limited_and_may_stay_in_one_departement() -> None:
    assert len(territory.suggest("Saint-Martin")) == 3
    assert len(territory.suggest("Saint-Martin", limit=1)) == 1
    assert {each.department for each in territory.suggest("Saint-Martin", "23")} == {"23"}


def test_a_misspelt_name_is_put_right() -> None:
    assert [each.code for each in territory.suggest(" St Vaurry ")] == ["23247"]

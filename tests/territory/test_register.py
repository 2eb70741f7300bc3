import pytest

import territory


@pytest.mark.parametrize(
    ("department", "communes", "inhabitants"),
    [("23", 255, 115_527), ("19", 277, 240_826), ("03", 317, 333_298)],
)
def test_a_departement_has_all_its_communes(
    department: str, communes: int, inhabitants: int
) -> None:
    found = territory.communes(department)

    assert len(found) == communes
    assert sum(each.population for each in found) == inhabitants
    assert {each.department for each in found} == {department}


def test_the_register_holds_the_three_departements_each_commune_once() -> None:
    codes = [each.code for each in territory.communes()]

    assert len(codes) == 849
    assert codes == sorted(set(codes))


def test_every_commune_has_an_epci_that_is_known_and_a_postcode() -> None:
    for each in territory.communes():
        assert territory.epci(each.epci) is not None
        assert each.postcodes
        assert all(len(code) == 5 and code.isdigit() for code in each.postcodes)


def test_every_epci_has_a_commune_here() -> None:
    assert {each.siren for each in territory.epcis()} == {e.epci for e in territory.communes()}
    assert len(territory.epcis()) == 31
    assert {each.kind for each in territory.epcis()} == {"CA", "CC"}


@pytest.mark.parametrize(
    ("code", "name", "postcode", "epci"),
    [
        ("23096", "Guéret", "23000", "CA du Grand Guéret"),
        ("23176", "La Souterraine", "23300", "CC du Pays Sostranien"),
        ("23008", "Aubusson", "23200", "CC Creuse Grand Sud"),
        ("19272", "Tulle", "19000", "CA Tulle Agglo"),
        ("19031", "Brive-la-Gaillarde", "19100", "CA du Bassin de Brive"),
        ("03190", "Moulins", "03000", "CA Moulins Communauté"),
        ("03185", "Montluçon", "03100", "CA Montluçon Communauté"),
    ],
)
def test_well_known_towns_are_where_they_are(
    code: str, name: str, postcode: str, epci: str
) -> None:
    town = territory.commune(code)

    assert town is not None
    assert town.name == name
    assert postcode in town.postcodes
    group = territory.epci(town.epci)
    assert group is not None
    assert group.name == epci


@pytest.mark.parametrize(
    "code", ["23121", "19092", "75056", "23000", "", "\N{FULLWIDTH DIGIT TWO}3096"]
)
def test_a_former_far_or_false_code_is_not_known(code: str) -> None:
    assert territory.commune(code) is None


def test_a_postcode_gives_all_its_communes() -> None:
    found = territory.by_postcode("23000")

    assert "Guéret" in {each.name for each in found}
    assert len(found) > 1
    assert territory.by_postcode(" 23 000 ") == found
    assert territory.by_postcode("75001") == ()


def test_every_commune_is_found_by_each_of_its_postcodes() -> None:
    for each in territory.communes():
        assert all(each in territory.by_postcode(code) for code in each.postcodes)


def test_an_unknown_epci_is_none() -> None:
    assert territory.epci("000000000") is None

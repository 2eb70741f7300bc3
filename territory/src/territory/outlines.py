"""Where communes lie: a centre each, and simplified outlines to draw a map of.

Neighbours share the very points of their border, so that a map has neither gaps nor overlaps; an
EPCI and a département are drawn from the same points. An EPCI ends where the three départements
end.
"""

from functools import cache
from itertools import accumulate
from math import cos, radians
from typing import Final

from territory.files import rows
from territory.history import today
from territory.places import Point

EARTH_RADIUS_KM: Final = 6371.0088
"""The mean radius (IUGG)."""

KM_PER_DEGREE: Final = EARTH_RADIUS_KM * radians(1)
"""Of latitude; a degree of longitude is shorter by the cosine of the latitude."""

ORIGIN: Final = Point(longitude=2.0, latitude=46.0)
"""Where the map has its zero, and is true to scale."""

UNITS_PER_DEGREE: Final = 10_000
"""Of `outlines.csv`: one unit is about ten metres."""

Ring = tuple[tuple[float, float], ...]


def centre(code: str) -> Point | None:
    """A point inside a commune: the centre of its area, where it lies inside.

    It is not its town hall. A former code gives the centre of the commune of today.
    """
    now = today(code)
    return None if now is None else _centres()[now.code]


def outline(code: str) -> tuple[Ring, ...]:
    """The rings of a commune, of an EPCI (by its SIREN) or of a département (« 23 »).

    Points are kilometres east and north of 2° E 46° N, as `project` makes them; a ring ends with
    its first point. Enclaves and parts apart are rings too: fill by the even-odd rule. Empty for
    an unknown code.
    """
    written = _written().get(code)
    return () if written is None else tuple(_ring(each) for each in written.split("|"))


def project(point: Point) -> tuple[float, float]:
    """Kilometres east and north of 2° E 46° N, on an equirectangular map true to scale at 46° N.

    Between 44.9° and 46.8° N widths are wrong by less than 2 %, heights not at all: a map to look
    at. Distances are measured on the sphere, by `territory.distances`.
    """
    return (
        (point.longitude - ORIGIN.longitude) * KM_PER_DEGREE * cos(radians(ORIGIN.latitude)),
        (point.latitude - ORIGIN.latitude) * KM_PER_DEGREE,
    )


def _ring(written: str) -> Ring:
    steps = [int(each) for each in written.split()]
    return tuple(
        project(Point(longitude=x / UNITS_PER_DEGREE, latitude=y / UNITS_PER_DEGREE))
        for x, y in zip(accumulate(steps[::2]), accumulate(steps[1::2]), strict=True)
    )


@cache
def _centres() -> dict[str, Point]:
    return {
        row["code"]: Point(longitude=float(row["longitude"]), latitude=float(row["latitude"]))
        for row in rows("centres.csv")
    }


@cache
def _written() -> dict[str, str]:
    return {row["code"]: row["rings"] for row in rows("outlines.csv")}

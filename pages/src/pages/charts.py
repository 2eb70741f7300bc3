"""Charts and maps as data: what `charts.html` draws as SVG, without script and without style.

Sizes across are shares of the room (%), sizes upwards are pixels: bars stretch with the page while
words keep the size of the page's text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Final

PLOT_PX: Final = 180
"""Height of the room for bars; the words above and below come on top of it."""

TOP_PX: Final = 24
_STEPS: Final = (1, 2, 2.5, 5, 10)
_FILLED: Final = 0.72  # of the width of a bar's room
_NUMBERS: Final = 10.0  # % on the left, where the numbers of the scale stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: `label` stands below it, `name` is its full name (« mars 2026 »).

    `said` is the value in words. Without a value nothing is drawn: `said` tells why.
    """

    label: str
    name: str
    value: int | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBar:
    """A bar in its place."""

    bar: Bar
    left: float
    width: float
    middle: float
    top: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the scale, and the number that stands on it."""

    y: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BarChart:
    """Bars from zero. `title` says the finding, `sentence` what is seen; `key` makes its ids."""

    key: str
    title: str
    sentence: str
    column: str
    bars: Sequence[Bar]
    row: str = "Mois"

    @property
    def drawn(self) -> tuple[DrawnBar, ...]:
        """Each bar in its place; a hidden one has its room and no height."""
        share = (100 - _NUMBERS) / max(len(self.bars), 1)
        return tuple(
            DrawnBar(
                bar=bar,
                left=round(_NUMBERS + (index + (1 - _FILLED) / 2) * share, 3),
                width=round(_FILLED * share, 3),
                middle=round(_NUMBERS + (index + 0.5) * share, 3),
                top=self._y(bar.value or 0),
                height=round(TOP_PX + PLOT_PX - self._y(bar.value or 0), 1),
            )
            for index, bar in enumerate(self.bars)
        )

    @property
    def scale(self) -> tuple[Line, ...]:
        """A line at the top of the scale and one half-way, of round numbers."""
        half = self._top / 2
        numbers = [self._top, half] if half == int(half) else [self._top]
        return tuple(Line(y=self._y(number), number=int(number)) for number in numbers)

    @property
    def floor(self) -> int:
        """Where the bars stand."""
        return TOP_PX + PLOT_PX

    @property
    def _top(self) -> int:
        return _round_up(max((bar.value or 0 for bar in self.bars), default=0))

    def _y(self, value: float) -> float:
        return round(TOP_PX + PLOT_PX * (1 - max(value, 0) / self._top), 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A territory on a map. `path` is the `d` of an SVG path, `said` what a pointer is told.

    `level` is 0 (nothing) to 4; None hatches it: its number is hidden.
    """

    path: str
    said: str
    href: str
    level: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of a map: its level and its bounds in words."""

    level: int | None
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choropleth:
    """A map in at most five classes; the table beside it is the page's own."""

    key: str
    title: str
    sentence: str
    view_box: str
    shapes: Sequence[Shape]
    classes: Sequence[Class] = field(default_factory=tuple)


def svg_path(rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    """The `d` of closed rings of (east, north); an SVG counts downwards."""
    return "".join(
        "M" + "L".join(f"{east:.2f} {-north:.2f}" for east, north in ring[:-1]) + "Z"
        for ring in rings
    )


def view_box(rings: Sequence[Sequence[tuple[float, float]]], *, margin: float = 1) -> str:
    """The `viewBox` in which such rings lie.

    Raises:
        ValueError: there is no ring.
    """
    points = [point for ring in rings for point in ring]
    west, east = min(each[0] for each in points), max(each[0] for each in points)
    south, north = min(each[1] for each in points), max(each[1] for each in points)
    left, top = west - margin, -north - margin
    width, height = east - west + 2 * margin, north - south + 2 * margin
    return f"{left:.2f} {top:.2f} {width:.2f} {height:.2f}"


def _round_up(value: int) -> int:
    """The next round number: 1, 2, 2.5 or 5 times a power of ten, and whole."""
    if value < _STEPS[-1]:
        return max(value + value % 2, 2)
    power = int(10 ** floor(log10(value)))
    return next(ceil(step * power) for step in _STEPS if step * power >= value)

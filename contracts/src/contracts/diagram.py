"""A journey drawn as SVG: a row per message, from who writes it to all who read it.

Nothing in it is drawn by hand: the writers come from the catalogue, the readers from the services'
own tables, and what is told on to organisations from the catalogue's list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from contracts import catalogue
from contracts.intents.intent import Intent
from contracts.journeys import Journey
from contracts.message import Message
from contracts.readers import Reads, readers_of

ORGANISATIONS: Final = "organisations"
LANES: Final = (ORGANISATIONS, "partners", "referrals", "scheduling", "vouchers", "reporting")

_LEFT: Final = 256
_LANE: Final = 116
_TOP: Final = 64
_ROW: Final = 36
_WIDTH: Final = _LEFT + _LANE * len(LANES)
_STYLE: Final = """\
    .paper { fill: #FBFAF7 } .ink { fill: #1E2328 } .quiet { fill: #5B564E }
    .lane { stroke: #C9C4BA } .way { stroke: #1F5C4A; stroke-width: 2 } .tip, .dot { fill: #1F5C4A }
    .told { stroke: #3B4A5A; stroke-width: 2; stroke-dasharray: 5 4 } .answer { fill: #3B4A5A }
    .name { font-weight: 600; text-anchor: middle }
    .code { font-family: ui-monospace, monospace; font-size: 13px }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #16191C } .ink { fill: #E8E6E1 } .quiet { fill: #A9A59C }
      .lane { stroke: #3A4148 } .way { stroke: #7CC7AE } .tip, .dot { fill: #7CC7AE }
      .told { stroke: #C3CFDA } .answer { fill: #C3CFDA }
    }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One message on its way; `told_on` is whether partners' doors tell it to organisations."""

    label: str
    writer: str
    readers: tuple[str, ...]
    told_on: bool

    def sentence(self) -> str:
        """The same in words, for whoever cannot see the drawing."""
        on = "; told on to organisations" if self.told_on else ""
        return f"{self.label}: {self.writer} to {', '.join(self.readers)}{on}."


def rows(journey: Journey, tables: Mapping[str, Reads]) -> list[Row]:
    """The messages of the journey, each with who writes and who reads it."""
    return [_row(each, tables) for each in journey.steps]


def svg(journey: Journey, tables: Mapping[str, Reads]) -> str:
    """The whole drawing.

    Args:
        journey: What is drawn.
        tables: What each service reads.
    """
    drawn = rows(journey, tables)
    height = _TOP + _ROW * len(drawn) + 12
    words = " ".join(each.sentence() for each in drawn)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'aria-labelledby="t d" font-family="system-ui, sans-serif" font-size="15">'
    )
    parts = [
        head,
        "<!-- Drawn by `make contracts`. Do not edit. -->",
        f'  <title id="t">{escape(journey.title)}</title>',
        f'  <desc id="d">{escape(words)}</desc>',
        f"  <style>\n{_STYLE}  </style>",
        f'  <rect class="paper" width="{_WIDTH}" height="{height}" rx="8"/>',
        *_lanes(height),
        *(line for at, each in enumerate(drawn) for line in _drawn(each, _TOP + _ROW * at)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _row(message: type[Message], tables: Mapping[str, Reads]) -> Row:
    label = message.type.removeprefix("maillage.").removesuffix(".v1")
    readers = set(readers_of(message.type, catalogue.topics_of(message), tables))
    (writer,) = catalogue.writers_of(message)
    if issubclass(message, Intent):
        # Taken in by partners, which puts it before its owner.
        writer, readers = ORGANISATIONS, {writer, *readers}
    return Row(
        label=label,
        writer=writer,
        readers=tuple(lane for lane in LANES if lane in readers),
        told_on=message in catalogue.OUTGOING,
    )


def _lanes(height: int) -> Iterable[str]:
    for lane in LANES:
        x = _x(lane)
        yield f'  <text class="ink name" x="{x}" y="30">{lane}</text>'
        yield f'  <line class="lane" x1="{x}" y1="44" x2="{x}" y2="{height - 12}"/>'


def _drawn(row: Row, y: int) -> Iterable[str]:
    tone = "quiet" if row.writer == ORGANISATIONS else "ink"
    yield f'  <text class="{tone} code" x="24" y="{y + 5}">{escape(row.label)}</text>'
    start = _x(row.writer)
    ends = [_x(each) for each in row.readers]
    first, last = min(start, *ends), max(start, *ends)
    yield f'  <line class="way" x1="{first}" y1="{y}" x2="{last}" y2="{y}"/>'
    yield f'  <circle class="dot" cx="{start}" cy="{y}" r="5"/>'
    yield from (_tip("tip", end, y, rightwards=end > start) for end in ends)
    if row.told_on:
        far, near = _x(ORGANISATIONS), _x("partners")
        yield f'  <line class="told" x1="{far}" y1="{y}" x2="{near - 12}" y2="{y}"/>'
        yield _tip("answer", far, y, rightwards=False)


def _tip(kind: str, x: int, y: int, *, rightwards: bool) -> str:
    back = x - 10 if rightwards else x + 10
    return f'  <path class="{kind}" d="M{back} {y - 6} {x} {y} {back} {y + 6}Z"/>'


def _x(lane: str) -> int:
    return _LEFT + _LANE * LANES.index(lane) + _LANE // 2

"""Reads the founding data of a département: two TOML files each, beside this module."""

import tomllib
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any, Final

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation, as partners' door takes it."""

    slug: str
    name: str
    kind: str
    commune: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Someone who signs in. `shows` says in French what there is to see as this person."""

    login: str
    organisation: str
    name: str
    roles: list[str]
    shows: str = ""
    service: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of an organisation that holds a credential, known to `maillage token NAME`."""

    name: str
    organisation: str
    roles: list[str]
    scopes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A time of the week, in Paris; `parity` is 0 for even ISO weeks, 1 for odd, None for all."""

    weekday: int
    starts: time
    ends: time
    parity: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Hours":
        """From « odd tue 14:00-16:00 ». Raises ValueError."""
        *parity, weekday, span = text.split()
        starts, ends = (time.fromisoformat(each) for each in span.split("-"))
        return cls(
            weekday=WEEKDAYS.index(weekday),
            starts=starts,
            ends=ends,
            parity=("even", "odd").index(parity[0]) if parity else None,
        )

    def falls_on(self, day: date) -> bool:
        """Whether that day is one of its days."""
        week = day.isocalendar()
        return week.weekday == self.weekday + 1 and self.parity in {None, week.week % 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place, as scheduling's door takes it; and when one is helped there in an ordinary week."""

    reference: str
    organisation: str
    name: str
    kind: str
    commune: str
    online_booking: bool = False
    address: str | None = None
    access: str | None = None
    accepts_vouchers: bool = False
    opens: tuple[Hours, ...] = ()
    workshops: tuple[Hours, ...] = ()

    @property
    def mediator(self) -> str | None:
        """The work name of who holds its workshops and appointments, under the same reference."""
        return f"Conseiller numérique, {self.name}" if self.workshops else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A programme of vouchers: its funders' parts, and the booklets of its first order."""

    name: str
    denomination_cents: int
    booklet_size: int
    buyer: str
    funders: dict[str, int] = field(default_factory=dict)
    stocks: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """All of it, in the order in which it is entered."""

    organisations: list[Organisation]
    colleagues: list[Colleague]
    programs: list[Program]
    places: list[Place]
    programme: Programme


def founding(department: str) -> Founding:
    """The founding data of the département with that INSEE code."""
    people, offer = _read(f"{department}.toml"), _read(f"{department}-offer.toml")
    return Founding(
        organisations=[Organisation(**one) for one in people["organisation"]],
        colleagues=[Colleague(**one) for one in people["colleague"]],
        programs=[Program(**one) for one in people["program"]],
        places=[_place(one) for one in offer["place"]],
        programme=_programme(offer["programme"]),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _place(written: dict[str, Any]) -> Place:
    for name in ("opens", "workshops"):
        written[name] = tuple(Hours.parse(each) for each in written.get(name, ()))
    return Place(**written)


def _programme(written: dict[str, Any]) -> Programme:
    funders, stocks = written.pop("funder"), written.pop("stock")
    return Programme(
        **written,
        funders={one["organisation"]: one["parts"] for one in funders},
        stocks={one["organisation"]: one["booklets"] for one in stocks},
    )

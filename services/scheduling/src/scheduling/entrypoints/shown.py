"""How sessions and bookings are said on a page: words, chips, days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

import pages
import territory
from contracts.codes import (
    AttendanceStatus,
    BookingCancellation,
    Code,
    Level,
    Need,
    SessionCancellation,
    SessionKind,
)
from pages import Step
from scheduling.domain.bookings import State
from scheduling.storage import reading
from scheduling.storage.reading import Line, Seat

PARIS: Final = ZoneInfo("Europe/Paris")
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    word: str
    tone: Literal["neutral", "done", "watch", "late"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of a week with what is held on it."""

    day: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week of a place in French days; `start` is its Monday."""

    start: date

    @property
    def parity(self) -> str:
        """The bus comes on even or odd weeks: people count in them."""
        return "paire" if self.start.isocalendar().week % 2 == 0 else "impaire"

    @property
    def before(self) -> date:
        return self.start - WEEK

    @property
    def after(self) -> date:
        return self.start + WEEK

    @property
    def begins_at(self) -> datetime:
        return midnight(self.start)

    @property
    def ends_at(self) -> datetime:
        return midnight(self.after)

    def days(self, lines: list[Line]) -> list[Day]:
        """The days on which something is held."""
        by_day: dict[date, list[Line]] = {}
        for line in lines:
            by_day.setdefault(line.starts_at.astimezone(PARIS).date(), []).append(line)
        return [Day(day=day, lines=tuple(held)) for day, held in by_day.items()]


def week_of(day: date) -> Week:
    """The week in which the day lies."""
    return Week(start=day - timedelta(days=day.weekday()))


def midnight(day: date) -> datetime:
    """When the day begins in France."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS)


def label(codes: type[Code], value: str | None, missing: str = "") -> str:
    """The French label; a code that we do not know is shown as it is."""
    found = next((each for each in codes if each.value == value), None)
    return (value or missing) if found is None else found.label


def options(codes: type[Code]) -> list[tuple[str, str]]:
    """Codes and labels for a form."""
    return [(code.value, code.label) for code in codes]


def title(line: Line) -> str:
    """« Atelier : Utiliser une boîte de courriel »."""
    return f"{label(SessionKind, line.kind)} : {label(Need, line.need)}"


def hours(line: Line) -> str:
    """« 14 h à 16 h »."""
    return f"{pages.french.hour(line.starts_at)} à {pages.french.hour(line.ends_at)}"


def rendez_vous(line: Line) -> list[tuple[str, str]]:
    """What the person needs to come: when, where, how to get in."""
    said = (
        ("Quand", f"{pages.french.day(line.starts_at)}, {hours(line)}"),
        ("Lieu", line.place_name),
        ("Adresse", line.address),
        ("Commune", town(line.commune)),
        ("Accès", line.access),
        ("Avec", held_by(line)),
    )
    return [(term, value) for term, value in said if value]


def held_by(line: Line) -> str:
    """With whom: a work name, or the organisation's."""
    return line.mediator or line.organisation_name


def seats_chip(line: Line) -> Chip:
    """What is left of a session."""
    if line.cancelled_reason is not None:
        return Chip(word="Annulée", tone="late")
    if line.free == 0:
        return Chip(word="Complète", tone="done")
    return Chip(word=pages.french.count(line.free, "place libre", "places libres"), tone="neutral")


def state_chip(state: State) -> Chip:
    """Where a booking stands."""
    return {
        State.CONFIRMED: Chip(word="Attendue", tone="neutral"),
        State.CANCELLED: Chip(word="Annulée", tone="late"),
        State.SEEN: Chip(word="Venue", tone="done"),
        State.MISSED: Chip(word="N'a pas pu venir", tone="watch"),
        State.EXCUSED: Chip(word="Excusée", tone="watch"),
    }[state]


def code_of(seat: Seat) -> str:
    """By which the people at the desk speak of someone: names are looked up at referrals alone."""
    return seat.person.hex[-6:].upper()


def town(code: str) -> str:
    """The name of a commune."""
    found = territory.commune(code)
    return code if found is None else found.name


def level_of(line: Line) -> str:
    """For whom it is."""
    return label(Level, line.level, "Tous niveaux")


def timeline(steps: list[reading.Step]) -> list[Step]:
    """What happened to a booking, as the component shows it."""
    return [
        Step(
            key=str(number),
            title="Réservation" if step.state is State.CONFIRMED else _said(step.state),
            state_word=state_chip(step.state).word,
            tone=state_chip(step.state).tone,
            at=step.happened_at,
            by=None,
            detail=_detail(step),
        )
        for number, step in enumerate(steps, start=1)
    ]


def cancelled_because(line: Line) -> str:
    """Why a session is not held."""
    return label(SessionCancellation, line.cancelled_reason)


def _said(state: State) -> str:
    return "Annulation" if state is State.CANCELLED else "Présence"


def _detail(step: reading.Step) -> str | None:
    if step.state is State.CANCELLED:
        return label(BookingCancellation, step.code)
    said = [label(Need, topic) for topic in step.topics]
    if step.minutes is not None:
        said.append(f"{step.minutes} min")
    if step.title_presented:
        said.append("chèque remis")
    return " · ".join(said) or None


STATUSES: Final = options(AttendanceStatus)

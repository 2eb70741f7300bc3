"""What the places offer in the year: workshops with their seats, hours in which one is received."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from contracts.codes import Level, Need, SessionKind
from maillage.founding.data import Hours, Place
from maillage.scenario.calendar import closed, days, instant
from maillage.scenario.customs import Size
from maillage.scenario.dice import Dice
from maillage.scenario.happenings import Cited, Known, Said

SEATS: Final = {6: 5.0, 5: 2.0, 4: 1.0}
THEMES: Final = {
    Need.EMAIL: 4.0,
    Need.ONLINE_PROCEDURES: 4.0,
    Need.DEVICE_FIRST_STEPS: 3.0,
    Need.BROWSING: 2.0,
    Need.OFFICE_SOFTWARE: 2.0,
    Need.SECURITY: 2.0,
    Need.HEALTH: 1.0,
}
LEVELS: Final = {Level.BEGINNER: 6.0, Level.INTERMEDIATE: 3.0, Level.ADVANCED: 1.0}
ANNOUNCED: Final = timedelta(days=28)
ALONE: Final = timedelta(minutes=60)


@dataclass(slots=True, kw_only=True)
class Session:
    """A session as it is offered, and who sits in it."""

    id: str
    place: Place
    need: Need
    level: Level | None
    starts_at: datetime
    ends_at: datetime
    capacity: int
    declared_at: datetime
    people: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        return len(self.people) >= self.capacity

    @property
    def _mediator(self) -> Cited:
        return Cited(Known.MEDIATOR, self.place.reference)

    def declared(self) -> Said:
        """The intent that announces it."""
        alone = self.capacity == 1
        return Said(
            id=self.id,
            at=self.declared_at,
            organisation=self.place.organisation,
            kind="session.declared",
            data={
                "place": Cited(Known.PLACE, self.place.reference),
                "kind": SessionKind.ONE_TO_ONE if alone else SessionKind.WORKSHOP,
                "starts_at": self.starts_at.isoformat(),
                "ends_at": self.ends_at.isoformat(),
                "need": self.need,
                **({"level": self.level} if self.level else {}),
                **({"mediator": self._mediator} if self.place.mediator else {}),
                "capacity": self.capacity,
                "direct_booking": self.place.online_booking and not alone,
            },
        )


@dataclass(frozen=True, slots=True)
class Opening:
    """One time at which a place is open, without appointment."""

    place: Place
    starts_at: datetime
    ends_at: datetime


class Timetable:
    """The year's workshops and openings, and the appointments made in these."""

    def __init__(self, places: Sequence[Place], *, seed: str, year: int, size: Size) -> None:
        self._seed = seed
        first, last = date(year, size.months[0], 1), date(year, 12, 31)
        self._days = [day for day in days(first, last) if not closed(day)]
        self._openings = {one.reference: list(self._opening_times(one)) for one in places}
        dice = Dice(f"{seed} workshops")
        self.workshops: dict[str, list[Session]] = {
            one.reference: list(self._workshops_of(one, dice, size)) for one in places
        }
        self.alone: list[Session] = []
        self._taken: set[tuple[str, datetime]] = set()

    def openings(self) -> Iterator[Opening]:
        """Every opening of every place."""
        for each in self._openings.values():
            yield from each

    def workshop(
        self, place: Place, *, person: str, after: datetime, within: timedelta
    ) -> Session | None:
        """The place's next workshop with a seat for the person."""
        for one in self.workshops[place.reference]:
            if one.starts_at > after + within:
                return None
            if one.starts_at > after and not one.full and person not in one.people:
                return one
        return None

    def appointment(
        self, place: Place, need: Need, *, after: datetime, within: timedelta
    ) -> Session | None:
        """A fresh appointment in the place's next opening that has an hour left."""
        for opening in self._openings[place.reference]:
            if opening.starts_at > after + within:
                return None
            if opening.starts_at <= after:
                continue
            starts = opening.starts_at
            while starts + ALONE <= opening.ends_at:
                if (place.organisation, starts) not in self._taken:
                    return self._alone(place, need, starts, declared_at=after)
                starts += ALONE
        return None

    def _alone(
        self, place: Place, need: Need, starts: datetime, *, declared_at: datetime
    ) -> Session:
        self._taken.add((place.organisation, starts))
        one = Session(
            id=f"{self._seed}-rdv{len(self.alone):04}",
            place=place,
            need=need,
            level=None,
            starts_at=starts,
            ends_at=starts + ALONE,
            capacity=1,
            declared_at=declared_at,
        )
        self.alone.append(one)
        return one

    def _opening_times(self, place: Place) -> Iterator[Opening]:
        for day in self._days:
            for hours in place.opens:
                if hours.falls_on(day):
                    yield Opening(place, *_span(day, hours))

    def _workshops_of(self, place: Place, dice: Dice, size: Size) -> Iterator[Session]:
        number = 0
        for day in self._days:
            for hours in place.workshops:
                if not hours.falls_on(day) or not dice.chance(size.rooms):
                    continue
                starts, ends = _span(day, hours)
                announced = instant((starts - ANNOUNCED).date(), time(9, number % 60))
                yield Session(
                    id=f"{self._seed}-{place.reference}-{number:03}",
                    place=place,
                    need=dice.one(THEMES),
                    level=dice.one(LEVELS),
                    starts_at=starts,
                    ends_at=ends,
                    capacity=dice.one(SEATS),
                    declared_at=max(announced, instant(self._days[0], time(8))),
                )
                number += 1


def _span(day: date, hours: Hours) -> tuple[datetime, datetime]:
    return instant(day, hours.starts), instant(day, hours.ends)

"""Help without a referral: people who come in when a place is open, or sign up for a workshop."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from contracts.codes import birth_band
from maillage.founding.data import Place
from maillage.scenario import customs
from maillage.scenario.customs import Size
from maillage.scenario.dice import Dice
from maillage.scenario.ground import around, inhabitants
from maillage.scenario.happenings import Cited, Known, Said
from maillage.scenario.referred import presence
from maillage.scenario.timetable import Opening, Session, Timetable

TROUBLES_VISITS: Final = 40
WITHOUT_COMMUNE, WITHOUT_AGE, TWO_TOPICS, MISSED = 0.12, 0.1, 0.25, 0.15
THEME_KINDS: Final = frozenset({"library", "town_hall", "social_centre"})


def visits(timetable: Timetable, *, seed: str, size: Size) -> Iterator[Said]:
    """Visits without appointment, as many as the size says."""
    dice = Dice(f"{seed} visits")
    openings = sorted(timetable.openings(), key=_order)
    themed = _troubles(openings, dice, size)
    weights = {each: _pull(each) for each in openings}
    ordinary = size.visits - sum(themed.values())
    crowd = [(each, False) for each in dice.several(weights, ordinary)]
    crowd += [(each, True) for each, count in themed.items() for _ in range(count)]
    for number, (opening, troubles) in enumerate(crowd):
        yield _visit(dice, opening, f"{seed}-v{number:04}", troubles=troubles)


def walk_ins(timetable: Timetable, *, seed: str, size: Size) -> Iterator[Said]:
    """Seats in workshops for people whom nobody referred: they rang, or asked at the desk."""
    dice = Dice(f"{seed} walk-ins")
    every = [one for each in timetable.workshops.values() for one in each]
    for number in range(size.walk_ins):
        free = [one for one in every if not one.full]
        session = dice.any(free)
        name = f"{seed}-w{number:04}"
        session.people.add(name)
        yield from _walk_in(dice, session, name)


def called_off(timetable: Timetable, *, seed: str) -> Iterator[Said]:
    """Workshops in which nobody sits are cancelled the day before, most of them."""
    dice = Dice(f"{seed} called off")
    for each in timetable.workshops.values():
        for one in each:
            at = one.starts_at - timedelta(hours=18)
            if not one.people and at > one.declared_at and dice.chance(0.7):
                yield Said(
                    id=f"{one.id}-off",
                    at=at,
                    organisation=one.place.organisation,
                    kind="session.cancelled",
                    data={"session": Cited(Known.SUBJECT, one.id), "reason": "too_few"},
                )


def _order(opening: Opening) -> tuple[datetime, str]:
    return opening.starts_at, opening.place.reference


def _pull(opening: Opening) -> float:
    """How many come: a small town's place is emptier, not in proportion."""
    place = opening.place
    people = inhabitants(place.commune[:2])[place.commune]
    hours = (opening.ends_at - opening.starts_at).total_seconds() / 3600
    return float(people**0.4 * hours * customs.MONTHS[opening.starts_at.month - 1])


def _troubles(openings: Sequence[Opening], dice: Dice, size: Size) -> Mapping[Opening, int]:
    """The « Petits tracas » days, spread over the year and over the places."""
    fitting = [each for each in openings if each.place.kind in THEME_KINDS]
    share = len(fitting) // size.troubles
    chosen = [dice.any(fitting[part * share : (part + 1) * share]) for part in range(size.troubles)]
    each = min(TROUBLES_VISITS, size.visits // (4 * size.troubles))
    return dict.fromkeys(chosen, each)


def _visit(dice: Dice, opening: Opening, number: str, *, troubles: bool) -> Said:
    minutes = int((opening.ends_at - opening.starts_at).total_seconds() // 60)
    topics = dice.several(
        customs.TROUBLES if troubles else customs.VISIT_TOPICS, 1 + dice.chance(TWO_TOPICS)
    )
    who = _somebody(dice, opening.place)
    return Said(
        id=number,
        at=opening.starts_at + timedelta(minutes=dice.whole(5, minutes), seconds=dice.whole(0, 59)),
        organisation=opening.place.organisation,
        kind="visit.recorded",
        data={
            "place": Cited(Known.PLACE, opening.place.reference),
            "minutes": dice.whole(5, 20) if troubles else dice.whole(10, 50),
            "topics": sorted(set(topics)),
            "autonomy": dice.one(customs.AUTONOMIES),
            **({"anonymous": who} if who else {}),
        },
    )


def _somebody(dice: Dice, place: Place) -> Mapping[str, Any]:
    commune, born = dice.one(around(place.commune)), _born(dice)
    told = {"commune": commune} if not dice.chance(WITHOUT_COMMUNE) else {}
    if not dice.chance(WITHOUT_AGE):
        told["birth_band"] = birth_band(born)
    return told


def _walk_in(dice: Dice, session: Session, name: str) -> Iterator[Said]:
    host = session.place.organisation
    asked_at = max(
        session.starts_at - timedelta(days=dice.whole(1, 20), minutes=dice.whole(0, 240)),
        session.declared_at + timedelta(minutes=10),
    )
    commune = dice.one(around(session.place.commune))
    yield Said(
        id=name,
        at=asked_at,
        organisation=host,
        kind="booking.requested",
        data={
            "session": Cited(Known.SUBJECT, session.id),
            "anonymous": {"commune": commune, "birth_band": birth_band(_born(dice))},
        },
    )
    yield Said(
        id=f"{name}-here",
        at=session.starts_at + timedelta(minutes=dice.whole(10, 50)),
        organisation=host,
        kind="attendance.recorded",
        data=presence(dice, session, name, came=not dice.chance(MISSED)),
    )


def _born(dice: Dice) -> int:
    return dice.one(customs.VISITORS_BORN) + dice.whole(0, 9)

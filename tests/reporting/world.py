"""A year of a department as others' facts: what pages must bear, in number and in variety."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import territory
from chassis.events import Event
from contracts.codes import AttendanceStatus, Outcome, RefusalReason
from tests.reporting.activity import EUROPE, STATE, Booklet, Place, Seat, Session
from tests.reporting.telling import (
    CAF,
    MAIRIE,
    NAMES,
    TELA,
    Referral,
    named,
    organisation,
)

TOWNS = ("23096", "23176", "23008", "23030", "23031", "23001", "23067", "23247", "23093", "23076")
STATUSES = (
    *((AttendanceStatus.SEEN,) * 7),
    *(AttendanceStatus.MISSED, AttendanceStatus.MISSED, AttendanceStatus.EXCUSED),
)
FIRST = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)


def a_year(
    *, referrals: int = 1_200, visits: int = 4_000, sessions: int = 700, seed: int = 23
) -> Iterator[Event]:
    """From December 2025 to the middle of November 2026; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - invented people, not secrets
    NAMES.update({STATE: "État", EUROPE: "Fonds social européen"})
    for each in (CAF, TELA, MAIRIE, STATE, EUROPE):
        yield from organisation(each, at=FIRST)
    places = [Place(f"Lieu {number}", TOWNS[number % len(TOWNS)]) for number in range(14)]
    yield from (place.registered(FIRST) for place in places)
    homes = [each.code for each in territory.communes("23")]
    weights = [each.population for each in territory.communes("23")]
    for number in range(referrals):
        yield from _referral(chance, number, chance.choices(homes, weights)[0])
    for number in range(visits):
        # A third of the places see most people, as towns do.
        place = places[min(chance.randrange(14), chance.randrange(14))]
        known = named(f"known-{chance.randrange(600)}") if chance.random() < 0.2 else None
        yield place.visited(str(number), _some_day(chance), person=known)
    for number in range(sessions):
        yield from _session(chance, number, places)


def _some_day(chance: random.Random) -> datetime:
    return FIRST + timedelta(days=chance.randrange(348), hours=chance.randrange(8))


def _referral(chance: random.Random, number: int, home: str) -> Iterator[Event]:
    referral, sent = Referral(f"world-{number}", commune=home), _some_day(chance)
    yield referral.sent(sent)
    answer = sent + timedelta(days=chance.randrange(9), hours=2)
    fate = chance.random()
    if fate < 0.7:
        yield referral.accepted(TELA, answer)
        if fate < 0.5:
            yield referral.completed(
                TELA, answer + timedelta(days=20), chance.choice(list(Outcome))
            )
    elif fate < 0.85:
        yield referral.refused(TELA, answer, chance.choice(list(RefusalReason)))


def _session(chance: random.Random, number: int, places: list[Place]) -> Iterator[Event]:
    session = Session(f"world-{number}", chance.choice(places), _some_day(chance))
    yield session.scheduled()
    if chance.random() < 0.05:
        yield session.cancelled()
        return
    for rank in range(chance.randrange(1, 7)):
        seat = Seat(session, named(f"seat-{number}-{rank}-{chance.randrange(900)}"))
        yield seat.booked()
        status = chance.choice(STATUSES)
        yield seat.recorded(status)
        if chance.random() < 0.5:
            yield from _paid(chance, seat, status, f"{number}-{rank}")


def _paid(
    chance: random.Random, seat: Seat, status: AttendanceStatus, name: str
) -> Iterator[Event]:
    booklet = Booklet(name, seat)
    yield booklet.issued(seat.session.starts_at - timedelta(days=9))
    yield booklet.held()
    if status is not AttendanceStatus.SEEN:
        yield booklet.released()
        return
    yield booklet.redeemed()
    if chance.random() < 0.8:
        yield booklet.settled(seat.session.starts_at + timedelta(days=25))

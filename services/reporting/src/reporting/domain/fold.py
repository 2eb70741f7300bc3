"""The fold: facts in, what the figures need out.

Everything kept is a sum, an earliest or a latest-by-number, so any order, any split into batches
and any rebuild give the same result. The tables are merged by the same three rules.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import NamedTuple, TypeVar, assert_never
from uuid import UUID

from reporting.domain.facts import (
    Fact,
    OrganisationNamed,
    OrganisationStands,
    PersonRegistered,
    PlaceClosed,
    PlaceDescribed,
    ReferralAccepted,
    ReferralCompleted,
    ReferralRedirected,
    ReferralRefused,
    ReferralSent,
    SeatStands,
    SeatStatus,
    SessionCancelled,
    SessionScheduled,
    Status,
    Step,
    TitlesMoved,
    VisitRecorded,
)
from reporting.domain.figures import Cell, counted_in

Row = TypeVar("Row")


class Sending(NamedTuple):
    """When a referral was sent; the event's id decides between equal instants."""

    at: datetime
    event: str
    sender: UUID
    commune: str


class Answer(NamedTuple):
    """When a referral was answered."""

    at: datetime
    event: str


class Name(NamedTuple):
    """What an organisation is called from its fact number `sequence` on."""

    sequence: int
    name: str


class Standing(NamedTuple):
    """Where an organisation stands from its fact number `sequence` on."""

    sequence: int
    status: Status
    event: str


class Place(NamedTuple):
    """What a place is from its fact number `sequence` on."""

    sequence: int
    event: str
    organisation: UUID
    name: str
    kind: str
    commune: str


class Closing(NamedTuple):
    """When a place closed."""

    at: datetime
    event: str


class Session(NamedTuple):
    """A session as it was planned."""

    event: str
    place: UUID
    kind: str
    starts_at: datetime
    capacity: int


class Seat(NamedTuple):
    """What became of a seat, from the fact number `sequence` of its booking on."""

    sequence: int
    event: str
    session: UUID
    person: UUID
    status: SeatStatus


class Visit(NamedTuple):
    """Someone who came without appointment."""

    event: str
    at: datetime
    place: UUID
    person: UUID | None


class Titles(NamedTuple):
    """A step of some titles of payment."""

    step: Step
    at: datetime
    programme: UUID
    place: UUID | None
    number: int
    cents: int


class Share(NamedTuple):
    """What a funder bears of a step: the event that took it, and the funder."""

    event: str
    funder: UUID


@dataclass(slots=True)
class Fold:
    """What a set of facts adds up to.

    Sendings and answers are kept apart by referral because either may be learnt first, and an
    earlier answer after a later one.
    """

    cells: Counter[Cell] = field(default_factory=Counter)
    sendings: dict[UUID, Sending] = field(default_factory=dict)
    answers: dict[UUID, Answer] = field(default_factory=dict)
    names: dict[UUID, Name] = field(default_factory=dict)
    standings: dict[UUID, Standing] = field(default_factory=dict)
    places: dict[UUID, Place] = field(default_factory=dict)
    closings: dict[UUID, Closing] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    cancellations: dict[UUID, str] = field(default_factory=dict)
    seats: dict[UUID, Seat] = field(default_factory=dict)
    visits: dict[UUID, Visit] = field(default_factory=dict)
    titles: dict[str, Titles] = field(default_factory=dict)
    shares: dict[Share, int] = field(default_factory=dict)

    def learn(self, fact: Fact) -> None:
        """Add one fact; the caller sees to it that each fact comes once."""
        for cell in counted_in(fact):
            self.cells[cell] += 1
        match fact:
            case (
                ReferralSent()
                | ReferralAccepted()
                | ReferralRefused()
                | ReferralCompleted()
                | ReferralRedirected()
                | PersonRegistered()
            ):
                self._learn_referral(fact)
            case OrganisationNamed() | OrganisationStands() | PlaceDescribed() | PlaceClosed():
                self._learn_directory(fact)
            case SessionScheduled() | SessionCancelled() | SeatStands() | VisitRecorded():
                self._learn_scheduling(fact)
            case TitlesMoved():
                self._learn_titles(fact)
            case _:
                assert_never(fact)

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))

    def _learn_referral(self, fact: Fact) -> None:
        if isinstance(fact, ReferralSent):
            sending = Sending(fact.happened_at, fact.event, fact.sender, fact.commune)
            _keep(self.sendings, fact.referral, sending, min)
        elif isinstance(fact, ReferralAccepted | ReferralRefused):
            _keep(self.answers, fact.referral, Answer(fact.happened_at, fact.event), min)

    def _learn_directory(
        self, fact: OrganisationNamed | OrganisationStands | PlaceDescribed | PlaceClosed
    ) -> None:
        match fact:
            case OrganisationNamed():
                _keep(self.names, fact.organisation, Name(fact.sequence, fact.name), max)
            case OrganisationStands():
                standing = Standing(fact.sequence, fact.status, fact.event)
                _keep(self.standings, fact.organisation, standing, max)
            case PlaceDescribed():
                place = Place(
                    *(fact.sequence, fact.event, fact.organisation),
                    *(fact.name, fact.kind, fact.commune),
                )
                _keep(self.places, fact.place, place, max)
            case PlaceClosed():
                _keep(self.closings, fact.place, Closing(fact.happened_at, fact.event), min)

    def _learn_scheduling(
        self, fact: SessionScheduled | SessionCancelled | SeatStands | VisitRecorded
    ) -> None:
        match fact:
            case SessionScheduled():
                planned = Session(fact.event, fact.place, fact.kind, fact.starts_at, fact.capacity)
                _keep(self.sessions, fact.session, planned, min)
            case SessionCancelled():
                _keep(self.cancellations, fact.session, fact.event, min)
            case SeatStands():
                seat = Seat(fact.sequence, fact.event, fact.session, fact.person, fact.status)
                _keep(self.seats, fact.booking, seat, max)
            case VisitRecorded():
                visit = Visit(fact.event, fact.happened_at, fact.place, fact.person)
                _keep(self.visits, fact.visit, visit, min)

    def _learn_titles(self, fact: TitlesMoved) -> None:
        self.titles[fact.event] = Titles(
            *(fact.step, fact.happened_at, fact.programme),
            *(fact.place, fact.number, fact.cents),
        )
        self.shares.update((Share(fact.event, funder), cents) for funder, cents in fact.split)


def _keep(kept: dict[UUID, Row], key: UUID, row: Row, best: Callable[[Row, Row], Row]) -> None:
    """The earliest, or the latest by number, of the rows of one key."""
    kept[key] = best(row, kept.get(key, row))

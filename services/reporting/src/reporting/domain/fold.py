"""The fold: facts in, what the figures need out.

Everything kept is a sum, an earliest or a latest-by-number, so any order, any split into batches
and any rebuild give the same result. The tables are merged by the same three rules.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, assert_never
from uuid import UUID

from reporting.domain.facts import (
    Fact,
    OrganisationNamed,
    OrganisationStands,
    ReferralAccepted,
    ReferralCompleted,
    ReferralRefused,
    ReferralSent,
    Status,
)
from reporting.domain.figures import Cell, counted_in


class Sending(NamedTuple):
    """When a referral was sent; the event's id decides between equal instants."""

    at: datetime
    event: str
    sender: UUID


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

    def learn(self, fact: Fact) -> None:
        """Add one fact; the caller sees to it that each fact comes once."""
        for cell in counted_in(fact):
            self.cells[cell] += 1
        match fact:
            case ReferralSent():
                sending = Sending(fact.happened_at, fact.event, fact.sender)
                self.sendings[fact.referral] = min(
                    sending, self.sendings.get(fact.referral, sending)
                )
            case ReferralAccepted() | ReferralRefused():
                answer = Answer(fact.happened_at, fact.event)
                self.answers[fact.referral] = min(answer, self.answers.get(fact.referral, answer))
            case OrganisationNamed():
                name = Name(fact.sequence, fact.name)
                self.names[fact.organisation] = max(name, self.names.get(fact.organisation, name))
            case OrganisationStands():
                standing = Standing(fact.sequence, fact.status, fact.event)
                self.standings[fact.organisation] = max(
                    standing, self.standings.get(fact.organisation, standing)
                )
            case ReferralCompleted():
                pass
            case _:
                assert_never(fact)

    def __bool__(self) -> bool:
        return any((self.cells, self.sendings, self.answers, self.names, self.standings))

"""The life of a referral: one life per target, the parent's derived (domain.md §2.3, §2.7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from referrals.domain.events import (
    Answered,
    ReferralAccepted,
    ReferralCompleted,
    ReferralRefused,
)
from referrals.domain.refusals import (
    AlreadyAnswered,
    AlreadyCompleted,
    AlreadyRedirected,
    BeforeAcceptance,
    BeforeSending,
    NotAccepted,
    NotAddressedToYou,
    NotATarget,
    Refusal,
)


class State(StrEnum):
    """Of a target, and by precedence of the whole referral."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    COMPLETED = "completed"
    REDIRECTED = "redirected"


class Step(StrEnum):
    """What a target may do: prendre en charge, refuser, clôturer."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    COMPLETE = "complete"


# Every pair stands here; a test walks them all. An answer is given once: who took a person and
# cannot help after all completes with an outcome that says so, and history is not rewritten.
TRANSITIONS: Final[Mapping[tuple[State, Step], State | Refusal]] = {
    (State.SENT, Step.ACCEPT): State.ACCEPTED,
    (State.SENT, Step.REFUSE): State.REFUSED,
    (State.SENT, Step.COMPLETE): NotAccepted(),
    (State.ACCEPTED, Step.ACCEPT): AlreadyAnswered(),
    (State.ACCEPTED, Step.REFUSE): AlreadyAnswered(),
    (State.ACCEPTED, Step.COMPLETE): State.COMPLETED,
    (State.REFUSED, Step.ACCEPT): AlreadyAnswered(),
    (State.REFUSED, Step.REFUSE): AlreadyAnswered(),
    (State.REFUSED, Step.COMPLETE): NotAccepted(),
    (State.COMPLETED, Step.ACCEPT): AlreadyAnswered(),
    (State.COMPLETED, Step.REFUSE): AlreadyAnswered(),
    (State.COMPLETED, Step.COMPLETE): AlreadyCompleted(),
    (State.REDIRECTED, Step.ACCEPT): AlreadyRedirected(),
    (State.REDIRECTED, Step.REFUSE): AlreadyRedirected(),
    (State.REDIRECTED, Step.COMPLETE): AlreadyRedirected(),
}

# The parent is as far as its best target; it is refused only when every target that is still
# asked refused. Whoever is asked no longer counts last: others are asked instead.
PRECEDENCE: Final = (
    State.COMPLETED,
    State.ACCEPTED,
    State.SENT,
    State.REFUSED,
    State.REDIRECTED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Un destinataire; `changed_at` is when its last step happened, not when it was learnt."""

    organisation: UUID
    state: State
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Une orientation, as far as its rules need it."""

    id: UUID
    sender: UUID
    sent_at: datetime
    targets: tuple[Target, ...]

    @property
    def state(self) -> State:
        return derive(target.state for target in self.targets)

    def target(self, organisation: UUID) -> Target | None:
        return next((t for t in self.targets if t.organisation == organisation), None)

    def last_step_at(self, organisation: UUID) -> datetime:
        """When the last thing happened that an answer of this organisation follows."""
        target = self.target(organisation)
        return target.changed_at if target else self.sent_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One step of one target. `code` is the reason of a refusal or the outcome of an end."""

    organisation: UUID
    step: Step
    code: str = ""


def derive(states: Iterable[State]) -> State:
    """The state of the parent, by precedence (domain.md §2.3). There is at least one target."""
    return min(states, key=PRECEDENCE.index)


def decide(referral: Referral, answer: Answer, *, at: datetime) -> Answered | Refusal:
    """Decide one answer that happened at `at`.

    Several targets may take the same person: each match lives its own life, and nobody is told
    that another took the case (domain.md §2.3).
    """
    target = referral.target(answer.organisation)
    if target is None:
        return NotATarget() if answer.organisation == referral.sender else NotAddressedToYou()
    reached = TRANSITIONS[target.state, answer.step]
    if isinstance(reached, Refusal):
        return reached
    return _check_order(referral, target, at=at) or _event(referral, answer)


def evolve(referral: Referral, event: Answered, *, at: datetime) -> Referral:
    """The referral after `event`, which `decide` gave for it."""
    state = _STATE_AFTER[type(event)]
    return replace(
        referral,
        targets=tuple(
            replace(target, state=state, changed_at=at)
            if target.organisation == event.organisation
            else target
            for target in referral.targets
        ),
    )


_STATE_AFTER: Final[Mapping[type[Answered], State]] = {
    ReferralAccepted: State.ACCEPTED,
    ReferralRefused: State.REFUSED,
    ReferralCompleted: State.COMPLETED,
}


def _check_order(referral: Referral, target: Target, *, at: datetime) -> Refusal | None:
    if at < referral.sent_at:
        return BeforeSending()
    if at < target.changed_at:
        return BeforeAcceptance()
    return None


def _event(referral: Referral, answer: Answer) -> Answered:
    match answer.step:
        case Step.ACCEPT:
            return ReferralAccepted(referral=referral.id, organisation=answer.organisation)
        case Step.REFUSE:
            return ReferralRefused(
                referral=referral.id, organisation=answer.organisation, reason=answer.code
            )
        case Step.COMPLETE:
            return ReferralCompleted(
                referral=referral.id, organisation=answer.organisation, outcome=answer.code
            )

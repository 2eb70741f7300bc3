"""Réorienter: others are asked in the place of a target that has not taken the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from referrals.domain.events import ReferralRedirected
from referrals.domain.referrals import Referral, State, Target
from referrals.domain.refusals import (
    AlreadyAsked,
    AlreadyRedirected,
    AlreadyTaken,
    BeforeAnswer,
    BeforeSending,
    NotAddressedToYou,
    NotAsked,
    OwnOrganisation,
    Refusal,
)
from referrals.domain.sending import Standing, check_standing

# Every state of the target that is asked no longer stands here; a test walks them all. Silence and
# refusal are the two reasons to ask another; who took the person says what came of it.
REDIRECTIONS: Final[Mapping[State, State | Refusal]] = {
    State.SENT: State.REDIRECTED,
    State.REFUSED: State.REDIRECTED,
    State.ACCEPTED: AlreadyTaken(),
    State.COMPLETED: AlreadyTaken(),
    State.REDIRECTED: AlreadyRedirected(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirection:
    """`by` says it: the sender, or `from_organisation` itself."""

    by: UUID
    from_organisation: UUID
    targets: tuple[UUID, ...]
    reason: str | None


def decide_redirection(
    referral: Referral,
    redirection: Redirection,
    *,
    standings: Mapping[UUID, Standing],
    at: datetime,
) -> ReferralRedirected | Refusal:
    """Decide a redirection that happened at `at`, by the directory as this service knows it."""
    target = referral.target(redirection.from_organisation)
    refusal = (
        _check_right(referral, redirection, target)
        or _check_state(target)
        or _check_order(referral, target, at)
        or _check_new(referral, redirection.targets)
        or check_standing(redirection.targets, standings)
    )
    return refusal or ReferralRedirected(
        referral=referral.id,
        from_organisation=redirection.from_organisation,
        targets=redirection.targets,
        reason=redirection.reason,
    )


def _check_right(
    referral: Referral, redirection: Redirection, target: Target | None
) -> Refusal | None:
    if redirection.by == referral.sender:
        return None if target else NotAsked()
    itself = redirection.by == redirection.from_organisation
    # The same words whether the one named was asked or not: a target sees its own side alone.
    return None if itself and target else NotAddressedToYou()


def _check_state(target: Target | None) -> Refusal | None:
    reached = REDIRECTIONS[target.state] if target else NotAsked()
    return reached if isinstance(reached, Refusal) else None


def _check_order(referral: Referral, target: Target | None, at: datetime) -> Refusal | None:
    if at < referral.sent_at:
        return BeforeSending()
    return BeforeAnswer() if target and at < target.changed_at else None


def _check_new(referral: Referral, targets: tuple[UUID, ...]) -> Refusal | None:
    if referral.sender in targets:
        return OwnOrganisation()
    return AlreadyAsked() if any(map(referral.target, targets)) else None

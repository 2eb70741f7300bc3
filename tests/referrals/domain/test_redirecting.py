"""Who may ask others in whose place, from which state, and whom."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from referrals.domain.events import ReferralRedirected
from referrals.domain.redirecting import REDIRECTIONS, Redirection, decide_redirection
from referrals.domain.referrals import Referral, State, Target
from referrals.domain.refusals import Refusal
from referrals.domain.sending import Standing

SENT_AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
ANSWERED_AT = SENT_AT + timedelta(days=1)
LATER = SENT_AT + timedelta(days=2)
SENDER, TARGET, OTHER, NEW, STRANGER = (uuid4() for _ in range(5))
STANDINGS = {NEW: Standing.ACTIVE, OTHER: Standing.ACTIVE, SENDER: Standing.ACTIVE}

WALK: list[tuple[State, str | None]] = [
    (State.SENT, None),
    (State.REFUSED, None),
    (State.ACCEPTED, "already-taken"),
    (State.COMPLETED, "already-taken"),
    (State.REDIRECTED, "already-redirected"),
]


def referral(state: State = State.SENT) -> Referral:
    return Referral(
        id=uuid4(),
        sender=SENDER,
        sent_at=SENT_AT,
        targets=(
            Target(organisation=TARGET, state=state, changed_at=ANSWERED_AT),
            Target(organisation=OTHER, state=State.SENT, changed_at=SENT_AT),
        ),
    )


def redirection(*targets: UUID, by: UUID = SENDER, from_organisation: UUID = TARGET) -> Redirection:
    return Redirection(
        by=by, from_organisation=from_organisation, targets=targets or (NEW,), reason=None
    )


def code(result: object) -> str | None:
    return result.code if isinstance(result, Refusal) else None


@pytest.mark.parametrize(("state", "expected"), WALK)
def test_only_silence_and_refusal_let_others_be_asked(state: State, expected: str | None) -> None:
    one = referral(state)

    result = decide_redirection(one, redirection(), standings=STANDINGS, at=LATER)

    if expected is None:
        assert result == ReferralRedirected(
            referral=one.id, from_organisation=TARGET, targets=(NEW,), reason=None
        )
    else:
        assert code(result) == expected


def test_the_table_and_its_walk_are_complete() -> None:
    assert set(REDIRECTIONS) == {state for state, _ in WALK} == set(State)


@pytest.mark.parametrize(
    ("by", "from_organisation", "expected"),
    [
        (SENDER, TARGET, None),
        (TARGET, TARGET, None),
        (SENDER, STRANGER, "not-asked"),
        (OTHER, TARGET, "not-addressed-to-you"),
        (OTHER, STRANGER, "not-addressed-to-you"),
        (STRANGER, TARGET, "not-addressed-to-you"),
        (STRANGER, STRANGER, "not-addressed-to-you"),
    ],
    ids=[
        *("sender", "itself", "never-asked", "another-target", "another-of-a-stranger"),
        *("stranger", "stranger-itself"),
    ],
)
def test_the_sender_or_the_target_itself_redirects(
    by: UUID, from_organisation: UUID, expected: str | None
) -> None:
    asked = redirection(by=by, from_organisation=from_organisation)

    result = decide_redirection(referral(), asked, standings=STANDINGS, at=LATER)

    assert code(result) == expected


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ((SENDER,), "own-organisation"),
        ((NEW, OTHER), "already-asked"),
        ((TARGET,), "already-asked"),
        ((NEW, STRANGER), "unknown-organisation"),
    ],
    ids=["sender", "asked", "itself", "unknown"],
)
def test_only_an_active_organisation_that_was_not_asked_may_be(
    targets: tuple[UUID, ...], expected: str
) -> None:
    result = decide_redirection(referral(), redirection(*targets), standings=STANDINGS, at=LATER)

    assert code(result) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (SENT_AT - timedelta(seconds=1), "before-sending"),
        (ANSWERED_AT - timedelta(seconds=1), "before-answer"),
        (ANSWERED_AT, None),
    ],
    ids=["before-sending", "before-answer", "with-the-answer"],
)
def test_a_redirection_follows_what_it_replaces(at: datetime, expected: str | None) -> None:
    one = referral(State.REFUSED)

    assert code(decide_redirection(one, redirection(), standings=STANDINGS, at=at)) == expected

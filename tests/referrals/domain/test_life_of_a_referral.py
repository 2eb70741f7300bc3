"""Every pair of the transition table, and the parent's state, walked."""

from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.domain.events import ReferralAccepted, ReferralCompleted, ReferralRefused
from referrals.domain.referrals import (
    PRECEDENCE,
    TRANSITIONS,
    Answer,
    Referral,
    State,
    Step,
    Target,
    decide,
    derive,
    evolve,
)
from referrals.domain.refusals import Refusal

SENT_AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
LATER = SENT_AT + timedelta(days=2)
SENDER, TARGET, OTHER, STRANGER = (uuid4() for _ in range(4))

ANSWERED, NOT_TAKEN, GONE = "already-answered", "not-accepted", "already-redirected"
WALK: list[tuple[State, Step, State | str]] = [
    (State.SENT, Step.ACCEPT, State.ACCEPTED),
    (State.SENT, Step.REFUSE, State.REFUSED),
    (State.SENT, Step.COMPLETE, NOT_TAKEN),
    (State.ACCEPTED, Step.ACCEPT, ANSWERED),
    (State.ACCEPTED, Step.REFUSE, ANSWERED),
    (State.ACCEPTED, Step.COMPLETE, State.COMPLETED),
    (State.REFUSED, Step.ACCEPT, ANSWERED),
    (State.REFUSED, Step.REFUSE, ANSWERED),
    (State.REFUSED, Step.COMPLETE, NOT_TAKEN),
    (State.COMPLETED, Step.ACCEPT, ANSWERED),
    (State.COMPLETED, Step.REFUSE, ANSWERED),
    (State.COMPLETED, Step.COMPLETE, "already-completed"),
    (State.REDIRECTED, Step.ACCEPT, GONE),
    (State.REDIRECTED, Step.REFUSE, GONE),
    (State.REDIRECTED, Step.COMPLETE, GONE),
]
STATES = st.sampled_from(State)
STEPS = st.sampled_from(Step)


def referral(*targets: tuple[UUID, State]) -> Referral:
    return Referral(
        id=uuid4(),
        sender=SENDER,
        sent_at=SENT_AT,
        targets=tuple(
            Target(organisation=who, state=state, changed_at=SENT_AT) for who, state in targets
        ),
    )


def code(result: object) -> str | None:
    return result.code if isinstance(result, Refusal) else None


@pytest.mark.parametrize(("before", "step", "expected"), WALK)
def test_each_step_from_each_state_is_taken_or_refused_by_name(
    before: State, step: Step, expected: State | str
) -> None:
    one = referral((TARGET, before))

    result = decide(one, Answer(organisation=TARGET, step=step, code="other"), at=LATER)

    if isinstance(expected, State):
        assert not isinstance(result, Refusal)
        after = evolve(one, result, at=LATER).target(TARGET)
        assert after == Target(organisation=TARGET, state=expected, changed_at=LATER)
    else:
        assert code(result) == expected


def test_the_table_and_its_walk_are_complete() -> None:
    pairs = set(product(State, Step))

    assert set(TRANSITIONS) == pairs
    assert {(before, step) for before, step, _ in WALK} == pairs


def test_a_step_becomes_the_fact_that_says_it() -> None:
    sent, taken = referral((TARGET, State.SENT)), referral((TARGET, State.ACCEPTED))

    accepted = decide(sent, Answer(organisation=TARGET, step=Step.ACCEPT), at=LATER)
    refused = decide(sent, Answer(organisation=TARGET, step=Step.REFUSE, code="barriers"), at=LATER)
    ended = decide(
        taken, Answer(organisation=TARGET, step=Step.COMPLETE, code="autonomous"), at=LATER
    )

    assert accepted == ReferralAccepted(referral=sent.id, organisation=TARGET)
    assert refused == ReferralRefused(referral=sent.id, organisation=TARGET, reason="barriers")
    assert ended == ReferralCompleted(referral=taken.id, organisation=TARGET, outcome="autonomous")


@pytest.mark.parametrize("step", Step)
def test_only_a_target_answers(step: Step) -> None:
    one = referral((TARGET, State.SENT))

    by_stranger = decide(one, Answer(organisation=STRANGER, step=step), at=LATER)
    by_sender = decide(one, Answer(organisation=SENDER, step=step), at=LATER)

    assert code(by_stranger) == "not-addressed-to-you"
    assert code(by_sender) == "not-a-target"


def test_only_who_took_the_person_may_complete() -> None:
    one = referral((TARGET, State.ACCEPTED), (OTHER, State.SENT))

    result = decide(one, Answer(organisation=OTHER, step=Step.COMPLETE), at=LATER)

    assert code(result) == "not-accepted"


def test_a_second_target_may_take_the_person_too() -> None:
    one = referral((TARGET, State.ACCEPTED), (OTHER, State.SENT))

    result = decide(one, Answer(organisation=OTHER, step=Step.ACCEPT), at=LATER)

    assert result == ReferralAccepted(referral=one.id, organisation=OTHER)


def test_no_answer_lies_before_the_sending() -> None:
    one = referral((TARGET, State.SENT))
    answer = Answer(organisation=TARGET, step=Step.ACCEPT)

    too_early = decide(one, answer, at=SENT_AT - timedelta(microseconds=1))
    at_once = decide(one, answer, at=SENT_AT)

    assert code(too_early) == "before-sending"
    assert not isinstance(at_once, Refusal)


def test_no_end_lies_before_the_acceptance() -> None:
    one = referral((TARGET, State.SENT))
    taken = evolve(one, ReferralAccepted(referral=one.id, organisation=TARGET), at=LATER)
    answer = Answer(organisation=TARGET, step=Step.COMPLETE, code="autonomous")

    assert code(decide(taken, answer, at=LATER - timedelta(seconds=1))) == "before-acceptance"


@given(st.lists(STATES, min_size=1, max_size=10))
def test_the_parent_is_as_far_as_its_best_target(states: list[State]) -> None:
    one = referral(*((uuid4(), state) for state in states))

    assert one.state == next(state for state in PRECEDENCE if state in states)
    assert (one.state is State.REFUSED) == (set(states) - {State.REDIRECTED} == {State.REFUSED})


@given(st.lists(STATES, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_order_of_the_targets_does_not_matter(states: list[State], random: Random) -> None:
    shuffled = sorted(states, key=lambda _: random.random())

    assert derive(states) == derive(shuffled)


@given(
    st.lists(STATES, min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, 5), STEPS, st.integers(0, 10**6)), max_size=30),
)
def test_any_run_of_answers_leaves_other_targets_alone_and_never_goes_back(
    states: list[State], answers: list[tuple[int, Step, int]]
) -> None:
    who = [uuid4() for _ in range(6)]  # one more than there may be targets
    one = referral(*zip(who, states, strict=False))

    for index, step, seconds in answers:
        at = SENT_AT + timedelta(seconds=seconds)
        event = decide(one, Answer(organisation=who[index], step=step), at=at)
        if isinstance(event, Refusal):
            continue
        after = evolve(one, event, at=at)
        for old, new in zip(one.targets, after.targets, strict=True):
            if old.organisation == who[index]:
                assert (old.state, step) in TRANSITIONS
                assert new.changed_at >= old.changed_at
                assert PRECEDENCE.index(new.state) != PRECEDENCE.index(old.state)
                assert new.state is not State.SENT
            else:
                assert new == old
        one = after

"""Identity, time and the one answer of a submission."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.domain import submission as domain
from partners.domain.refusals import CorrelationNotYours, IdReused, TimeOutOfRange
from partners.domain.submission import (
    TRANSITIONS,
    Answer,
    AnsweredTwice,
    Door,
    Intent,
    Submission,
    SubmissionState,
    check_correlation,
    check_same_content,
    check_time,
)

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
ID = UUID("019530f0-0000-7000-8000-000000000001")
SUBJECT = UUID("019530f0-0000-7000-8000-000000000002")


def standing(state: SubmissionState) -> Submission:
    return Submission(
        id=ID,
        organisation=ID,
        door=Door.HTTP,
        type="maillage.intent.referral.sent.v1",
        event_id="1",
        content_hash="0",
        partner_reference=None,
        happened_at=NOW,
        received_at=NOW,
        state=state,
    )


def intent(source: str = "/caf", event_id: str = "1", correlation: str | None = None) -> Intent:
    return Intent(
        source=source,
        event_id=event_id,
        type="maillage.intent.referral.sent.v1",
        happened_at=NOW,
        content_hash="0",
        data={},
        correlation=correlation,
    )


@pytest.mark.parametrize(("state", "answer"), list(product(SubmissionState, Answer)))
def test_a_submission_is_answered_once(state: SubmissionState, answer: Answer) -> None:
    before = standing(state)

    def give() -> Submission:
        if answer is Answer.ACCEPT:
            return domain.accepted(before, subject=SUBJECT, correlation=ID, now=NOW)
        return domain.refused(before, reason="unknown-referral", detail=None, now=NOW)

    if (state, answer) not in TRANSITIONS:
        with pytest.raises(AnsweredTwice):
            give()
        return
    after = give()
    assert after.state == TRANSITIONS[state, answer]
    assert after.answered_at == NOW


@pytest.mark.parametrize(
    ("happened_at", "inside"),
    [
        (NOW, True),
        (NOW + timedelta(minutes=5), True),
        (NOW + timedelta(minutes=5, microseconds=1), False),
        (NOW - timedelta(days=45), True),
        (NOW - timedelta(days=45, microseconds=1), False),
    ],
)
def test_what_happened_lies_in_the_last_45_days(happened_at: datetime, *, inside: bool) -> None:
    check_time(happened_at, now=NOW, history=True)
    if inside:
        check_time(happened_at, now=NOW, history=False)
        return
    with pytest.raises(TimeOutOfRange):
        check_time(happened_at, now=NOW, history=False)


def test_a_correlation_id_of_the_senders_own_is_refused() -> None:
    check_correlation(intent())
    with pytest.raises(CorrelationNotYours):
        check_correlation(intent(correlation=str(ID)))


def test_an_id_names_one_content_for_ever() -> None:
    check_same_content("a", "a")
    with pytest.raises(IdReused):
        check_same_content("a", "b")


# Attributes hold no control characters (chassis.codec), so a line feed parts the two safely.
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@given(one=st.tuples(PRINTABLE, PRINTABLE), other=st.tuples(PRINTABLE, PRINTABLE))
def test_source_and_id_are_the_identity(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (intent(*one).identity == intent(*other).identity) == (one == other)

"""A seat is an acceptance from each state, once; a presence is told when it says something new."""

from datetime import UTC, datetime, timedelta
from itertools import product
from uuid import UUID, uuid4

import pytest

from referrals.domain.appointments import (
    TAKEN,
    AppointmentStep,
    Seat,
    accept_by_seat,
    presence,
)
from referrals.domain.events import ReferralAccepted, ReferralAttended, ReferralMissed
from referrals.domain.referrals import Referral, State, Target

SENT_AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
SENDER, HOST = uuid4(), uuid4()
PRESENCES = [AppointmentStep.SEEN, AppointmentStep.MISSED, AppointmentStep.EXCUSED]


def referral(*states: State) -> Referral:
    targets = tuple(Target(organisation=HOST, state=state, changed_at=SENT_AT) for state in states)
    return Referral(id=uuid4(), sender=SENDER, sent_at=SENT_AT, targets=targets)


def seat(organisation: UUID = HOST) -> Seat:
    return Seat(
        booking=uuid4(),
        session=uuid4(),
        place=uuid4(),
        organisation=organisation,
        starts_at=SENT_AT + timedelta(days=9),
    )


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        (State.SENT, True),
        (State.REFUSED, True),
        (State.REDIRECTED, True),
        (State.ACCEPTED, False),
        (State.COMPLETED, False),
    ],
)
def test_who_gives_a_seat_has_taken_the_person(state: State, *, taken: bool) -> None:
    one = referral(state)

    accepted = ReferralAccepted(referral=one.id, organisation=HOST)

    assert accept_by_seat(one, seat()) == (accepted if taken else None)


def test_who_was_not_asked_takes_the_person_too() -> None:
    one = referral()

    assert accept_by_seat(one, seat()) == ReferralAccepted(referral=one.id, organisation=HOST)


def test_a_seat_in_the_senders_own_house_is_no_acceptance() -> None:
    assert accept_by_seat(referral(State.SENT), seat(SENDER)) is None


def test_every_state_has_what_a_seat_makes_of_it() -> None:
    assert set(TAKEN) == set(State)


@pytest.mark.parametrize(
    ("before", "status"), list(product([None, AppointmentStep.SET, *PRESENCES], PRESENCES))
)
def test_a_presence_is_told_when_it_changes(
    before: AppointmentStep | None, status: AppointmentStep
) -> None:
    told = presence(referral(State.ACCEPTED), seat(), status, before=before)

    if status is before:
        assert told is None
        return
    kind = ReferralAttended if status is AppointmentStep.SEEN else ReferralMissed
    assert isinstance(told, kind)
    assert told.status == status.value

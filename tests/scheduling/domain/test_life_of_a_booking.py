"""The life of a booking, every pair of its table; and who may take which step, when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from scheduling.domain.bookings import (
    TRANSITIONS,
    Booking,
    Presence,
    State,
    Step,
    decide_attendance,
    decide_cancelling,
)
from scheduling.domain.events import AttendanceCorrected, AttendanceRecorded, BookingCancelled
from scheduling.domain.refusals import Refusal

START = datetime(2026, 3, 17, 13, tzinfo=UTC)
TELA, CAF, OTHER = (UUID(int=number) for number in (1, 2, 3))
BOOKING = Booking(
    id=UUID(int=4),
    session=UUID(int=5),
    place=UUID(int=6),
    organisation=TELA,
    person=UUID(int=7),
    referral=None,
    booked_by=CAF,
    starts_at=START,
    state=State.CONFIRMED,
    changed_at=START - timedelta(days=7),
    correlation=UUID(int=8),
    sequence=1,
)
RECORDED = (State.SEEN, State.MISSED, State.EXCUSED)


def code(told: object) -> str:
    return told.code if isinstance(told, Refusal) else type(told).__name__


def test_every_pair_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == {(state, step) for state in State for step in Step}


@pytest.mark.parametrize("state", State, ids=str)
def test_a_seat_is_given_back_once_and_only_before_anything_is_recorded(state: State) -> None:
    booking = replace(BOOKING, state=state)
    told = decide_cancelling(booking, organisation=CAF, reason="by_person", at=START - timedelta(1))

    expected = {State.CONFIRMED: "BookingCancelled", State.CANCELLED: "booking-cancelled"}
    assert code(told) == expected.get(state, "already-recorded")


@pytest.mark.parametrize("status", RECORDED, ids=str)
@pytest.mark.parametrize("state", State, ids=str)
@pytest.mark.parametrize("correction", [False, True], ids=["recorded", "corrected"])
def test_attendance_follows_the_table(state: State, status: State, *, correction: bool) -> None:
    told = decide_attendance(
        replace(BOOKING, state=state),
        Presence(status=status, topics=("email",), minutes=90, title_presented=True),
        organisation=TELA,
        correction=correction,
        at=START + timedelta(hours=2),
    )

    if state is State.CANCELLED:
        assert code(told) == "booking-cancelled"
    elif (state in RECORDED) != correction:
        assert code(told) == ("not-recorded" if correction else "already-recorded")
    elif correction:
        assert isinstance(told, AttendanceCorrected)
        assert (told.status, told.previous_status) == (status, state)
    else:
        assert isinstance(told, AttendanceRecorded)
        assert (told.status, told.minutes, told.title_presented) == (status, 90, True)


@pytest.mark.parametrize(
    ("who", "at", "expected"),
    [
        (CAF, START - timedelta(seconds=1), "BookingCancelled"),
        (CAF, START, "session-begun"),
        (TELA, START + timedelta(hours=5), "BookingCancelled"),
        (OTHER, START - timedelta(days=1), "not-your-booking"),
        (CAF, START - timedelta(days=8), "before-booking"),
    ],
    ids=["the booker", "the booker, too late", "the place", "somebody", "before it was made"],
)
def test_who_may_give_a_seat_back_and_until_when(who: UUID, at: datetime, expected: str) -> None:
    told = decide_cancelling(BOOKING, organisation=who, reason="by_person", at=at)

    assert code(told) == expected
    if isinstance(told, BookingCancelled):
        assert (told.booking, told.person) == (BOOKING.id, BOOKING.person)


@pytest.mark.parametrize(
    ("who", "at", "expected"),
    [
        (TELA, START - timedelta(minutes=31), "too-early"),
        (TELA, START - timedelta(minutes=30), "AttendanceRecorded"),
        (CAF, START, "not-your-place"),
    ],
    ids=["before the doors open", "as they open", "the booker"],
)
def test_only_the_place_says_who_came_and_not_before(
    who: UUID, at: datetime, expected: str
) -> None:
    told = decide_attendance(
        BOOKING, Presence(status=State.SEEN), organisation=who, correction=False, at=at
    )

    assert code(told) == expected

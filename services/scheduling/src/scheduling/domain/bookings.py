"""The life of a booking (réservation): confirmed, given back, or the person came or did not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from scheduling.domain.events import (
    AttendanceCorrected,
    AttendanceRecorded,
    Attended,
    BookingCancelled,
)
from scheduling.domain.refusals import (
    AlreadyRecorded,
    BeforeBooking,
    NotRecorded,
    NotYourBooking,
    NotYourPlace,
    Refusal,
    SessionBegun,
    TooEarly,
)
from scheduling.domain.refusals import BookingCancelled as WasCancelled

# People are ticked off as they come in, a little before the hour.
DOORS_OPEN: Final = timedelta(minutes=30)


class State(StrEnum):
    """Where a booking stands; only `cancelled` gives the seat back."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    SEEN = "seen"
    MISSED = "missed"
    EXCUSED = "excused"


class Step(StrEnum):
    """What may be done: annuler, noter la présence, la corriger."""

    CANCEL = "cancel"
    RECORD_SEEN = "record_seen"
    RECORD_MISSED = "record_missed"
    RECORD_EXCUSED = "record_excused"
    CORRECT_SEEN = "correct_seen"
    CORRECT_MISSED = "correct_missed"
    CORRECT_EXCUSED = "correct_excused"


_RECORDS: Final = {
    Step.RECORD_SEEN: State.SEEN,
    Step.RECORD_MISSED: State.MISSED,
    Step.RECORD_EXCUSED: State.EXCUSED,
}
_CORRECTS: Final = {
    Step.CORRECT_SEEN: State.SEEN,
    Step.CORRECT_MISSED: State.MISSED,
    Step.CORRECT_EXCUSED: State.EXCUSED,
}
_RECORDED: Final = (State.SEEN, State.MISSED, State.EXCUSED)

# Every pair stands here; a test walks them all. A correction may lead to the same state: its
# topics or its minutes were wrong.
TRANSITIONS: Final[Mapping[tuple[State, Step], State | Refusal]] = {
    (State.CONFIRMED, Step.CANCEL): State.CANCELLED,
    **{(State.CONFIRMED, step): after for step, after in _RECORDS.items()},
    **{(State.CONFIRMED, step): NotRecorded() for step in _CORRECTS},
    **{(State.CANCELLED, step): WasCancelled() for step in Step},
    **{(state, Step.CANCEL): AlreadyRecorded() for state in _RECORDED},
    **{(state, step): AlreadyRecorded() for state in _RECORDED for step in _RECORDS},
    **{(state, step): after for state in _RECORDED for step, after in _CORRECTS.items()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Une réservation with what its rules need of its session; `changed_at`: its last step."""

    id: UUID
    session: UUID
    place: UUID
    organisation: UUID
    person: UUID
    referral: UUID | None
    booked_by: UUID
    starts_at: datetime
    state: State
    changed_at: datetime
    correlation: UUID
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What the place says of one person: status, topics (codes), minutes, title taken or not."""

    status: State
    topics: tuple[str, ...] = ()
    minutes: int | None = None
    title_presented: bool = False


def decide_cancelling(
    booking: Booking, *, organisation: UUID, reason: str, at: datetime
) -> BookingCancelled | Refusal:
    """Give the seat back; the booker may until the session begins, the place afterwards too."""
    if organisation not in {booking.booked_by, booking.organisation}:
        return NotYourBooking()
    reached = TRANSITIONS[booking.state, Step.CANCEL]
    if isinstance(reached, Refusal):
        return reached
    if at < booking.changed_at:
        return BeforeBooking()
    if organisation != booking.organisation and at >= booking.starts_at:
        return SessionBegun()
    return told_cancelled(booking, reason)


def told_cancelled(booking: Booking, reason: str) -> BookingCancelled:
    """The fact of a seat given back."""
    return BookingCancelled(
        booking=booking.id, session=booking.session, person=booking.person, reason=reason
    )


def decide_attendance(
    booking: Booking, presence: Presence, *, organisation: UUID, correction: bool, at: datetime
) -> Attended | Refusal:
    """Say at `at` whether the person came; only the place can."""
    if organisation != booking.organisation:
        return NotYourPlace()
    step = Step(f"{'correct' if correction else 'record'}_{presence.status.value}")
    reached = TRANSITIONS[booking.state, step]
    if isinstance(reached, Refusal):
        return reached
    if at < booking.starts_at - DOORS_OPEN:
        return TooEarly()
    if at < booking.changed_at:
        return BeforeBooking()
    recorded = AttendanceRecorded(
        booking=booking.id,
        session=booking.session,
        place=booking.place,
        organisation=booking.organisation,
        person=booking.person,
        referral=booking.referral,
        status=reached.value,
        topics=presence.topics,
        minutes=presence.minutes,
        title_presented=presence.title_presented,
        starts_at=booking.starts_at,
    )
    return _corrected(recorded, booking.state) if correction else recorded


def _corrected(said: AttendanceRecorded, before: State) -> AttendanceCorrected:
    return AttendanceCorrected(
        booking=said.booking,
        session=said.session,
        place=said.place,
        organisation=said.organisation,
        person=said.person,
        referral=said.referral,
        status=said.status,
        topics=said.topics,
        minutes=said.minutes,
        title_presented=said.title_presented,
        starts_at=said.starts_at,
        previous_status=before.value,
    )

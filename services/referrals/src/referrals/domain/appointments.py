"""What follows from a seat: who gave it has taken the person, and the sender hears if she came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from referrals.domain.events import (
    AppointmentSet,
    ReferralAccepted,
    ReferralAttended,
    ReferralMissed,
)
from referrals.domain.referrals import Referral, State

SEAT_TAKEN: Final = "seat-taken"
"""The code of an acceptance that nobody said: a seat was given."""

# Every state stands here; a test walks them all. A seat is a fact, so nothing refuses it: who had
# refused, or was asked no longer, has taken the person after all.
TAKEN: Final[Mapping[State, State]] = {
    State.SENT: State.ACCEPTED,
    State.ACCEPTED: State.ACCEPTED,
    State.REFUSED: State.ACCEPTED,
    State.COMPLETED: State.COMPLETED,
    State.REDIRECTED: State.ACCEPTED,
}


class AppointmentStep(StrEnum):
    """What became of a seat; the last three are the codes of a presence."""

    SET = "set"
    CANCELLED = "cancelled"
    SEEN = "seen"
    MISSED = "missed"
    EXCUSED = "excused"


NOT_COME: Final = frozenset({AppointmentStep.MISSED, AppointmentStep.EXCUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A seat that follows a referral; `organisation` is that of the place."""

    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    starts_at: datetime


def accept_by_seat(referral: Referral, seat: Seat) -> ReferralAccepted | None:
    """The acceptance that a seat is, unless it was accepted before.

    The sender's own seat is no acceptance: a referral to one's own house would count as
    cooperation where there was none (dora #100).
    """
    if seat.organisation == referral.sender:
        return None
    target = referral.target(seat.organisation)
    if target is not None and TAKEN[target.state] is target.state:
        return None
    return ReferralAccepted(referral=referral.id, organisation=seat.organisation)


def appointment_set(referral: Referral, seat: Seat) -> AppointmentSet:
    return AppointmentSet(
        referral=referral.id,
        organisation=seat.organisation,
        booking=seat.booking,
        session=seat.session,
        place=seat.place,
        starts_at=seat.starts_at,
    )


def presence(
    referral: Referral, seat: Seat, status: AppointmentStep, *, before: AppointmentStep | None
) -> ReferralAttended | ReferralMissed | None:
    """What the sender hears of a presence; nothing where it knows (a correction of the topics)."""
    if status is before:
        return None
    fact = ReferralAttended if status is AppointmentStep.SEEN else ReferralMissed
    return fact(
        referral=referral.id,
        organisation=seat.organisation,
        booking=seat.booking,
        session=seat.session,
        starts_at=seat.starts_at,
        status=status.value,
    )

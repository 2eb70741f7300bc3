"""What a booking should have on a booklet, derived from the facts held about it.

Facts come late, twice and out of order. So none of them *does* anything: each is kept, and what
should be so is compared with what is so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class Standing(StrEnum):
    """What a booking has on a booklet."""

    NOTHING = "nothing"
    HELD = "held"
    REDEEMED = "redeemed"


class Move(StrEnum):
    """What brings a booking from what is so to what should be so."""

    HOLD = "hold"
    RELEASE = "release"
    REDEEM = "redeem"
    HOLD_AND_REDEEM = "hold-and-redeem"
    """Nobody could hold when it was booked: the hold is made at attendance (ledger.md rule 2)."""
    REVERSE = "reverse"
    """The presence was corrected: undone before it is settled, for a person afterwards."""
    STAY = "stay"


# An attendance is never untold, so nothing asks that what was redeemed be held again.
MOVES: Final[Mapping[tuple[Standing, Standing], Move]] = MappingProxyType(
    {
        (Standing.NOTHING, Standing.NOTHING): Move.STAY,
        (Standing.NOTHING, Standing.HELD): Move.HOLD,
        (Standing.NOTHING, Standing.REDEEMED): Move.HOLD_AND_REDEEM,
        (Standing.HELD, Standing.NOTHING): Move.RELEASE,
        (Standing.HELD, Standing.HELD): Move.STAY,
        (Standing.HELD, Standing.REDEEMED): Move.REDEEM,
        (Standing.REDEEMED, Standing.NOTHING): Move.REVERSE,
        (Standing.REDEEMED, Standing.HELD): Move.STAY,
        (Standing.REDEEMED, Standing.REDEEMED): Move.STAY,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Whether the person came (présence), by the latest fact about it.

    `sequence` is the fact's number in its booking: a lower one that comes later changes nothing.
    """

    status: str
    title_presented: bool
    happened_at: datetime
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A seat in a session (réservation), as far as scheduling has told of it.

    Either fact may come first: an attendance alone says where, when and who.
    """

    id: UUID
    session: UUID
    place: UUID
    organisation: UUID
    person: UUID
    starts_at: datetime
    correlation: UUID | None
    cancelled: bool = False
    attendance: Attendance | None = None


SEEN: Final = "seen"


def wanted(booking: Booking) -> tuple[Standing, str | None]:
    """What the booking should have on a booklet, and why nothing if it is nothing.

    Someone who came after a cancellation came all the same: attendance weighs more. Without a
    title presented nothing is redeemed and the amount is free again; a correction that brings the
    title redeems it then.
    """
    attendance = booking.attendance
    if attendance is not None:
        if attendance.status != SEEN:
            return Standing.NOTHING, _reason(attendance.status)
        if not attendance.title_presented:
            return Standing.NOTHING, "not_presented"
        return Standing.REDEEMED, None
    if booking.cancelled:
        return Standing.NOTHING, "cancelled"
    return Standing.HELD, None


def _reason(status: str) -> str:
    return "excused" if status == "excused" else "missed"

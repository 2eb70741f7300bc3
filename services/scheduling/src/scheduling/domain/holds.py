"""A seat kept for a quarter of an hour (place gardée) while somebody is being asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from scheduling.domain.refusals import (
    HoldConfirmed,
    HoldLapsed,
    HoldReleased,
    NotYourHold,
    Refusal,
)
from scheduling.domain.sessions import Session

# Long enough to tell the person of the seat and to hear yes or no, with a telephone between.
HELD_FOR: Final = timedelta(minutes=15)


class HoldState(StrEnum):
    """Where a hold stands; only `held` keeps a seat from others.

    It lapses by itself: nobody writes that down, the clock says it (`Hold.at`).
    """

    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    LAPSED = "lapsed"


class HoldStep(StrEnum):
    """What may be done with it: confirmer, rendre."""

    CONFIRM = "confirm"
    RELEASE = "release"


# Every pair stands here; a test walks them all. What is done already may be done again: the second
# click on a button is no fault of whoever clicked.
TRANSITIONS: Final[Mapping[tuple[HoldState, HoldStep], HoldState | Refusal]] = {
    (HoldState.HELD, HoldStep.CONFIRM): HoldState.CONFIRMED,
    (HoldState.HELD, HoldStep.RELEASE): HoldState.RELEASED,
    (HoldState.CONFIRMED, HoldStep.CONFIRM): HoldState.CONFIRMED,
    (HoldState.CONFIRMED, HoldStep.RELEASE): HoldConfirmed(),
    (HoldState.RELEASED, HoldStep.CONFIRM): HoldReleased(),
    (HoldState.RELEASED, HoldStep.RELEASE): HoldState.RELEASED,
    (HoldState.LAPSED, HoldStep.CONFIRM): HoldLapsed(),
    (HoldState.LAPSED, HoldStep.RELEASE): HoldState.LAPSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Une place gardée; confirmed, its id is the booking's."""

    id: UUID
    session: UUID
    referral: UUID
    organisation: UUID
    seat_no: int
    state: HoldState
    held_at: datetime
    held_until: datetime

    def at(self, instant: datetime) -> HoldState:
        """Where it stands at the instant."""
        lapsed = self.state is HoldState.HELD and instant >= self.held_until
        return HoldState.LAPSED if lapsed else self.state


def held_until(session: Session, *, holder: UUID, at: datetime) -> datetime:
    """Until when a seat taken at `at` is kept; for others not beyond the session's beginning.

    The place itself seats people until the end (`check_bookable`).
    """
    whole = at + HELD_FOR
    return whole if holder == session.organisation else min(whole, session.programme.starts_at)


def decide_step(
    hold: Hold, step: HoldStep, *, organisation: UUID, at: datetime
) -> HoldState | Refusal:
    """Where the step leads, at `at`; only who keeps the seat may take one."""
    if organisation != hold.organisation:
        return NotYourHold()
    return TRANSITIONS[hold.at(at), step]

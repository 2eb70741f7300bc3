"""Sessions (séances): workshops of six people at most, and help for one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from scheduling.domain.events import SessionScheduled
from scheduling.domain.instants import day_in_france
from scheduling.domain.refusals import (
    AskThePlace,
    BadHours,
    OneSeatOnly,
    Refusal,
    SessionBegun,
    SessionCancelled,
    SessionInThePast,
    SessionOver,
    SessionTooLong,
)

# One title of payment pays one workshop of two hours (domain.md §0.2); no session is longer.
LONGEST: Final = timedelta(hours=2)


class Kind(StrEnum):
    """Atelier, or rendez-vous individuel."""

    WORKSHOP = "workshop"
    ONE_TO_ONE = "one_to_one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What will be held, when and by whom; `need` and `level` are codes."""

    kind: Kind
    starts_at: datetime
    ends_at: datetime
    need: str
    level: str | None
    capacity: int
    direct_booking: bool
    mediator: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Une séance as its rules need it; `open_to_others` counts the place's own will too."""

    id: UUID
    place: UUID
    organisation: UUID
    programme: Programme
    open_to_others: bool
    cancelled: bool
    correlation: UUID
    sequence: int


def decide_session(
    programme: Programme, *, session: UUID, place: UUID, organisation: UUID, at: datetime
) -> SessionScheduled | Refusal:
    """Decide a declaration that happened at `at`; the place is the organisation's and open."""
    refusal = _check_hours(programme, at=at)
    if refusal is not None:
        return refusal
    if programme.kind is Kind.ONE_TO_ONE and programme.capacity != 1:
        return OneSeatOnly()
    return SessionScheduled(
        session=session,
        place=place,
        organisation=organisation,
        kind=programme.kind.value,
        starts_at=programme.starts_at,
        ends_at=programme.ends_at,
        need=programme.need,
        level=programme.level,
        capacity=programme.capacity,
        direct_booking=programme.direct_booking,
        mediator=programme.mediator,
    )


def check_bookable(session: Session, *, booker: UUID, at: datetime) -> Refusal | None:
    """Say why the booker may not take a seat at `at`, if so; whether one is left comes after.

    The place itself seats people until the end: someone walked in.
    """
    if session.cancelled:
        return SessionCancelled()
    if session.organisation == booker:
        return SessionOver() if at > session.programme.ends_at else None
    if not session.open_to_others:
        return AskThePlace()
    return SessionBegun() if at >= session.programme.starts_at else None


def _check_hours(programme: Programme, *, at: datetime) -> Refusal | None:
    if programme.ends_at <= programme.starts_at:
        return BadHours()
    if programme.ends_at - programme.starts_at > LONGEST:
        return SessionTooLong()
    # What is held today may be declared when it has begun; yesterday's may not.
    if day_in_france(programme.starts_at) < day_in_france(at):
        return SessionInThePast()
    return None

"""The life of a kept seat, every pair of its table; and how long it is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from scheduling.domain.holds import (
    TRANSITIONS,
    Hold,
    HoldState,
    HoldStep,
    decide_step,
    held_until,
)
from scheduling.domain.refusals import Refusal
from scheduling.domain.sessions import Kind, Programme, Session

START = datetime(2026, 3, 17, 13, tzinfo=UTC)
NOON = START - timedelta(hours=1)
TELA, CAF = UUID(int=1), UUID(int=2)
HOLD = Hold(
    id=UUID(int=3),
    session=UUID(int=4),
    referral=UUID(int=5),
    organisation=CAF,
    seat_no=1,
    state=HoldState.HELD,
    held_at=NOON,
    held_until=NOON + timedelta(minutes=15),
)
SESSION = Session(
    id=UUID(int=4),
    place=UUID(int=6),
    organisation=TELA,
    programme=Programme(
        kind=Kind.WORKSHOP,
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        need="email",
        level=None,
        capacity=6,
        direct_booking=True,
    ),
    open_to_others=True,
    cancelled=False,
    correlation=UUID(int=7),
    sequence=1,
)


def told(step: HoldStep, *, state: HoldState = HoldState.HELD, **given: object) -> str:
    at = given.get("at", NOON)
    by = given.get("by", CAF)
    assert isinstance(at, datetime)
    assert isinstance(by, UUID)
    reached = decide_step(replace(HOLD, state=state), step, organisation=by, at=at)
    return reached.code if isinstance(reached, Refusal) else reached.value


def test_every_pair_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == {(state, step) for state in HoldState for step in HoldStep}


@pytest.mark.parametrize(
    ("state", "step", "expected"),
    [
        (HoldState.HELD, HoldStep.CONFIRM, "confirmed"),
        (HoldState.HELD, HoldStep.RELEASE, "released"),
        (HoldState.CONFIRMED, HoldStep.CONFIRM, "confirmed"),
        (HoldState.CONFIRMED, HoldStep.RELEASE, "hold-confirmed"),
        (HoldState.RELEASED, HoldStep.CONFIRM, "hold-released"),
        (HoldState.RELEASED, HoldStep.RELEASE, "released"),
        (HoldState.LAPSED, HoldStep.CONFIRM, "hold-lapsed"),
        (HoldState.LAPSED, HoldStep.RELEASE, "lapsed"),
    ],
)
def test_where_each_step_leads(state: HoldState, step: HoldStep, expected: str) -> None:
    assert told(step, state=state) == expected


@pytest.mark.parametrize(
    ("minutes", "expected"), [(14.99, "confirmed"), (15, "hold-lapsed"), (600, "hold-lapsed")]
)
def test_a_kept_seat_lapses_after_a_quarter_of_an_hour(minutes: float, expected: str) -> None:
    assert told(HoldStep.CONFIRM, at=NOON + timedelta(minutes=minutes)) == expected


def test_what_was_confirmed_does_not_lapse() -> None:
    later = NOON + timedelta(days=1)

    assert told(HoldStep.CONFIRM, state=HoldState.CONFIRMED, at=later) == "confirmed"


@pytest.mark.parametrize("step", HoldStep, ids=str)
def test_only_who_keeps_the_seat_decides_on_it(step: HoldStep) -> None:
    assert told(step, by=TELA) == "not-your-hold"


@pytest.mark.parametrize(
    ("holder", "before_start", "kept"),
    [(CAF, 60, 15), (CAF, 5, 5), (TELA, 5, 15)],
    ids=["a quarter of an hour", "not beyond the beginning", "the place itself"],
)
def test_until_when_a_seat_is_kept(holder: UUID, before_start: int, kept: int) -> None:
    at = START - timedelta(minutes=before_start)

    assert held_until(SESSION, holder=holder, at=at) == at + timedelta(minutes=kept)

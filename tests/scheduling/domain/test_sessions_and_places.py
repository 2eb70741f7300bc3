"""What may be declared, and who may take a seat when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from scheduling.domain.events import PlaceChanged, PlaceRegistered, SessionScheduled
from scheduling.domain.places import Description, Place, decide_declaration
from scheduling.domain.refusals import Refusal
from scheduling.domain.sessions import Kind, Programme, Session, check_bookable, decide_session

START = datetime(2026, 3, 17, 13, tzinfo=UTC)
TELA, CAF, PLACE = (UUID(int=number) for number in (1, 2, 3))
WORKSHOP = Programme(
    kind=Kind.WORKSHOP,
    starts_at=START,
    ends_at=START + timedelta(hours=2),
    need="email",
    level=None,
    capacity=6,
    direct_booking=True,
)
SESSION = Session(
    id=UUID(int=4),
    place=PLACE,
    organisation=TELA,
    programme=WORKSHOP,
    open_to_others=True,
    cancelled=False,
    correlation=UUID(int=5),
    sequence=1,
)
SAID = Description(name="Tela", kind="third_place", commune="23096", online_booking=True)
KNOWN = Place(
    id=PLACE,
    organisation=TELA,
    reference="gueret",
    description=SAID,
    closed_at=None,
    sequence=1,
)


def code(told: object) -> str:
    return told.code if isinstance(told, Refusal) else type(told).__name__


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "SessionScheduled"),
        ({"ends_at": START}, "bad-hours"),
        ({"ends_at": START + timedelta(minutes=121)}, "session-too-long"),
        ({"kind": Kind.ONE_TO_ONE}, "one-seat-only"),
        ({"kind": Kind.ONE_TO_ONE, "capacity": 1}, "SessionScheduled"),
    ],
    ids=["workshop", "no time", "too long", "two for one", "one to one"],
)
def test_what_a_session_may_be(changes: dict[str, Any], expected: str) -> None:
    told = decide_session(
        replace(WORKSHOP, **changes),
        session=SESSION.id,
        place=PLACE,
        organisation=TELA,
        at=START - timedelta(days=7),
    )

    assert code(told) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (datetime(2026, 3, 17, 22, 59, tzinfo=UTC), "SessionScheduled"),
        (datetime(2026, 3, 17, 23, 0, tzinfo=UTC), "session-in-the-past"),
    ],
    ids=["the same day in France", "the next day in France"],
)
def test_a_session_is_declared_on_its_day_at_the_latest(at: datetime, expected: str) -> None:
    told = decide_session(WORKSHOP, session=SESSION.id, place=PLACE, organisation=TELA, at=at)

    assert code(told) == expected
    if isinstance(told, SessionScheduled):
        assert (told.capacity, told.starts_at) == (6, START)


@pytest.mark.parametrize(
    ("who", "changes", "at", "expected"),
    [
        (CAF, {}, START - timedelta(seconds=1), None),
        (CAF, {}, START, "session-begun"),
        (CAF, {"open_to_others": False}, START - timedelta(days=1), "ask-the-place"),
        (TELA, {"open_to_others": False}, START + timedelta(hours=2), None),
        (TELA, {}, START + timedelta(hours=2, seconds=1), "session-over"),
        (TELA, {"cancelled": True}, START, "session-cancelled"),
    ],
    ids=["others", "others too late", "closed to others", "walks in", "over", "cancelled"],
)
def test_who_may_take_a_seat_and_when(
    who: UUID, changes: dict[str, Any], at: datetime, expected: str | None
) -> None:
    refusal = check_bookable(replace(SESSION, **changes), booker=who, at=at)

    assert (None if refusal is None else refusal.code) == expected


def test_a_new_place_is_registered_whole() -> None:
    told = decide_declaration(None, SAID, place=PLACE, organisation=TELA, reference="gueret")

    assert told == PlaceRegistered(
        place=PLACE,
        organisation=TELA,
        name="Tela",
        kind="third_place",
        commune="23096",
        online_booking=True,
        address=None,
        access=None,
    )


@pytest.mark.parametrize(
    ("known", "said", "who", "reference", "expected"),
    [
        (KNOWN, SAID, TELA, "gueret", "NoneType"),
        (KNOWN, replace(SAID, address="1 rue du Lac"), TELA, "gueret", PlaceChanged.__name__),
        (KNOWN, SAID, CAF, "gueret", "not-your-place"),
        (KNOWN, SAID, TELA, "autre", "reference-taken"),
        (replace(KNOWN, closed_at=START), SAID, TELA, "gueret", "place-closed"),
    ],
    ids=["the same", "changed", "another's", "another word", "closed"],
)
def test_a_declaration_said_again(
    known: Place, said: Description, who: UUID, reference: str, expected: str
) -> None:
    told = decide_declaration(known, said, place=PLACE, organisation=who, reference=reference)

    assert code(told) == expected

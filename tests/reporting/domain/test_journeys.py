"""The order of a journey, and who may see it."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from reporting.domain.journeys import Entry, Viewer, in_order, may_see, participants
from tests.reporting.telling import CAF, MAIRIE, START, TELA

MINUTE = timedelta(minutes=1)


def entry(
    log_seq: int, *, event_id: str = "", happened: int = 0, recorded: int = 0, **data: Any
) -> Entry:
    return Entry(
        log_seq=log_seq,
        event_id=event_id or str(log_seq),
        type="maillage.thing.done.v1",
        service="referrals",
        happened_at=START + happened * MINUTE,
        recorded_at=START + recorded * MINUTE,
        subject=None,
        correlation_id=None,
        data=data,
    )


def test_steps_stand_by_when_they_happened_then_were_recorded_then_written() -> None:
    ordered = [
        entry(4, happened=0, recorded=9),
        entry(3, happened=1, recorded=1),
        entry(2, event_id="0197-a", happened=1, recorded=2),
        entry(1, event_id="0197-b", happened=1, recorded=2),
    ]

    for shuffled in permutations(ordered):
        assert in_order(shuffled) == ordered


def test_whoever_sends_is_asked_or_acts_takes_part() -> None:
    entries = [
        entry(1, sender=str(CAF), targets=[str(TELA)], person="0193"),
        entry(2, organisation=str(MAIRIE)),
    ]

    assert participants(entries) == {CAF, TELA, MAIRIE}


@pytest.mark.parametrize("data", [{"sender": "no-uuid"}, {"targets": "x"}, {"organisation": 7}, {}])
def test_data_that_names_no_organisation_names_none(data: dict[str, Any]) -> None:
    assert participants([entry(1, **data)]) == set()


@pytest.mark.parametrize(
    ("viewer", "sees"),
    [
        (Viewer(organisation=CAF, sees_everything=False), True),
        (Viewer(organisation=TELA, sees_everything=False), True),
        (Viewer(organisation=MAIRIE, sees_everything=False), False),
        (Viewer(organisation=None, sees_everything=False), False),
        (Viewer(organisation=None, sees_everything=True), True),
        (Viewer(organisation=MAIRIE, sees_everything=True), True),
    ],
)
def test_an_organisation_sees_the_journeys_in_which_it_takes_part(
    viewer: Viewer, *, sees: bool
) -> None:
    entries = [entry(1, sender=str(CAF), targets=[str(TELA)])]

    assert may_see(viewer, entries) is sees

"""The past is entered in its order, under the scope `history`, by the same intents as today."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from chassis.database import Database
from contracts.intents.intent import Intent
from contracts.intents.scheduling import (
    AttendanceCorrected,
    AttendanceRecorded,
    BookingCancelled,
    BookingRequested,
    SessionCancelled,
    SessionDeclared,
    VisitRecorded,
)
from scheduling.application.telling import tell_seats
from tests.scheduling.messages.conftest import Post
from tests.scheduling.told import World
from tests.timing import FixedClock

DAY = timedelta(days=1)


@pytest.fixture
def first_day(clock: FixedClock) -> datetime:
    """The same day, a year and some weeks ago."""
    return clock.now() - 400 * DAY


async def happened(
    post: Post, slug: str, model: type[Intent], at: datetime, **said: Any
) -> tuple[str, UUID]:
    """Enter it as history; the reason of the answer, and what it is about."""
    written = {key: str(each) if isinstance(each, UUID) else each for key, each in said.items()}
    submission = await post.bring(slug, model.from_data(written), at=at, history=True)
    verdict = (await post.verdict(submission))["data"]
    return verdict.get("reason", "accepted"), UUID(verdict.get("subject", str(UUID(int=0))))


def workshop(place: UUID, start: datetime) -> dict[str, Any]:
    return {
        "place": place,
        "kind": "workshop",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
        "need": "email",
        "capacity": 2,
        "direct_booking": True,
    }


async def test_a_year_ago_everything_goes_as_it_would_today(
    post: Post, world: World, first_day: datetime, own_database: Database
) -> None:
    place, referral = await world.place("tela"), await world.referral("caf", "tela")
    start, somebody = first_day + 7 * DAY, {"commune": "23096", "birth_band": "unknown"}

    _, session = await happened(post, "tela", SessionDeclared, first_day, **workshop(place, start))
    seat = {"session": session, "anonymous": somebody}
    _, came = await happened(
        post, "caf", BookingRequested, first_day + DAY, **seat, referral=referral.id
    )
    _, gave_back = await happened(post, "caf", BookingRequested, first_day + 2 * DAY, **seat)
    full, _ = await happened(post, "caf", BookingRequested, first_day + 2 * DAY, **seat)
    await happened(
        post, "caf", BookingCancelled, start - DAY, booking=gave_back, reason="by_person"
    )
    _, walked_in = await happened(post, "tela", BookingRequested, start, **seat)
    late, _ = await happened(post, "caf", BookingRequested, start, **seat)
    said = {"topics": ["email"], "minutes": 110, "title_presented": True}
    for booking in (came, walked_in):
        reason, _ = await happened(
            post, "tela", AttendanceRecorded, start, booking=booking, status="seen", **said
        )
        assert reason == "accepted"
    await happened(
        post, "tela", AttendanceCorrected, start + DAY, booking=walked_in, status="missed"
    )

    assert (full, late) == ("no-seat-left", "session-begun")
    times = [fact["time"] for fact in await world.facts("booking.confirmed", "booking.cancelled")]
    assert times == [
        (first_day + after * DAY).isoformat().replace("+00:00", "Z") for after in (1, 2, 6, 7)
    ]
    states = await world.rows("SELECT state FROM booking ORDER BY confirmed_at")
    assert [row["state"] for row in states] == ["seen", "cancelled", "missed"]
    async with own_database.transaction() as tx:
        assert await tell_seats(tx) == 0  # nobody looks for a seat of last year


async def test_a_session_called_off_a_year_ago_and_a_visit_of_that_day(
    post: Post, world: World, first_day: datetime
) -> None:
    place = await world.place("tela")
    _, session = await happened(
        post, "tela", SessionDeclared, first_day, **workshop(place, first_day + DAY)
    )
    visit = {"place": place, "minutes": 20, "topics": ["email"], "autonomy": "autonomous"}

    off, _ = await happened(
        post, "tela", SessionCancelled, first_day, session=session, reason="weather"
    )
    noted, _ = await happened(post, "tela", VisitRecorded, first_day, **visit)
    past, _ = await happened(
        post, "tela", SessionDeclared, first_day, **workshop(place, first_day - 2 * DAY)
    )

    assert (off, noted, past) == ("accepted", "accepted", "session-in-the-past")
    [fact] = await world.facts("visit.recorded")
    assert fact["time"] == first_day.isoformat().replace("+00:00", "Z")


async def test_a_batch_of_visits_asks_the_database_six_times_for_each(
    post: Post, world: World, first_day: datetime, own_database: Database
) -> None:
    """Thousands are entered at once: the savepoint and its end, the act, standing, place, visit."""
    place = await world.place("tela")
    visit = VisitRecorded(place=place, minutes=20, autonomy="autonomous")
    batches = [
        [
            post.record(
                "tela", visit, submission=uuid4(), at=first_day + number * DAY, history=True
            )
            for number in range(size)
        ]
        for size in (10, 30)
    ]
    asked = []
    for batch in batches:
        with statements(own_database) as heard:
            await post.inbox.take(batch)
        asked.append(len(heard))

    assert (asked[1] - asked[0]) / 20 <= 6
    assert len(await world.facts("intent.accepted")) == 40


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement that the database is asked meanwhile."""
    heard: list[str] = []

    def hear(*said: Any) -> None:
        heard.append(said[2])

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)

"""Partners' intents: each is answered once, and what it makes so travels as facts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts import catalogue
from contracts.events.referrals import PersonRegistered, ReferralRedirected, ReferralSent
from contracts.intents.intent import Intent
from contracts.intents.scheduling import (
    AttendanceCorrected,
    AttendanceRecorded,
    BookingCancelled,
    BookingRequested,
    PlaceDeclared,
    SessionCancelled,
    SessionDeclared,
    VisitRecorded,
)
from scheduling.domain.directory import Standing
from scheduling.entrypoints.intents import READS
from scheduling.entrypoints.wording import SENTENCES
from tests.scheduling.messages.conftest import Post
from tests.scheduling.told import World
from tests.timing import FixedClock

SOMEBODY = {"anonymous": {"commune": "23096", "birth_band": "unknown"}}


def asked(model: type[Intent], **data: Any) -> Intent:
    """The intent as a partner sends it."""
    said = {key: str(each) if isinstance(each, UUID) else each for key, each in data.items()}
    return model.from_data(said)


def place(**changes: Any) -> Intent:
    said = {"reference": "gueret", "name": "Tela", "kind": "third_place", "commune": "23096"}
    return asked(PlaceDeclared, **{**said, "online_booking": True, **changes})


def session(world: World, of: UUID, **changes: Any) -> Intent:
    start = world.clock.now() + timedelta(days=1)
    said = {
        "place": of,
        "kind": "workshop",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
        "need": "email",
        "capacity": 2,
        "direct_booking": True,
    }
    return asked(SessionDeclared, **{**said, **changes})


async def subject(post: Post, slug: str, intent: Intent | Mapping[str, Any], **given: Any) -> UUID:
    verdict = await post.verdict(await post.bring(slug, intent, **given))
    assert verdict["type"] == "intent.accepted", verdict["data"]
    return UUID(verdict["data"]["subject"])


async def reason(post: Post, slug: str, intent: Intent, **given: Any) -> str:
    verdict = await post.verdict(await post.bring(slug, intent, **given))
    assert verdict["type"] == "intent.refused"
    assert verdict["organisation"] == str(post.world[slug])
    assert verdict["data"]["detail"] == SENTENCES[verdict["data"]["reason"]]
    return str(verdict["data"]["reason"])


def test_every_intent_that_scheduling_decides_is_read() -> None:
    ours = {each.type for each in catalogue.INTENTS if each.decided_by == "scheduling"}

    assert set(READS) == ours


async def test_a_day_at_a_place_from_the_door_to_the_correction(
    post: Post, world: World, clock: FixedClock
) -> None:
    where = await subject(post, "tela", place())
    when = await subject(post, "tela", session(world, where))
    seat = await subject(post, "caf", asked(BookingRequested, session=when, **SOMEBODY))
    clock.advance(timedelta(days=1, hours=2))
    seen = asked(
        AttendanceRecorded,
        booking=seat,
        status="seen",
        topics=["email", "files"],
        minutes=110,
        title_presented=True,
    )
    assert await subject(post, "tela", seen) == seat
    corrected = asked(AttendanceCorrected, booking=seat, status="missed")
    assert await subject(post, "tela", corrected) == seat
    visit = asked(VisitRecorded, place=where, minutes=10, autonomy="autonomous", topics=["email"])
    await subject(post, "tela", visit)

    told = await world.facts(
        "place.registered",
        "session.scheduled",
        "booking.confirmed",
        "attendance.recorded",
        "attendance.corrected",
        "visit.recorded",
    )
    assert [(each["type"], int(each["sequence"])) for each in told] == [
        ("place.registered", 1),
        ("session.scheduled", 1),
        ("booking.confirmed", 1),
        ("attendance.recorded", 2),
        ("attendance.corrected", 3),
        ("visit.recorded", 1),
    ]
    for each in told:
        model = catalogue.message(f"maillage.{each['type']}.v1")
        assert model.from_data(each["data"]).to_data() == each["data"]
        assert each["key"] == each["data"][model.key]
    registered, _, confirmed, recorded, correction, visited = told
    assert registered["topic"] == "maillage.directory.v1"
    assert confirmed["data"]["booked_by"] == str(world["caf"])
    assert confirmed["datasubject"] == confirmed["data"]["person"]
    assert recorded["data"]["topics"] == ["email", "files"]
    assert recorded["data"]["title_presented"] is True
    assert correction["data"]["previous_status"] == "seen"
    assert {each["correlationid"] for each in (confirmed, recorded, correction)} == {
        confirmed["correlationid"]
    }
    assert visited["correlationid"] != confirmed["correlationid"]
    assert "datasubject" not in visited


async def test_a_submission_is_decided_once_however_often_it_comes(
    post: Post, world: World
) -> None:
    submission = await post.bring("tela", place())
    await post.bring("tela", place(), submission=submission)

    assert len(await post.verdicts(submission)) == 1
    assert len(await world.facts("place.registered")) == 1


async def test_a_place_declared_again_is_the_same_place(post: Post, world: World) -> None:
    first = await subject(post, "tela", place())
    same = await subject(post, "tela", place())
    changed = await subject(post, "tela", place(address="4 rue du Lac, Guéret"))
    others = await subject(post, "mission-locale", place())

    assert first == same == changed != others
    told = await world.facts("place.registered", "place.changed")
    assert [(each["type"], each["key"], int(each["sequence"])) for each in told] == [
        ("place.registered", str(first), 1),
        ("place.changed", str(first), 2),
        ("place.registered", str(others), 1),
    ]


async def test_a_booking_under_a_referral_takes_its_parcours_and_its_person(
    post: Post, world: World
) -> None:
    when = await world.session("tela", await world.place("tela"))
    referral, person, correlation = uuid4(), uuid4(), uuid4()
    wanted = asked(BookingRequested, session=when, person=person, referral=referral)

    submission = await post.bring("caf", wanted)
    assert await post.verdicts(submission) == []
    assert await post.aside() == [("waiting", "waiting")]
    await post.tell(
        ReferralSent.from_data(
            {
                "referral": str(referral),
                "sender": str(world["caf"]),
                "person": str(person),
                "targets": [str(world["tela"])],
                "need": "email",
                "urgency": "ordinary",
                "commune": "23176",
                "birth_band": "1940-1949",
            }
        ),
        correlation=correlation,
    )

    verdict = await post.verdict(submission)
    (fact,) = await world.facts("booking.confirmed")
    assert verdict["correlationid"] == fact["correlationid"] == str(correlation)
    assert fact["data"]["person"] == str(person)
    assert fact["data"]["referral"] == str(referral)
    assert (fact["data"]["commune"], fact["data"]["birth_band"]) == ("23176", "1940-1949")


async def test_a_booking_waits_for_its_person(post: Post, world: World) -> None:
    when = await world.session("tela", await world.place("tela"))
    person = uuid4()

    submission = await post.bring("caf", asked(BookingRequested, session=when, person=person))
    assert await post.verdicts(submission) == []
    await post.tell(
        PersonRegistered.from_data(
            {"person": str(person), "registered_by": str(world["caf"]), "commune": "23096"}
        )
    )

    assert (await post.verdict(submission))["type"] == "intent.accepted"
    (fact,) = await world.facts("booking.confirmed")
    assert fact["data"]["commune"] == "23096"


async def test_what_stays_unknown_is_refused_after_a_minute(
    post: Post, world: World, clock: FixedClock
) -> None:
    waiting = {
        await post.bring("tela", asked(BookingRequested, session=uuid4(), **SOMEBODY)): "session",
        await post.bring("tela", session(world, uuid4())): "place",
        await post.bring("tela", asked(AttendanceRecorded, booking=uuid4(), status="seen")): (
            "booking"
        ),
    }
    assert await world.facts() == []

    clock.advance(timedelta(seconds=61))
    await post.consumers.expire()

    for submission, noun in waiting.items():
        assert (await post.verdict(submission))["data"]["reason"] == f"unknown-{noun}"


async def test_who_is_not_entitled_is_told_so(post: Post, world: World, clock: FixedClock) -> None:
    where = await world.place("tela")
    when = await world.session("tela", where)
    closed = await world.session("tela", where, direct_booking=False)
    seat = await world.book("caf", when)
    foreign = await world.referral("mission-locale", "tela")
    visit = asked(VisitRecorded, place=where, minutes=10, autonomy="autonomous")

    assert await reason(post, "caf", place(place=where)) == "not-your-place"
    assert await reason(post, "caf", session(world, where)) == "not-your-place"
    off = asked(SessionCancelled, session=when, reason="weather")
    assert await reason(post, "caf", off) == "not-your-place"
    assert await reason(post, "caf", visit) == "not-your-place"
    wanted = asked(BookingRequested, session=closed, **SOMEBODY)
    assert await reason(post, "caf", wanted) == "ask-the-place"
    under = asked(BookingRequested, session=when, referral=foreign.id, **SOMEBODY)
    assert await reason(post, "caf", under) == "referral-not-yours"
    other = asked(BookingRequested, session=when, referral=foreign.id, person=uuid4())
    assert await reason(post, "mission-locale", other) == "referral-of-another"
    back = asked(BookingCancelled, booking=seat, reason="by_person")
    assert await reason(post, "mission-locale", back) == "not-your-booking"
    clock.advance(timedelta(days=1))
    came = asked(AttendanceRecorded, booking=seat, status="seen")
    assert await reason(post, "caf", came) == "not-your-place"


async def test_whoever_is_asked_instead_may_take_a_seat(post: Post, world: World) -> None:
    when = await world.session("tela", await world.place("tela"))
    sent = await world.referral("mission-locale", "tela")
    wanted = asked(BookingRequested, session=when, referral=sent.id, **SOMEBODY)
    assert await reason(post, "caf", wanted) == "referral-not-yours"
    redirected = ReferralRedirected(
        referral=sent.id, from_organisation=world["tela"], targets=[world["caf"]]
    )

    await post.tell(redirected)

    seat = await subject(post, "caf", wanted)
    (fact,) = await world.facts("booking.confirmed")
    assert (fact["key"], fact["data"]["person"]) == (str(seat), str(sent.person.id))
    (kept,) = await world.rows("SELECT targets FROM referral")
    assert sorted(kept["targets"]) == sorted([world["tela"], world["caf"]])


async def test_a_seat_after_a_visit_goes_on_with_its_journey(post: Post, world: World) -> None:
    where = await world.place("tela")
    when = await world.session("tela", where)
    visit = asked(VisitRecorded, place=where, minutes=10, autonomy="autonomous")
    came = await subject(post, "tela", visit)

    seat = await subject(
        post, "tela", asked(BookingRequested, session=when, visit=came, **SOMEBODY)
    )

    noted, booked = await world.facts("visit.recorded", "booking.confirmed")
    assert (noted["key"], booked["key"]) == (str(came), str(seat))
    assert noted["correlationid"] == booked["correlationid"]


async def test_a_seat_after_a_visit_is_for_its_organisation_and_its_person(
    post: Post, world: World
) -> None:
    where = await world.place("tela")
    someone, other = await world.person(), await world.person()
    came = (await world.visit("tela", where, person=someone)).subject
    after = {"session": await world.session("tela", where), "visit": came}

    foreign = asked(BookingRequested, person=someone, **after)
    assert await reason(post, "caf", foreign) == "visit-not-yours"
    for whom in (SOMEBODY, {"person": other}):
        wanted = asked(BookingRequested, **after, **whom)
        assert await reason(post, "tela", wanted) == "visit-not-yours"
    await subject(post, "tela", asked(BookingRequested, person=someone, **after))
    assert len(await world.facts("booking.confirmed")) == 1


async def test_a_seat_asked_for_before_its_visit_is_known_waits_for_it(
    post: Post, world: World, clock: FixedClock
) -> None:
    when = await world.session("tela", await world.place("tela"))
    early = asked(BookingRequested, session=when, visit=uuid4(), **SOMEBODY)
    waiting = await post.bring("tela", early)
    assert await world.facts("intent.refused") == []

    clock.advance(timedelta(seconds=61))
    await post.consumers.expire()

    assert (await post.verdict(waiting))["data"]["reason"] == "unknown-visit"


async def test_a_full_session_and_a_suspended_host_are_refused(post: Post, world: World) -> None:
    where = await world.place("tela")
    when = await world.session("tela", where, capacity=1)
    await world.book("caf", when)
    wanted = asked(BookingRequested, session=when, **SOMEBODY)

    assert await reason(post, "caf", wanted) == "no-seat-left"
    await world.introduce("tela", standing=Standing.SUSPENDED)
    assert await reason(post, "caf", wanted) == "organisation-not-active"


@pytest.mark.parametrize(
    ("days", "history", "accepted"),
    [(-44, False, True), (-46, False, False), (-400, True, True), (1, True, False)],
    ids=["late", "too late", "history", "ahead"],
)
async def test_when_it_happened_decides(
    post: Post, world: World, days: int, *, history: bool, accepted: bool
) -> None:
    where = await world.place("tela")
    at = world.clock.now() + timedelta(days=days)
    visit = asked(VisitRecorded, place=where, minutes=10, autonomy="autonomous")

    verdict = await post.verdict(await post.bring("tela", visit, at=at, history=history))

    if accepted:
        (fact,) = await world.facts("visit.recorded")
        assert fact["time"][:10] == at.date().isoformat()
        assert fact["recordedtime"][:10] == world.clock.now().date().isoformat()
    else:
        assert verdict["data"]["reason"] == "time-out-of-range"


async def test_a_session_called_off_gives_every_seat_back(post: Post, world: World) -> None:
    when = await world.session("tela", await world.place("tela"))
    seats = [await world.book("caf", when) for _ in range(2)]
    off = asked(SessionCancelled, session=when, reason="weather")

    assert await subject(post, "tela", off) == when

    told = await world.facts("session.cancelled", "booking.cancelled")
    assert [(each["key"], each["data"]["reason"]) for each in told] == [
        (str(when), "weather"),
        *((str(seat), "session_cancelled") for seat in seats),
    ]
    wanted = asked(BookingRequested, session=when, **SOMEBODY)
    assert await reason(post, "caf", wanted) == "session-cancelled"


async def test_an_unknown_commune_is_refused(post: Post) -> None:
    assert await reason(post, "tela", place(commune="75056")) == "unknown-commune"


async def test_what_breaks_the_contract_parks_and_is_shown(post: Post) -> None:
    await post.bring("tela", {"place": "nowhere"}, type_=VisitRecorded.type)

    assert await post.aside() == [("parked", "unreadable")]

"""What programs may ask of scheduling, and what a repeated request comes to."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from scheduling.domain.bookings import State
from tests.doors import Doors
from tests.scheduling.told import World
from tests.timing import FixedClock

PLACE = {"name": "Tela", "kind": "third_place", "commune": "23096", "online_booking": True}
SOMEBODY = {"anonymous": {"commune": "23096", "birth_band": "unknown"}}


def key(name: str = "") -> dict[str, str]:
    return {"Idempotency-Key": name or str(uuid4())}


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return f"{answer.status_code} {answer.json()['code']}"


async def test_a_day_by_http(doors: Doors, world: World, clock: FixedClock) -> None:
    tela, caf = doors.program("tela"), doors.program("caf")
    place = (await tela.put("/v1/places/gueret", json=PLACE)).json()["subject"]
    start = clock.now() + timedelta(days=1)
    said = {
        "place": place,
        "kind": "workshop",
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(),
        "need": "email",
        "capacity": 6,
        "direct_booking": True,
    }
    session = (await tela.post("/v1/sessions", json=said, headers=key())).json()["subject"]
    wanted = {"session": session, **SOMEBODY}

    booked = await caf.post("/v1/bookings", json=wanted, headers=key())

    assert booked.status_code == 201
    booking = booked.json()["subject"]
    shown = (await caf.get(f"/v1/sessions/{session}")).json()
    assert (shown["capacity"], shown["free"], shown["place_name"]) == (6, 5, "Tela")
    clock.advance(timedelta(days=1, hours=2))
    for status in ("missed", "seen"):
        put = await tela.put(f"/v1/bookings/{booking}/attendance", json={"status": status})
        assert put.status_code == 204
    seen = (await caf.get(f"/v1/bookings/{booking}")).json()
    assert [step["state"] for step in seen["steps"]] == ["confirmed", "missed", "seen"]
    assert seen["correlation_id"] == booked.json()["correlation_id"]
    assert "person" not in seen
    visit = {"place": place, "minutes": 15, "topics": ["email"], "autonomy": "autonomous"}
    assert (await tela.post("/v1/visits", json=visit, headers=key())).status_code == 201
    assert len(await world.facts("visit.recorded", "attendance.corrected")) == 2


async def test_the_same_key_is_the_same_booking_and_another_content_a_conflict(
    doors: Doors, world: World
) -> None:
    place = await world.place("tela")
    sessions = [str(await world.session("tela", place)) for _ in range(2)]
    caf = doors.program("caf")
    wanted = {"session": sessions[0], **SOMEBODY}

    first = await caf.post("/v1/bookings", json=wanted, headers=key("un"))
    again = await caf.post("/v1/bookings", json=wanted, headers=key("un"))
    other = await caf.post(
        "/v1/bookings", json={**wanted, "session": sessions[1]}, headers=key("un")
    )
    without = await caf.post("/v1/bookings", json=wanted)

    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert code(other) == "409 idempotency-key-reused"
    assert code(without) == "400 idempotency-key-missing"
    assert len(await world.facts("booking.confirmed")) == 1


async def test_a_refusal_is_kept_under_its_key_but_not_what_is_unknown_yet(
    doors: Doors, world: World
) -> None:
    place = await world.place("tela")
    full = str(await world.session("tela", place, capacity=1))
    seat = await world.book("caf", UUID(full))
    caf = doors.program("caf")

    refused = await caf.post("/v1/bookings", json={"session": full, **SOMEBODY}, headers=key("a"))
    await world.give_back("caf", seat)
    again = await caf.post("/v1/bookings", json={"session": full, **SOMEBODY}, headers=key("a"))
    assert code(refused) == code(again) == "409 no-seat-left"

    referral = await world.referral("caf", "tela")
    wanted = {"session": full, "referral": str(uuid4())}
    unknown = await caf.post("/v1/bookings", json=wanted, headers=key("b"))
    assert code(unknown) == "404 unknown-referral"
    known = {"session": full, "referral": str(referral.id)}
    booked = await caf.post("/v1/bookings", json=known, headers=key("b"))
    assert booked.json()["correlation_id"] == str(referral.correlation)


async def test_free_seats_are_the_nearest_first(doors: Doors, world: World) -> None:
    far = await world.place("tela", "la-souterraine", commune="23176", name="La Souterraine")
    near = await world.place("tela", "gueret", commune="23096", name="Guéret")
    soon = world.clock.now() + timedelta(hours=2)
    await world.session("tela", far, starts_at=soon)
    await world.session("tela", near)
    await world.session("tela", near, need="files")
    await world.session("tela", near, level="advanced")
    full = await world.session("tela", near, capacity=1)
    await world.book("caf", full)
    off = await world.session("tela", near)
    await world.call_off("tela", off)
    caf = doors.program("caf")
    query = "need=online_procedures&level=beginner"

    by_date = (await caf.get(f"/v1/sessions?{query}")).json()["items"]
    by_way = (await caf.get(f"/v1/sessions?{query}&commune=23096")).json()["items"]

    assert [each["place_name"] for each in by_date] == ["La Souterraine", "Guéret"]
    assert [each["place_name"] for each in by_way] == ["Guéret", "La Souterraine"]
    assert by_way[0]["km"] == 0
    assert 20 < by_way[1]["km"] < 50
    assert by_date[0]["km"] is None


async def test_the_platforms_administrator_declares_a_place_for_its_organisation(
    doors: Doors, world: World
) -> None:
    root = doors.administrator()
    body = {**PLACE, "organisation": str(world["tela"])}

    first = await root.put("/v1/places/gueret", json=body)
    again = await root.put("/v1/places/gueret", json=body)
    nobodys = await root.put("/v1/places/gueret", json=PLACE)
    others = await doors.program("caf").put("/v1/places/gueret", json=body)

    assert first.json() == again.json()
    assert len(await world.facts("place.registered", "place.changed")) == 1
    assert code(nobodys) == "403 no-organisation"
    assert code(others) == "403 forbidden"
    [listed] = (await root.get(f"/v1/places?organisation={world['tela']}")).json()["items"]
    assert (listed["place"], listed["reference"]) == (first.json()["subject"], "gueret")


REFUSED = [
    ("POST", "/v1/sessions/{session}/cancel", {"reason": "weather"}, "403 not-your-place"),
    ("POST", "/v1/bookings/{booking}/cancel", {"reason": "by_person"}, "403 not-your-booking"),
    ("PUT", "/v1/bookings/{booking}/attendance", {"status": "seen"}, "403 not-your-place"),
    ("GET", "/v1/bookings/{booking}", None, "404 unknown-booking"),
    ("POST", "/v1/places/{place}/close", None, "403 not-your-place"),
    (
        "POST",
        "/v1/visits",
        {"place": "{place}", "minutes": 5, "autonomy": "autonomous"},
        "403 not-your-place",
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED]
)
async def test_another_organisation_is_kept_out(
    doors: Doors, world: World, method: str, path: str, body: dict[str, Any] | None, expected: str
) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place, starts_at=world.clock.now())
    booking = await world.book("tela", session)
    ids = {"place": place, "session": session, "booking": booking}
    said = body and {
        name: value.format(**ids) if isinstance(value, str) else value
        for name, value in body.items()
    }
    before = await world.facts()

    stranger = doors.program("mission-locale")
    answer = await stranger.request(method, path.format(**ids), json=said, headers=key())

    assert code(answer) == expected
    assert await world.facts() == before


@pytest.mark.parametrize("role", ["department", "auditor", "protection-officer"])
async def test_who_does_not_work_with_people_changes_nothing(
    doors: Doors, world: World, role: str
) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place)
    booking = await world.book("tela", session)
    someone = doors.colleague("tela", role)

    wanted = {"session": str(session), **SOMEBODY}
    booked = await someone.post("/v1/bookings", json=wanted, headers=key())
    put = await someone.put("/v1/places/gueret", json=PLACE)
    read = await someone.get(f"/v1/bookings/{booking}")

    assert code(booked) == code(put) == "403 forbidden"
    assert read.status_code == (200 if role == "department" else 404)


async def test_a_credential_without_the_scope_books_nothing(doors: Doors, world: World) -> None:
    session = await world.session("tela", await world.place("tela"))
    wanted = {"session": str(session), **SOMEBODY}

    narrow = doors.program("caf", scope="persons")

    assert code(await narrow.post("/v1/bookings", json=wanted, headers=key())) == "403 forbidden"


COUNTED = {
    "places": 2,
    "sessions": 2,
    "seats_offered": 8,
    "bookings": 4,
    "bookings_cancelled": 1,
    "attendances_seen": 1,
    "attendances_missed": 1,
    "attendances_excused": 0,
    "visits": 1,
}


async def test_everything_is_counted_as_it_stands_after_corrections(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    place = await world.place("tela")
    await world.close("tela", await world.place("tela", "ahun"))
    await world.session("tela", place, capacity=2)
    session = await world.session("tela", place)
    await world.call_off("tela", await world.session("tela", place))
    booked = [await world.book("caf", session) for _ in range(4)]
    await world.give_back("caf", booked[0])
    clock.advance(timedelta(days=1))
    await world.attend("tela", booked[1], State.EXCUSED)
    await world.attend("tela", booked[1], correction=True)
    await world.attend("tela", booked[2], State.MISSED)
    await world.visit("tela", place)

    told = await doors.administrator().get("/v1/counts")

    assert told.json() == {"as_of": "2026-11-25T12:00:00Z", "counts": COUNTED}
    refused = await doors.program("tela").get("/v1/counts")
    assert code(refused) == "403 forbidden"


async def test_only_who_enters_history_says_when_it_happened(doors: Doors, world: World) -> None:
    place = str(await world.place("tela"))
    visit = {"place": place, "minutes": 15, "autonomy": "autonomous"}
    said = {**visit, "at": "2025-03-01T10:00:00+01:00"}

    refused = await doors.program("tela").post("/v1/visits", json=said, headers=key())
    entered = await doors.program("tela", scope="events history").post(
        "/v1/visits", json=said, headers=key()
    )

    assert code(refused) == "403 history-not-yours"
    assert entered.status_code == 201
    [fact] = await world.facts("visit.recorded")
    assert fact["time"] == "2025-03-01T09:00:00Z"

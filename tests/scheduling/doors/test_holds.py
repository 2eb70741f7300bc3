"""A seat on the spot: by HTTP, and on the pages that the referral's form leads to."""

import re
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from scheduling.entrypoints import hold_pages
from tests.doors import Doors
from tests.scheduling.doors.conftest import HERE, REFERRALS
from tests.scheduling.doors.test_api import code, key
from tests.scheduling.doors.test_pages import post, text
from tests.scheduling.told import World
from tests.timing import FixedClock


async def click(
    client: httpx.AsyncClient, path: str, referral: object, *, origin: str = REFERRALS
) -> httpx.Response:
    """The form of the referral's page, as a browser sends it from there."""
    sent = {"origin": origin, "sec-fetch-site": "same-site"}
    return await client.post(path, data={"referral": str(referral)}, headers=sent)


async def test_a_seat_is_kept_confirmed_and_its_page_says_what_to_tell(
    doors: Doors, world: World
) -> None:
    place = await world.place("tela", address="4 rue Fictive", access="Rampe, bus 3")
    session = await world.session("tela", place)
    referral = await world.referral("caf", "tela")
    caf = doors.colleague("caf", "professional")

    kept = await click(caf, f"/sessions/{session}/holds", referral.id)
    hold = kept.headers["location"]
    shown = await caf.get(hold)
    booked = await post(caf, hold, f"{hold}/confirm")

    assert (kept.status_code, shown.status_code, booked.status_code) == (303, 200, 303)
    for said in (
        "gardée jusqu'à 13 h 15",
        "mercredi 25 novembre",
        "4 rue Fictive",
        "Rampe",
        "Tela",
    ):
        assert said in text(shown)
    assert f"{REFERRALS}/referrals/{referral.id}" in shown.text
    told = await caf.get(booked.headers["location"])
    for said in ("La place est réservée", "À dire à la personne", "4 rue Fictive", "Rampe"):
        assert said in text(told)
    assert (await caf.get(hold)).headers["location"] == f"/bookings/{hold.rpartition('/')[2]}"


async def test_a_seat_given_back_or_lapsed_says_so_and_may_be_kept_again(
    doors: Doors, world: World, clock: FixedClock
) -> None:
    session = await world.session("tela", await world.place("tela"))
    referral = await world.referral("caf", "tela")
    caf, path = doors.colleague("caf", "professional"), f"/sessions/{session}/holds"
    first = (await click(caf, path, referral.id)).headers["location"]

    await post(caf, first, f"{first}/release")
    back = await caf.get(first)
    assert "La place est rendue" in text(back)
    again = await post(caf, first, path)
    second = again.headers["location"]
    form = await caf.get(second)
    clock.advance(timedelta(minutes=15))
    act = re.findall(r'name="act" value="([^"]+)"', form.text)[0]
    late = await caf.post(f"{second}/confirm", data={"act": act})

    assert late.status_code == 409
    assert "Le quart d'heure est passé" in text(late)
    assert "La place n'est plus gardée" in text(await caf.get(second))
    assert await world.facts("booking.confirmed") == []


async def test_a_referral_still_on_its_way_is_waited_for_then_tried_again(
    doors: Doors, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hold_pages, "HEARD_WITHIN_S", 0.2)
    session = await world.session("tela", await world.place("tela"))
    caf = doors.colleague("caf", "professional")

    answer = await click(caf, f"/sessions/{session}/holds", uuid4())

    assert answer.status_code == 404
    assert "L'orientation n'est pas encore arrivée" in text(answer)
    assert "Réessayer" in text(answer)


async def test_for_a_referral_the_free_seats_are_kept_not_booked(
    doors: Doors, world: World
) -> None:
    session = await world.session("tela", await world.place("tela"))
    referral = await world.referral("caf", "tela")
    caf, page = doors.colleague("caf"), f"/book?referral={referral.id}"

    kept = await post(caf, page, f"/sessions/{session}/holds")

    shown = await caf.get(page)
    assert f"{REFERRALS}/referrals/{referral.id}" in shown.text
    assert 'value="La Souterraine"' in shown.text
    other = await doors.colleague("mission-locale").get(page)
    assert "La Souterraine" not in other.text
    assert "Une place est gardée" in text(await caf.get(kept.headers["location"]))
    assert "/holds" not in (await caf.get("/book?referral=12")).text


async def test_a_full_session_leads_to_another(doors: Doors, world: World) -> None:
    session = await world.session("tela", await world.place("tela"), capacity=1)
    await world.book("caf", session)
    referral = await world.referral("caf", "tela")

    answer = await click(doors.colleague("caf"), f"/sessions/{session}/holds", referral.id)

    assert answer.status_code == 409
    assert f"/book?referral={referral.id}" in answer.text
    assert "Il n'y a plus de place" in text(answer)


@pytest.mark.parametrize(
    ("origin", "site", "status"),
    [
        (HERE, "same-origin", 303),
        (REFERRALS, "same-site", 303),
        ("http://ailleurs.test", "cross-site", 403),
        ("http://scheduling.test:9999", "same-site", 403),
        ("null", "cross-site", 403),
    ],
    ids=["own page", "referrals' page", "foreign site", "another port", "hidden"],
)
async def test_only_our_own_pages_may_keep_a_seat(
    doors: Doors, world: World, origin: str, site: str, status: int
) -> None:
    session = await world.session("tela", await world.place("tela"))
    referral = await world.referral("caf", "tela")

    answer = await doors.colleague("caf").post(
        f"/sessions/{session}/holds",
        data={"referral": str(referral.id)},
        headers={"origin": origin, "sec-fetch-site": site},
    )

    assert answer.status_code == status
    assert len(await world.rows("SELECT * FROM hold")) == (status == 303)


async def test_a_seat_is_kept_by_http(doors: Doors, world: World, clock: FixedClock) -> None:
    session = await world.session("tela", await world.place("tela"), capacity=1)
    first, second = [await world.referral("caf", "tela") for _ in range(2)]
    caf, path = doors.program("caf"), f"/v1/sessions/{session}/holds"
    wanted, one = {"referral": str(first.id)}, key()

    kept = await caf.post(path, json=wanted, headers=one)
    again = await caf.post(path, json=wanted, headers=one)
    full = await caf.post(path, json={"referral": str(second.id)}, headers=key())

    hold = kept.json()["subject"]
    assert (kept.status_code, again.json()) == (201, kept.json())
    assert code(full) == "409 no-seat-left"
    shown = (await caf.get(f"/v1/holds/{hold}")).json()
    assert (shown["state"], shown["held_until"]) == ("held", "2026-11-24T12:15:00Z")
    assert code(await doors.program("mission-locale").get(f"/v1/holds/{hold}")) == (
        "404 unknown-hold"
    )
    booked = await caf.post(f"/v1/holds/{hold}/confirm", headers=key())
    assert (booked.status_code, booked.json()["subject"]) == (201, hold)
    assert booked.json()["correlation_id"] == str(first.correlation)
    released = await caf.post(f"/v1/holds/{hold}/release", headers=key())
    assert code(released) == "409 hold-confirmed"
    clock.advance(timedelta(minutes=20))
    assert (await caf.get(f"/v1/holds/{hold}")).json()["state"] == "confirmed"

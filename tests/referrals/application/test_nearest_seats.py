"""The free seats that are proposed, compared with whatever a plain walk over everything finds."""

from random import Random
from typing import Any
from uuid import UUID

import pytest

import territory
from referrals.application.offering import Search, nearest_organisations, nearest_seats
from referrals.domain.offering import PER_PLACE_MAX, SHOWN_MAX, WITHIN
from referrals.storage import seats
from tests.referrals.told import World

GUERET, LA_SOUTERRAINE, AUBUSSON, BOUSSAC = "23096", "23176", "23008", "23031"
COMMUNES = (GUERET, LA_SOUTERRAINE, AUBUSSON, BOUSSAC)
EMAIL = Search(need="email", level="beginner", commune=GUERET)


async def proposed(world: World, search: Search = EMAIL) -> list[UUID]:
    async with world.store.reading() as connection:
        offers = await nearest_seats(connection, search, now=world.clock.now())
    return [offer.seat.session for offer in offers]


async def test_the_nearest_place_comes_first_and_its_soonest_sessions(world: World) -> None:
    far = await world.place("tela", "Far", commune=AUBUSSON)
    near = await world.place("mission-locale", "Near")
    tomorrow_far = await world.session(far, days=1)
    later, sooner, third = [await world.session(near, days=days) for days in (9, 4, 12)]

    assert await proposed(world) == [sooner, later, tomorrow_far]
    assert third not in await proposed(world)


async def test_a_kept_seat_a_booked_one_and_a_cancelled_session_are_not_free(world: World) -> None:
    place = await world.place("tela", "Tela")
    kept, booked, cancelled = [await world.session(place, capacity=1) for _ in range(3)]
    await world.book("tela", place=place, session=booked, referral=None)
    async with world.store.transaction() as tx:
        await seats.set_free(tx.connection, kept, free=0)
        await seats.cancel_session(tx.connection, cancelled)

    assert await proposed(world) == []


async def test_what_scheduling_tells_goes_before_what_was_counted(world: World) -> None:
    place = await world.place("tela", "Tela")
    session = await world.session(place, capacity=1)
    fact = await world.book("tela", place=place, session=session, referral=None)
    before = await proposed(world)
    async with world.store.transaction() as tx:
        await seats.cancel_booking(tx.connection, fact.seat.booking)

    assert (before, await proposed(world)) == ([], [session])


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"need": "security"}, False),
        ({"level": "advanced"}, False),
        ({"level": None}, True),
        ({"days": -1}, False),
        ({"days": 43}, False),
        ({"days": 41}, True),
        ({"direct_booking": False}, True),
    ],
    ids=["need", "level", "any-level", "past", "too-late", "in-time", "on-demand"],
)
async def test_only_what_suits_is_proposed(
    world: World, given: dict[str, Any], *, found: bool
) -> None:
    session = await world.session(await world.place("tela", "Tela"), **given)

    assert await proposed(world) == ([session] if found else [])


async def test_a_place_that_is_closed_or_unknown_has_nothing_to_propose(world: World) -> None:
    place = await world.place("tela", "Tela")
    await world.session(place)
    await world.session(UUID(int=7))
    async with world.store.transaction() as tx:
        await seats.close_place(tx.connection, place)

    assert await proposed(world) == []


async def test_the_nearest_organisations_are_active_ones_each_once(world: World) -> None:
    await world.introduce("mairie", "gone")
    for slug, commune in [("tela", AUBUSSON), ("mairie", BOUSSAC), ("gone", GUERET)]:
        for number in range(2):
            place = await world.place(slug, f"{slug} {number}", commune=commune)
            await world.session(place, days=2 + number)
    await world.suspend("gone")

    async with world.store.reading() as connection:
        found = await nearest_organisations(connection, EMAIL, now=world.clock.now())

    order = sorted([("tela", AUBUSSON), ("mairie", BOUSSAC)], key=lambda each: way(each[1]))
    assert found == [world[slug] for slug, _ in order]


def way(commune: str) -> float:
    km = territory.road_km(GUERET, commune)
    assert km is not None
    return km


@pytest.mark.parametrize("seed", range(2))
async def test_a_walk_over_everything_finds_the_same(world: World, seed: int) -> None:
    random = Random(seed)  # noqa: S311 - an example, no secret
    everything = await _a_department(world, random)
    level = random.choice(["beginner", None])
    own = world["mission-locale"]
    search = Search(need="email", level=level, commune=GUERET, not_of={own})

    found = await proposed(world, search)

    suits = [
        each
        for each in everything
        if each["need"] == "email"
        and (level is None or each["level"] in (level, None))
        and 0 < each["days"] <= WITHIN.days
        and each["free"] > 0
        and each["owner"] != own
    ]
    suits.sort(key=lambda each: (way(each["commune"]), each["days"], each["session"]))
    shown: list[UUID] = []
    for each in suits:
        before = [other for other in suits[: suits.index(each)] if other["place"] == each["place"]]
        if len(before) < PER_PLACE_MAX and len(shown) < SHOWN_MAX:
            shown.append(each["session"])
    assert found == shown


async def _a_department(world: World, random: Random) -> list[dict[str, Any]]:
    made = []
    for number in range(6):
        owner = random.choice(["tela", "mission-locale"])
        commune = random.choice(COMMUNES)
        place = await world.place(owner, f"Lieu {number}", commune=commune)
        for _ in range(5):
            given: dict[str, Any] = {
                "need": random.choice(["email", "email", "security"]),
                "level": random.choice(["beginner", "advanced", None]),
                "days": random.choice([-2, 1, 5, 20, 41, 50]),
                "capacity": random.randint(1, 3),
            }
            session = await world.session(place, **given)
            taken = random.randint(0, given["capacity"])
            for _ in range(taken):
                await world.book(owner, place=place, session=session, referral=None)
            told = random.choice([None, 0, 1])
            if told is not None:
                async with world.store.transaction() as tx:
                    await seats.set_free(tx.connection, session, free=told)
            free = given["capacity"] - taken if told is None else told
            made.append(
                {
                    **given,
                    "session": session,
                    "place": place,
                    "commune": commune,
                    "owner": world[owner],
                    "free": free,
                }
            )
    return made

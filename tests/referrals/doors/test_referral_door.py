"""One referral as each organisation may see it, and nothing of anybody else's."""

from uuid import uuid4

import httpx

import territory
from referrals.application.sending import Nameless
from referrals.domain.referrals import Step
from tests.doors import Doors
from tests.referrals.doors.shown import text_of
from tests.referrals.told import World


async def get(client: httpx.AsyncClient, referral: object) -> httpx.Response:
    return await client.get(f"/v1/referrals/{referral}")


async def test_the_sender_sees_every_target_and_its_own_reference(
    doors: Doors, world: World
) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", "mission-locale", person=kept.inner)
    await world.answer("tela", referral, Step.REFUSE, "session_full")

    seen = (await get(doors.program("caf"), referral)).json()

    assert seen["state"] == "sent"
    assert {target["name"]: target["state"] for target in seen["targets"]} == {
        "Tela": "refused",
        "Mission-Locale": "sent",
    }
    assert seen["partner_reference"] == "CAF-0042"
    assert seen["person"] == str(kept.person)
    assert seen["names"]["family_name"] == "Chambonneau"
    assert seen["names_withheld"] is None
    assert seen["steps"][-1]["code"] == "session_full"
    assert seen["steps"][-1]["happened_at"] == seen["steps"][-1]["recorded_at"]


async def test_a_target_sees_its_own_side_alone(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", "mission-locale", person=kept.inner)
    await world.answer("mission-locale", referral, Step.ACCEPT)

    answer = await get(doors.program("tela"), referral)

    seen = answer.json()
    assert seen["state"] == "sent"  # nobody is told that another took the case
    assert [target["name"] for target in seen["targets"]] == ["Tela"]
    assert {step["organisation"] for step in seen["steps"]} == {str(world["tela"])}
    assert seen["partner_reference"] is None
    assert seen["person"] not in {str(kept.person), str(kept.inner)}
    assert "Mission-Locale" not in answer.text
    assert str(world["mission-locale"]) not in answer.text
    assert str(kept.inner) not in answer.text


async def test_neither_sender_nor_target_learns_not_even_that_it_exists(
    doors: Doors, world: World
) -> None:
    referral = await world.sent("caf", "tela")

    foreign = await get(doors.program("mission-locale"), referral)
    absent = await get(doors.program("mission-locale"), uuid4())

    assert foreign.status_code == absent.status_code == 404
    assert foreign.json() == absent.json()
    assert foreign.json()["code"] == "unknown-referral"


async def test_the_name_is_withheld_with_its_reason(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    without = await world.sent("caf", "tela", person=kept.inner, agreement=None)
    nameless = await world.sent("caf", "tela")
    refused = await world.sent("caf", "tela", person=kept.inner)
    await world.answer("tela", refused, Step.REFUSE, "session_full")
    tela = doors.program("tela")
    events_only = doors.program("tela", scope="events")

    reasons = [
        (await get(client, referral)).json()["names_withheld"]["code"]
        for client, referral in (
            (tela, without),
            (tela, nameless),
            (tela, refused),
            (events_only, without),
        )
    ]

    assert reasons == ["no-agreement", "anonymous", "no-agreement", "forbidden"]


async def test_every_name_shown_with_a_referral_is_a_look_up(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", person=kept.inner)

    await get(doors.program("tela"), referral)
    await get(doors.program("tela"), referral)

    rows = await world.rows("SELECT referral FROM name_lookup WHERE act = 'read'")
    assert [row["referral"] for row in rows] == [referral, referral]


async def test_a_target_is_told_no_commune_that_points_at_one_person(
    doors: Doors, world: World
) -> None:
    hamlet = min(territory.communes("23"), key=lambda each: each.population)
    town = territory.commune("23096")
    assert hamlet.population < 200
    assert town is not None
    small = await world.sent(
        "caf", "tela", person=Nameless(commune=hamlet.code, birth_band="1950-1959")
    )
    large = await world.sent(
        "caf", "tela", person=Nameless(commune=town.code, birth_band="1950-1959")
    )

    seen = [
        (await get(client, referral)).json()
        for client in (doors.program("tela"), doors.program("caf"))
        for referral in (small, large)
    ]
    page = await doors.colleague("tela").get(f"/referrals/{small}")
    lists = await doors.colleague("tela").get("/")

    assert [(one["commune"], one["epci"]) for one in seen] == [
        (None, hamlet.epci),
        (town.code, None),
        (hamlet.code, None),
        (town.code, None),
    ]
    around = territory.epci(hamlet.epci)
    assert around is not None
    for shown in (page, lists):
        assert hamlet.code not in shown.text
        assert around.name in text_of(shown)

"""A partner hands a booklet over by an intent, and gets one answer."""

from datetime import timedelta
from typing import Any

import pytest

from tests.vouchers.world import World
from vouchers.domain.directory import Standing


async def verdicts(world: World) -> list[dict[str, Any]]:
    return await world.facts("intent.accepted", "intent.refused")


async def test_a_booklet_is_handed_over_in_the_journey_of_its_referral(world: World) -> None:
    await world.ready()
    await world.refer("orientation", "odette", sender="caf")

    await world.intake.take([world.says_issued("remise", referral="orientation")])

    [issued] = await world.facts("booklet.issued")
    [verdict] = await verdicts(world)
    assert issued["data"]["person"] == str(world["odette"])
    assert issued["correlationid"] == str(world["journey of orientation"])
    assert verdict["type"] == "intent.accepted"
    assert verdict["data"]["subject"] == issued["data"]["booklet"]
    assert verdict["submission"] == str(world["remise"])


async def test_whoever_is_asked_instead_may_hand_over(world: World) -> None:
    await world.ready()
    await world.refer("orientation", "odette", sender="mission-locale")
    await world.intake.take([world.says_issued("trop tôt", referral="orientation")])

    await world.redirect("orientation", "caf")
    await world.intake.take([world.says_issued("remise", referral="orientation")])

    first, second = await verdicts(world)
    assert first["data"]["reason"] == "not-your-referral"
    assert second["type"] == "intent.accepted"


async def test_an_intent_waits_for_its_referral(world: World) -> None:
    await world.ready()
    await world.intake.take([world.says_issued("remise", referral="orientation")])
    before = await verdicts(world)

    await world.refer("orientation", "odette", sender="caf")

    [verdict] = await verdicts(world)
    assert before == []
    assert verdict["type"] == "intent.accepted"


async def test_an_intent_whose_referral_never_comes_is_refused(world: World) -> None:
    await world.ready()
    await world.intake.take([world.says_issued("remise", referral="orientation")])

    world.clock.advance(timedelta(seconds=61))
    await world.consumers.expire()

    [verdict] = await verdicts(world)
    assert verdict["data"]["reason"] == "unknown-referral"


async def test_a_booklet_without_referral_opens_a_journey(world: World) -> None:
    await world.ready()

    await world.intake.take([world.says_issued("remise")])

    [issued] = await world.facts("booklet.issued")
    [verdict] = await verdicts(world)
    assert issued["correlationid"] == verdict["correlationid"]


async def test_an_empty_stock_is_refused_once(world: World) -> None:
    await world.ready(1)
    first, second = world.says_issued("remise"), world.says_issued("another")

    await world.intake.take([first, second])
    await world.intake.take([second])

    told = await verdicts(world)
    assert [each["type"] for each in told] == ["intent.accepted", "intent.refused"]
    assert told[1]["data"]["reason"] == "no-stock"


@pytest.mark.parametrize("standing", [Standing.PENDING, Standing.SUSPENDED])
async def test_an_organisation_that_may_not_act_hands_nothing_over(
    world: World, standing: Standing
) -> None:
    await world.ready()
    await world.introduce("caf", standing)

    await world.intake.take([world.says_issued("remise")])

    [verdict] = await verdicts(world)
    assert verdict["data"]["reason"] == "organisation-not-active"

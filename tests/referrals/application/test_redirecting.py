"""Others are asked in the place of one, on the real database."""

import asyncio

import pytest

from referrals.application.acts import Done, RefusedError
from referrals.domain.referrals import Step
from tests.referrals.told import World


async def test_the_sender_asks_others_in_the_place_of_who_is_silent(world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela", "mission-locale")

    done = await world.redirect("caf", referral, "mairie", from_="tela")

    (sent,) = await world.facts("referral.sent")
    (told,) = await world.facts("referral.redirected")
    assert told["data"] == {
        "referral": str(referral),
        "from_organisation": str(world["tela"]),
        "targets": [str(world["mairie"])],
        "reason": "no_answer",
    }
    assert told["sequence"] == 2
    assert told["correlationid"] == sent["correlationid"] == str(done.correlation)
    assert told["datasubject"] == sent["datasubject"]


async def test_a_new_target_knows_the_person_and_answers_like_any_other(world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela")
    await world.answer("tela", referral, Step.REFUSE, "session_full")

    await world.redirect("tela", referral, "mairie", from_="tela", reason=None)
    await world.answer("mairie", referral, Step.ACCEPT)

    assigned = await world.facts("outward-id.assigned")
    assert str(world["mairie"]) in {fact["data"]["organisation"] for fact in assigned}
    own = [fact for fact in await world.facts() if fact["key"] == str(referral)]
    assert [(fact["type"], fact["sequence"]) for fact in own] == [
        ("referral.sent", 1),
        ("referral.refused", 2),
        ("referral.redirected", 3),
        ("referral.accepted", 4),
    ]
    assert "reason" not in own[2]["data"]


async def test_who_is_asked_no_longer_answers_no_longer(world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela")
    await world.redirect("caf", referral, "mairie", from_="tela")

    with pytest.raises(RefusedError) as caught:
        await world.answer("tela", referral, Step.ACCEPT)

    assert caught.value.refusal.code == "already-redirected"


async def test_the_same_act_again_is_one_redirection(world: World) -> None:
    await world.introduce("mairie")
    referral = await world.sent("caf", "tela")
    act = world.act("caf")

    results = await asyncio.gather(
        *(world.redirect("caf", referral, "mairie", from_="tela", act=act) for _ in range(4))
    )

    assert sorted(done.fresh for done in results) == [False] * 3 + [True]
    assert len(await world.facts("referral.redirected")) == 1


async def test_an_acceptance_and_a_redirection_at_once_are_one_of_them(world: World) -> None:
    await world.introduce("mairie")
    for _ in range(5):
        referral = await world.sent("caf", "tela")

        results = await asyncio.gather(
            world.answer("tela", referral, Step.ACCEPT),
            world.redirect("caf", referral, "mairie", from_="tela"),
            return_exceptions=True,
        )

        codes = [one.refusal.code for one in results if isinstance(one, RefusedError)]
        assert len([one for one in results if isinstance(one, Done)]) == 1
        assert codes in (["already-taken"], ["already-redirected"])


async def test_a_refused_redirection_asks_nobody(world: World) -> None:
    referral = await world.sent("caf", "tela", "mission-locale")

    with pytest.raises(RefusedError) as caught:
        await world.redirect("caf", referral, "mission-locale", from_="tela")

    assert caught.value.refusal.code == "already-asked"
    assert await world.facts("referral.redirected") == []
    rows = await world.rows("SELECT state FROM referral_target")
    assert [row["state"] for row in rows] == ["sent", "sent"]

"""Targets answer on the real database, one after another and all at once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from referrals.application.acts import Done, RefusedError
from referrals.domain.referrals import Step
from tests.referrals.told import World


def code(result: object) -> str:
    assert isinstance(result, RefusedError), result
    return result.refusal.code


async def test_an_acceptance_is_the_second_fact_of_the_referral(world: World) -> None:
    referral = await world.sent("caf", "tela")
    (sent,) = await world.facts("referral.sent")

    done = await world.answer("tela", referral, Step.ACCEPT)

    (accepted,) = await world.facts("referral.accepted")
    assert accepted["data"] == {"referral": str(referral), "organisation": str(world["tela"])}
    assert accepted["sequence"] == 2
    assert accepted["correlationid"] == sent["correlationid"] == str(done.correlation)
    assert accepted["datasubject"] == sent["datasubject"]


async def test_an_outcome_follows_an_acceptance(world: World) -> None:
    referral = await world.sent("caf", "tela")

    await world.answer("tela", referral, Step.ACCEPT)
    await world.answer("tela", referral, Step.COMPLETE, "wants_no_training")

    (ended,) = await world.facts("referral.completed")
    assert ended["data"]["outcome"] == "wants_no_training"
    assert ended["sequence"] == 3
    steps = await world.rows("SELECT state FROM referral_transition ORDER BY id")
    assert [step["state"] for step in steps] == ["sent", "accepted", "completed"]


async def test_a_refusal_carries_its_coded_reason(world: World) -> None:
    referral = await world.sent("caf", "tela")

    await world.answer("tela", referral, Step.REFUSE, "session_full")

    (refused,) = await world.facts("referral.refused")
    assert refused["data"]["reason"] == "session_full"


@pytest.mark.parametrize(
    ("slug", "expected"), [("mission-locale", "not-addressed-to-you"), ("caf", "not-a-target")]
)
@pytest.mark.parametrize("step", Step)
async def test_only_a_target_answers(world: World, slug: str, expected: str, step: Step) -> None:
    referral = await world.sent("caf", "tela")

    with pytest.raises(RefusedError) as caught:
        await world.answer(slug, referral, step, "other")

    assert code(caught.value) == expected
    assert await world.facts("referral.accepted", "referral.refused", "referral.completed") == []


async def test_an_answer_before_its_sending_is_refused(world: World) -> None:
    referral = await world.sent("caf", "tela")
    before = world.act("tela", at=world.clock.now() - timedelta(days=2, minutes=6))

    with pytest.raises(RefusedError) as caught:
        await world.answer("tela", referral, Step.ACCEPT, act=before)

    assert code(caught.value) == "before-sending"


@pytest.mark.parametrize("behind_s", [0.3, 240], ids=["fraction", "clock"])
async def test_an_answer_a_little_before_its_sending_happened_with_it(
    world: World, behind_s: float
) -> None:
    """Clocks differ, and partners write whole seconds; what follows may be as early again."""
    referral = await world.sent("caf", "tela")
    [sent] = await world.facts("referral.sent")
    early = datetime.fromisoformat(sent["time"]) - timedelta(seconds=behind_s)

    await world.answer("tela", referral, Step.ACCEPT, act=world.act("tela", at=early))
    await world.answer(
        "tela", referral, Step.COMPLETE, "autonomous", act=world.act("tela", at=early)
    )

    facts = await world.facts("referral.accepted", "referral.completed")
    assert [fact["time"] for fact in facts] == [sent["time"]] * 2


async def test_the_same_act_again_is_one_answer(world: World) -> None:
    referral = await world.sent("caf", "tela")
    act = world.act("tela")

    first = await world.answer("tela", referral, Step.ACCEPT, act=act)
    second = await world.answer("tela", referral, Step.ACCEPT, act=act)

    assert (first.fresh, second.fresh) == (True, False)
    assert second.subject == referral
    assert len(await world.facts("referral.accepted")) == 1


async def test_the_same_act_many_times_at_once_is_one_answer(world: World) -> None:
    referral = await world.sent("caf", "tela")
    act = world.act("tela")

    results = await asyncio.gather(
        *(world.answer("tela", referral, Step.ACCEPT, act=act) for _ in range(6))
    )

    assert sorted(done.fresh for done in results) == [False] * 5 + [True]
    assert {done.subject for done in results} == {referral}
    assert len(await world.facts("referral.accepted")) == 1


async def test_the_same_sending_many_times_at_once_is_one_referral(world: World) -> None:
    act = world.act("caf")

    results = await asyncio.gather(*(world.send("caf", "tela", act=act) for _ in range(6)))

    assert sorted(done.fresh for done in results) == [False] * 5 + [True]
    assert len({done.subject for done in results}) == 1
    assert len(await world.facts("referral.sent")) == 1
    assert len(await world.rows("SELECT 1 FROM person")) == 1


async def test_a_target_that_accepts_and_refuses_at_once_does_one_of_them(world: World) -> None:
    for _ in range(5):
        referral = await world.sent("caf", "tela")

        results = await asyncio.gather(
            world.answer("tela", referral, Step.ACCEPT),
            world.answer("tela", referral, Step.REFUSE, "session_full"),
            return_exceptions=True,
        )

        answered = [result for result in results if isinstance(result, Done)]
        refused = [result for result in results if not isinstance(result, Done)]
        assert len(answered) == 1
        assert [code(result) for result in refused] == ["already-answered"]
        steps = await world.rows(
            "SELECT state FROM referral_transition WHERE referral = $1 ORDER BY id", referral
        )
        assert len(steps) == 2


async def test_two_targets_that_answer_at_once_are_both_heard_in_one_order(world: World) -> None:
    for _ in range(5):
        referral = await world.sent("caf", "tela", "mission-locale")

        await asyncio.gather(
            world.answer("tela", referral, Step.ACCEPT),
            world.answer("mission-locale", referral, Step.ACCEPT),
        )

        told = [fact for fact in await world.facts() if fact["key"] == str(referral)]
        assert [fact["sequence"] for fact in told] == [1, 2, 3]
        organisations = {fact["data"].get("organisation") for fact in told[1:]}
        assert organisations == {str(world["tela"]), str(world["mission-locale"])}


async def test_what_happened_earlier_may_be_learnt_later(world: World) -> None:
    """Two targets' clocks and connections differ: each life has its own order."""
    referral = await world.sent("caf", "tela", "mission-locale")
    an_hour_ago = world.clock.now() - timedelta(hours=1)

    await world.answer("tela", referral, Step.ACCEPT)
    await world.answer(
        "mission-locale",
        referral,
        Step.REFUSE,
        "other",
        act=world.act("mission-locale", at=an_hour_ago),
    )

    accepted, refused = await world.facts("referral.accepted", "referral.refused")
    assert (accepted["sequence"], refused["sequence"]) == (2, 3)
    assert refused["time"] < accepted["time"]

"""Each intent gets exactly one verdict, in the transaction of what it changed."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.codes import AgreementScope, BirthBand, Channel, Level, Need, Outcome, RefusalReason
from contracts.intents import referrals as intents
from referrals.domain.referrals import Step
from tests.referrals.messages.conftest import Intake
from tests.referrals.told import ODETTE, World

SENT = intents.ReferralSent.type


def sending(world: World, *targets: str, **given: Any) -> intents.ReferralSent:
    whom: dict[str, Any] = {
        "anonymous": intents.AnonymousPerson(commune="23096", birth_band=BirthBand.FROM_1950)
    }
    if "person" in given:
        whom = {}
    return intents.ReferralSent(
        **{
            "need": Need.EMAIL,
            "level": Level.BEGINNER,
            "targets": [world[target] for target in targets],
            "agreement": intents.AgreementTaken(
                taken_on="2026-11-20",
                channel=Channel.PHONE,
                text_version="2026-01",
                scope=AgreementScope.RECEIVING_ORGANISATIONS,
            ),
            **whom,
            **given,
        }
    )


async def test_a_sending_is_accepted_with_its_referral_and_parcours(
    world: World, intake: Intake
) -> None:
    kept = await world.deposit("caf")

    submission = await intake.bring("caf", sending(world, "tela", person=kept.inner))

    verdict = await intake.verdict(submission)
    (sent,) = await world.facts("referral.sent")
    assert verdict["type"] == "intent.accepted"
    assert verdict["topic"] == "maillage.referrals.v1"
    assert verdict["data"] == {
        "submission": str(submission),
        "intent": SENT,
        "subject": sent["key"],
    }
    assert verdict["correlationid"] == sent["correlationid"]
    assert verdict["organisation"] == str(world["caf"])
    assert verdict["submission"] == str(submission)
    assert verdict["causationid"] == sent["causationid"] == str(submission)
    assert "sequence" not in verdict


async def test_the_whole_life_of_a_referral_by_intents(world: World, intake: Intake) -> None:
    opened = await intake.bring("caf", sending(world, "tela"))
    referral = UUID((await intake.verdict(opened))["data"]["subject"])

    taken = await intake.bring("tela", intents.ReferralAccepted(referral=referral))
    ended = await intake.bring(
        "tela",
        intents.ReferralCompleted(
            referral=referral, outcome=Outcome.HELPED_TO_DO, message="Revue deux fois."
        ),
    )

    told = [fact for fact in await world.facts() if fact["key"] == str(referral)]
    verdicts = [await intake.verdict(each) for each in (opened, taken, ended)]
    assert [fact["type"] for fact in told] == [
        "referral.sent",
        "referral.accepted",
        "referral.completed",
    ]
    assert [fact["sequence"] for fact in told] == [1, 2, 3]
    assert len({each["correlationid"] for each in (*told, *verdicts)}) == 1
    assert {each["data"]["subject"] for each in verdicts} == {str(referral)}
    (step,) = await world.rows("SELECT message FROM referral_transition WHERE state = 'completed'")
    assert step["message"] == "Revue deux fois."


async def test_the_facts_that_an_intent_caused_name_its_submission(
    world: World, intake: Intake
) -> None:
    opened = await intake.bring("caf", sending(world, "tela"))
    referral = UUID((await intake.verdict(opened))["data"]["subject"])
    taken = await intake.bring("tela", intents.ReferralAccepted(referral=referral))
    by_form = await world.sent("caf", "tela")
    await world.answer("tela", by_form, Step.ACCEPT)

    facts = await world.facts("referral.sent", "referral.accepted")

    assert [(each["key"], each.get("submission")) for each in facts] == [
        (str(referral), str(opened)),
        (str(referral), str(taken)),
        (str(by_form), None),
        (str(by_form), None),
    ]


async def test_a_message_between_professionals_stays_here(world: World, intake: Intake) -> None:
    referral = await world.sent("caf", "tela")

    await intake.bring(
        "tela",
        intents.ReferralRefused(
            referral=referral, reason=RefusalReason.SESSION_FULL, message="Essayez en janvier."
        ),
    )

    assert "janvier" not in await world.outbox_text()


async def test_the_same_intent_twice_is_one_referral_and_one_verdict(
    world: World, intake: Intake
) -> None:
    submission = uuid4()
    intent = sending(world, "tela")

    await intake.bring("caf", intent, submission=submission)
    await intake.bring("caf", intent, submission=submission)

    assert len(await world.facts("referral.sent")) == 1
    assert len(await intake.verdicts()) == 1


async def test_one_submission_under_two_message_ids_still_gets_one_verdict(
    world: World, intake: Intake
) -> None:
    """The inbox knows event ids; the submission is unique in the database besides."""
    submission = uuid4()
    intent = sending(world, "tela")
    records = [
        intake.record("caf", intent, submission=submission, id=f"attempt-{n}") for n in range(3)
    ]

    await asyncio.gather(*(intake.inbox.take([record]) for record in records))

    assert len(await world.facts("referral.sent")) == 1
    assert len(await intake.verdicts()) == 1


async def test_one_refused_submission_under_two_message_ids_gets_one_verdict(
    world: World, intake: Intake
) -> None:
    submission = uuid4()
    records = [
        intake.record("caf", sending(world, "caf"), submission=submission, id=f"attempt-{n}")
        for n in range(3)
    ]

    await asyncio.gather(*(intake.inbox.take([record]) for record in records))

    (verdict,) = await intake.verdicts()
    assert verdict["data"]["reason"] == "own-organisation"


@pytest.mark.parametrize(
    ("sender", "targets", "reason"),
    [
        ("caf", ["caf"], "own-organisation"),
        ("caf", ["tela", "closed"], "organisation-not-active"),
    ],
)
async def test_a_sending_that_a_rule_forbids_is_refused_with_its_reason(
    world: World, intake: Intake, sender: str, targets: list[str], reason: str
) -> None:
    await world.introduce("closed")
    await world.suspend("closed")

    submission = await intake.bring(sender, sending(world, *targets))

    verdict = await intake.verdict(submission)
    assert verdict["type"] == "intent.refused"
    assert verdict["data"]["reason"] == reason
    assert verdict["data"]["detail"]
    assert verdict["organisation"] == str(world[sender])
    assert await world.facts("referral.sent", "agreement.recorded", "person.registered") == []
    assert await intake.aside() == []


async def test_an_unknown_commune_is_refused_with_the_way_to_write_it(
    world: World, intake: Intake
) -> None:
    nowhere = intents.AnonymousPerson(commune="23999", birth_band=BirthBand.UNKNOWN)

    submission = await intake.bring("caf", sending(world, "tela", anonymous=nowhere))

    verdict = await intake.verdict(submission)
    assert verdict["data"]["reason"] == "unknown-commune"
    assert "commune" in verdict["data"]["detail"]


@pytest.mark.parametrize(
    ("slug", "reason"), [("mission-locale", "not-addressed-to-you"), ("caf", "not-a-target")]
)
async def test_an_answer_to_what_is_not_addressed_to_one_is_refused_in_the_same_words(
    world: World, intake: Intake, slug: str, reason: str
) -> None:
    referral = await world.sent("caf", "tela")

    submission = await intake.bring(slug, intents.ReferralAccepted(referral=referral))

    verdict = await intake.verdict(submission)
    assert verdict["data"]["reason"] == reason
    assert verdict["data"]["detail"] == (
        "Cette orientation n'est pas adressée à votre organisation."
    )
    assert "correlationid" not in verdict


async def test_a_second_answer_is_refused(world: World, intake: Intake) -> None:
    referral = await world.sent("caf", "tela")
    await intake.bring("tela", intents.ReferralAccepted(referral=referral))

    submission = await intake.bring(
        "tela", intents.ReferralRefused(referral=referral, reason=RefusalReason.OTHER)
    )

    assert (await intake.verdict(submission))["data"]["reason"] == "already-answered"


async def test_intents_of_one_batch_are_decided_one_by_one(world: World, intake: Intake) -> None:
    """A refused one in the middle takes nothing with it."""
    ids = [uuid4() for _ in range(3)]
    batch = [
        intake.record("caf", sending(world, target), submission=submission)
        for target, submission in zip(("tela", "caf", "mission-locale"), ids, strict=True)
    ]

    await intake.inbox.take(batch)

    kinds = [(await intake.verdict(each))["type"] for each in ids]
    assert kinds == ["intent.accepted", "intent.refused", "intent.accepted"]
    assert len(await world.facts("referral.sent")) == 2


async def test_a_nir_that_came_past_intake_is_refused_here(world: World, intake: Intake) -> None:
    referral = await world.sent("caf", "tela")
    smuggled = {"referral": str(referral), "message": "NIR 1 51 02 23 096 012 33"}

    submission = await intake.bring("tela", smuggled, type_=intents.ReferralAccepted.type)

    assert (await intake.verdict(submission))["data"]["reason"] == "nir-refused"
    assert await world.rows("SELECT 1 FROM referral_transition WHERE message IS NOT NULL") == []


@pytest.mark.parametrize(
    ("targets", "reason"),
    [
        (None, "contract-broken"),
        (["not-an-id"], "contract-broken"),
        ([], "nobody-sent"),
    ],
)
async def test_what_breaks_the_contract_of_our_own_topic_parks_its_key_alone(
    world: World, intake: Intake, targets: list[str] | None, reason: str
) -> None:
    data = {"need": "email", "urgency": "ordinary", "targets": targets}

    await intake.bring("caf", data, type_=SENT)
    good = await intake.bring("caf", sending(world, "tela"))

    assert await intake.aside() == [("parked", reason)]
    assert (await intake.verdict(good))["type"] == "intent.accepted"


async def test_an_intent_without_the_stamp_of_intake_is_parked(
    world: World, intake: Intake
) -> None:
    record = intake.record("caf", sending(world, "tela"), submission=uuid4(), extensions={})

    await intake.inbox.take([record])

    assert await intake.aside() == [("parked", "no-stamp")]


async def test_what_another_service_decides_is_passed_over(intake: Intake) -> None:
    booking = "maillage.intent.booking.requested.v1"

    await intake.bring("caf", {"session": str(uuid4())}, type_=booking)

    assert await intake.verdicts() == []
    assert await intake.aside() == []


async def test_the_scope_history_opens_the_past(world: World, intake: Intake) -> None:
    long_ago = world.clock.now().replace(year=2024)
    intent = sending(world, "tela", agreement=None)

    without = await intake.bring("caf", intent, at=long_ago)
    with_scope = await intake.bring("caf", intent, at=long_ago, history=True)

    assert (await intake.verdict(without))["data"]["reason"] == "time-out-of-range"
    assert (await intake.verdict(with_scope))["type"] == "intent.accepted"


async def test_a_target_learns_no_name_by_message(world: World, intake: Intake) -> None:
    kept = await world.deposit("caf")

    await intake.bring("caf", sending(world, "tela", person=kept.inner))

    outbox = await world.rows(
        "SELECT headers::text || convert_from(value, 'UTF8') AS b FROM outbox"
    )
    for secret in (ODETTE.family_name, ODETTE.given_name, ODETTE.phone, ODETTE.email):
        assert all(str(secret) not in row["b"] for row in outbox)

"""The owner's verdict becomes the one final answer."""

from dataclasses import replace
from uuid import uuid4

import pytest

from chassis.events import Event
from contracts.topics import INTAKE, PARTNERS, REFERRALS, partner_out
from tests.partners.world import SENT, TARGET, Partner, World, event, record, verdict_of

SUBJECT = "019530f0-0000-7000-8000-00000000005b"
CORRELATION = "019530f0-0000-7000-8000-00000000c0de"


async def submitted(partner: Partner, **changes: object) -> str:
    answer = await partner.post(event(**changes))
    assert answer.status_code == 202
    return str(answer.json()["submission"])


async def parked(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("SELECT key, reason FROM set_aside WHERE state = 'parked'")
    return [(row["key"], row["reason"]) for row in rows]


async def test_an_accepted_intent_is_answered_with_its_subject_and_journey(
    world: World, caf: Partner
) -> None:
    submission = await submitted(caf, id="2026-1")

    await world.decide(caf, submission, subject=SUBJECT)

    status = await caf.submission(submission)
    assert status["state"] == "accepted"
    assert (status["subject"], status["correlation_id"]) == (SUBJECT, CORRELATION)
    assert status["journey_url"].endswith(f"/journeys/{CORRELATION}")
    (out,) = await world.told(partner_out("caf"))
    assert out.event.type == "maillage.intent.accepted.v1"
    assert (out.key, out.event.correlationid) == (submission, CORRELATION)
    assert out.event.data == {
        "submission": submission,
        "intent": SENT,
        "event_id": "2026-1",
        "partner_reference": "DOSSIER-1",
        "subject": SUBJECT,
    }


async def test_what_is_kept_of_an_answer_is_found_by_the_person_it_turned_out_to_be_about(
    world: World, caf: Partner
) -> None:
    """Intake cannot know whom an anonymous sending concerns; the owner's verdict names the person.

    The partner is told by another id, if at all: the id used inside stays in the database.
    """
    submission, person = await submitted(caf), uuid4()
    (command,) = await world.told(INTAKE)
    said = replace(
        verdict_of(caf, submission, subject=SUBJECT),
        datasubject=str(person),
        causationid=command.event.id,
    )

    await world.inbox("partners.referrals").take([record(REFERRALS, said)])

    kept = await world.rows(
        "SELECT data_subject FROM submission UNION ALL SELECT data_subject FROM outbox"
        " WHERE topic = 'maillage.intake.v1' OR topic LIKE 'partner.%'"
    )
    assert [row["data_subject"] for row in kept] == [str(person)] * 3
    (out,) = await world.told(partner_out("caf"))
    assert out.event.datasubject is None
    assert str(person) not in str(out.event)


async def test_a_refused_intent_is_answered_with_its_reason(world: World, caf: Partner) -> None:
    submission = await submitted(caf)

    await world.decide(caf, submission, reason="unknown-commune", detail="no such commune")

    status = await caf.submission(submission)
    assert (status["state"], status["reason"]) == ("refused", "unknown-commune")
    assert status["detail"] == "no such commune"
    (out,) = await world.told(partner_out("caf"))
    assert out.event.type == "maillage.intent.refused.v1"
    assert out.event.data["reason"] == "unknown-commune"
    assert await world.told(PARTNERS) == []


async def test_a_partner_without_a_topic_finds_the_answer_at_the_status_address_only(
    world: World, tela: Partner
) -> None:
    submission = await submitted(tela)

    await world.decide(tela, submission, subject=SUBJECT)

    assert (await tela.submission(submission))["state"] == "accepted"
    assert [each for each in await world.told() if each.topic.startswith("partner.")] == []


@pytest.mark.parametrize("owner", ["referrals", "vouchers", "scheduling"])
async def test_every_owner_answers_on_its_own_topic(world: World, caf: Partner, owner: str) -> None:
    submission = await submitted(caf)
    inbox = world.inbox(f"partners.{owner}")
    verdict = verdict_of(caf, submission, subject=SUBJECT)

    await inbox.take([record(inbox.subscription.topics[0], verdict)])

    assert inbox.subscription.topics == (f"maillage.{owner}.v1",)
    assert (await caf.submission(submission))["state"] == "accepted"


async def test_a_verdict_delivered_twice_is_told_once(world: World, caf: Partner) -> None:
    submission = await submitted(caf)
    verdict = await world.decide(caf, submission, subject=SUBJECT)

    await world.inbox("partners.referrals").take([record(REFERRALS, verdict, offset=1)])

    assert len(await world.told(partner_out("caf"))) == 1
    assert await parked(world) == []


async def test_a_second_verdict_is_set_aside_and_the_first_stands(
    world: World, caf: Partner
) -> None:
    submission = await submitted(caf)
    await world.decide(caf, submission, subject=SUBJECT)

    await world.decide(caf, submission, reason="unknown-commune")

    assert (await caf.submission(submission))["state"] == "accepted"
    assert await parked(world) == [(submission, "second-verdict")]
    assert len(await world.told(partner_out("caf"))) == 1


async def test_a_verdict_on_nothing_of_ours_is_poison_for_it_can_only_be_a_fault_of_ours(
    world: World, caf: Partner, tela: Partner
) -> None:
    submission = await submitted(caf)
    waiting = await submitted(
        caf,
        data={"person": str(uuid4()), "need": "email", "targets": [TARGET]},
    )
    stranger = str(uuid4())

    await world.decide(caf, stranger, subject=SUBJECT)
    await world.decide(tela, submission, subject=SUBJECT)
    await world.decide(caf, waiting, subject=SUBJECT)

    assert sorted(await parked(world)) == sorted(
        (key, "unknown-submission") for key in (stranger, submission, waiting)
    )
    assert (await caf.submission(submission))["state"] == "received"


async def test_a_parked_verdict_stops_no_other_submission(world: World, caf: Partner) -> None:
    submission = await submitted(caf)

    await world.inbox("partners.referrals").take(
        [
            record(REFERRALS, verdict_of(caf, str(uuid4()), subject=SUBJECT), offset=0),
            record(REFERRALS, verdict_of(caf, submission, subject=SUBJECT), offset=1),
        ]
    )

    assert (await caf.submission(submission))["state"] == "accepted"


def without(verdict: Event, name: str) -> Event:
    return replace(verdict, data={key: value for key, value in verdict.data.items() if key != name})


async def test_a_verdict_that_breaks_the_contract_is_poison(world: World, caf: Partner) -> None:
    submission = await submitted(caf)
    good = verdict_of(caf, submission, subject=SUBJECT)
    broken = [
        without(good, "subject"),
        without(good, "submission"),
        replace(good, extensions={}),
        replace(good, extensions={"organisation": "caf"}),
        replace(good, correlationid="journey"),
    ]
    for number, each in enumerate(broken):
        verdict = replace(each, id=str(number), partitionkey=f"key-{number}")
        await world.inbox("partners.referrals").take([record(REFERRALS, verdict)])

    assert [reason for _, reason in await parked(world)] == ["unreadable"] * len(broken)
    assert (await caf.submission(submission))["state"] == "received"


@pytest.mark.usefixtures("caf")
async def test_facts_that_concern_no_partner_pass(world: World) -> None:
    fact = Event(
        id="1",
        source="/referrals",
        type="maillage.person.registered.v1",
        time=world.clock.now(),
        partitionkey=TARGET,
        sequence=1,
        data={"anything": 1},
    )

    await world.inbox("partners.referrals").take([record(REFERRALS, fact)])

    assert await parked(world) == []

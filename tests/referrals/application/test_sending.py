"""A referral leaves, on the real database."""

from datetime import timedelta
from uuid import uuid4

import pytest

from referrals.application.acts import RefusedError
from referrals.application.sending import Nameless
from referrals.domain.sending import Standing
from tests.referrals.told import World

NOWHERE = Nameless(commune="99999", birth_band="1950-1959")


async def test_a_sending_becomes_its_facts_under_one_new_parcours(world: World) -> None:
    kept = await world.deposit("caf")

    done = await world.send("caf", "tela", "mission-locale", person=kept.inner)

    recorded, sent = await world.facts("agreement.recorded", "referral.sent")
    assert sent["key"] == sent["subject"] == str(done.subject)
    assert sent["sequence"] == recorded["sequence"] == 1
    assert sent["correlationid"] == recorded["correlationid"] == str(done.correlation)
    assert sent["datasubject"] == recorded["datasubject"] == str(kept.inner)
    assert sent["data"] == {
        "referral": str(done.subject),
        "sender": str(world["caf"]),
        "person": str(kept.inner),
        "targets": [str(world["tela"]), str(world["mission-locale"])],
        "need": "email",
        "urgency": "ordinary",
        "level": "beginner",
        "commune": "23096",
        "birth_band": "1950-1959",
        "agreement": recorded["key"],
    }


async def test_each_target_gets_an_id_of_its_own_for_the_person(world: World) -> None:
    kept = await world.deposit("caf")

    await world.send("caf", "tela", "mission-locale", person=kept.inner)

    told = await world.facts("outward-id.assigned")
    by_organisation = {fact["data"]["organisation"]: fact["data"]["outward"] for fact in told}
    assert set(by_organisation) == {str(world[slug]) for slug in ("caf", "tela", "mission-locale")}
    assert len(set(by_organisation.values()) | {str(kept.inner)}) == 4
    assert {fact["topic"] for fact in told} == {"maillage.outward-ids.v1"}
    assert by_organisation[str(world["caf"])] == str(kept.person)


async def test_a_person_without_name_is_opened_from_commune_and_birth_band(world: World) -> None:
    done = await world.send("caf", "tela", agreement=None)

    registered, sent = await world.facts("person.registered", "referral.sent")
    assert registered["data"] == {
        "person": sent["data"]["person"],
        "registered_by": str(world["caf"]),
        "commune": "23096",
        "birth_band": "1950-1959",
    }
    assert registered["correlationid"] == str(done.correlation)
    assert "agreement" not in sent["data"]
    assert await world.rows("SELECT 1 FROM identity") == []


async def test_both_times_are_kept(world: World) -> None:
    happened = world.clock.now() - timedelta(days=3)

    done = await world.send("caf", "tela", act=world.act("caf", at=happened))

    (step,) = await world.rows("SELECT * FROM referral_transition")
    (sent,) = await world.facts("referral.sent")
    assert (step["happened_at"], step["learnt_at"]) == (happened, world.clock.now())
    assert sent["time"] == "2026-11-21T12:00:00Z"
    assert sent["recordedtime"] == "2026-11-24T12:00:00Z"
    assert step["referral"] == done.subject


@pytest.mark.parametrize(
    ("targets", "code"),
    [
        (("caf",), "own-organisation"),
        (("tela", "caf"), "own-organisation"),
        (("closed",), "organisation-not-active"),
        (("new",), "unknown-organisation"),
    ],
)
async def test_who_cannot_receive_is_not_sent_to(
    world: World, targets: tuple[str, ...], code: str
) -> None:
    await world.introduce("closed", standing=Standing.SUSPENDED)
    await world.introduce("new", standing=Standing.PENDING)

    with pytest.raises(RefusedError) as caught:
        await world.send("caf", *targets)

    assert caught.value.refusal.code == code
    assert await world.facts() == []
    assert await world.rows("SELECT 1 FROM decision") == []


async def test_a_commune_that_does_not_exist_is_refused(world: World) -> None:
    with pytest.raises(RefusedError) as caught:
        await world.send("caf", "tela", person=NOWHERE)

    assert caught.value.refusal.code == "unknown-commune"


async def test_nobody_sends_on_a_person_whom_only_another_organisation_knows(world: World) -> None:
    kept = await world.deposit("caf")

    with pytest.raises(RefusedError) as of_caf:
        await world.send("mission-locale", "tela", person=kept.inner)
    with pytest.raises(RefusedError) as of_nobody:
        await world.send("mission-locale", "tela", person=uuid4())

    assert of_caf.value.refusal.code == of_nobody.value.refusal.code == "unknown-person"


async def test_who_received_a_person_may_send_her_on(world: World) -> None:
    kept = await world.deposit("caf")
    await world.send("caf", "tela", person=kept.inner)

    done = await world.send("tela", "mission-locale", person=kept.inner, agreement=None)

    assert done.fresh


@pytest.mark.parametrize("days", [46, -1])
async def test_a_sending_too_far_from_now_is_refused(world: World, days: int) -> None:
    at = world.clock.now() - timedelta(days=days)

    with pytest.raises(RefusedError) as caught:
        await world.send("caf", "tela", act=world.act("caf", at=at))

    assert caught.value.refusal.code == "time-out-of-range"


async def test_who_enters_history_may_go_back_as_far_as_needed(world: World) -> None:
    at = world.clock.now() - timedelta(days=700)

    done = await world.send(
        "caf", "tela", act=world.act("caf", at=at, history=True), agreement=None
    )

    assert done.fresh


async def test_the_same_act_again_comes_to_the_same(world: World) -> None:
    act = world.act("caf")
    first = await world.send("caf", "tela", act=act)

    second = await world.send("caf", "tela", act=act)

    assert (first.fresh, second.fresh) == (True, False)
    assert first.subject == second.subject
    assert len(await world.facts("referral.sent")) == 1

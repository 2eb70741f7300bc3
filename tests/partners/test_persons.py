"""Outward ids: a person is named otherwise inside, and what comes too early waits a minute."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from contracts.topics import INTAKE, PARTNERS, partner_out
from tests.partners.world import ANONYMOUS, Partner, World, event, structured

DATA = {name: value for name, value in ANONYMOUS.items() if name != "anonymous"}


def about(person: object) -> dict[str, Any]:
    return event(data={**DATA, "person": str(person)})


async def test_a_known_person_is_named_as_inside(world: World, caf: Partner) -> None:
    outward, person = uuid4(), uuid4()
    await world.assign(outward, organisation=caf.id, person=person)

    await caf.post(about(outward))

    (command,) = await world.told(INTAKE)
    assert command.event.data["person"] == str(person)
    assert command.event.datasubject == str(person)
    assert str(outward) not in str(command.event)
    (row,) = await world.rows("SELECT data_subject, kept_data FROM submission")
    assert (row["data_subject"], row["kept_data"]) == (str(person), None)


async def test_an_unknown_person_is_waited_for_and_goes_on_when_known(
    world: World, caf: Partner
) -> None:
    outward, person = uuid4(), uuid4()
    answer = await caf.post(about(outward))
    assert answer.status_code == 202
    assert await world.told(INTAKE) == []

    world.clock.advance(timedelta(seconds=59))
    await world.sweep()
    await world.assign(outward, organisation=caf.id, person=person)

    (command,) = await world.told(INTAKE)
    assert command.event.data["person"] == str(person)
    assert command.event.extensions["submission"] == answer.json()["submission"]
    assert (await caf.submission(answer.json()["submission"]))["state"] == "received"
    (row,) = await world.rows("SELECT kept_data, wait_until FROM submission")
    assert (row["kept_data"], row["wait_until"]) == (None, None)


async def test_after_a_minute_it_is_refused_and_told_once(world: World, caf: Partner) -> None:
    sent = about(uuid4())
    answer = await caf.post(sent)

    world.clock.advance(timedelta(seconds=61))
    await world.sweep()
    await world.sweep()

    status = await caf.submission(answer.json()["submission"])
    assert (status["state"], status["reason"]) == ("refused", "unknown-person")
    (fact,) = await world.told(PARTNERS)
    (out,) = await world.told(partner_out("caf"))
    assert fact.event.type == out.event.type == "maillage.submission.refused.v1"
    assert fact.event.data["reason"] == "unknown-person"
    assert (fact.event.sequence, fact.key) == (1, answer.json()["submission"])
    assert out.event.data["event_id"] == sent["id"]
    assert out.event.data["partner_reference"] == "DOSSIER-1"
    assert {"event_id", "partner_reference"}.isdisjoint(fact.event.data)
    assert await world.told(INTAKE) == []


async def test_an_id_that_comes_too_late_changes_no_answer(world: World, caf: Partner) -> None:
    outward = uuid4()
    await caf.post(about(outward))
    world.clock.advance(timedelta(seconds=61))
    await world.sweep()

    await world.assign(outward, organisation=caf.id, person=uuid4())

    assert await world.told(INTAKE) == []


async def test_another_organisations_id_is_as_unknown(
    world: World, caf: Partner, tela: Partner
) -> None:
    outward, person = uuid4(), uuid4()
    await world.assign(outward, organisation=tela.id, person=person)

    answer = await caf.post(about(outward))
    await world.assign(uuid4(), organisation=caf.id, person=person)
    world.clock.advance(timedelta(seconds=61))
    await world.sweep()

    assert answer.status_code == 202
    status = await caf.submission(answer.json()["submission"])
    assert status["reason"] == "unknown-person"
    assert await world.told(INTAKE) == []


async def test_everything_that_waited_for_one_person_goes_on_in_its_order(
    world: World, caf: Partner
) -> None:
    outward = uuid4()
    sent = [await caf.post(about(outward)) for _ in range(3)]
    await world.send("caf", structured("caf", about(outward)))

    await world.assign(outward, organisation=caf.id, person=uuid4())

    commands = [each.event.extensions["submission"] for each in await world.told(INTAKE)]
    assert len(commands) == 4
    assert commands[:3] == [each.json()["submission"] for each in sent]


async def test_the_same_id_said_again_changes_nothing(world: World, caf: Partner) -> None:
    outward, person = uuid4(), uuid4()
    await world.assign(outward, organisation=caf.id, person=person)
    await world.assign(outward, organisation=caf.id, person=uuid4(), sequence=2)

    await caf.post(about(outward))

    (command,) = await world.told(INTAKE)
    assert command.event.data["person"] == str(person)

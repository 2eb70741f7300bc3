"""Identity under real concurrency: the database's unique constraint decides, not our luck."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

from chassis.codec import BATCH, decode_structured
from contracts.topics import INTAKE
from partners.application.intake import Submit, sender_by_topic, submit_batch
from partners.application.persons import learn_outward_ids
from partners.domain.outgoing import OutwardId
from partners.entrypoints.intents import read_intent
from tests.partners.world import ANONYMOUS, Partner, World, event, structured

PERSONAL = {name: value for name, value in ANONYMOUS.items() if name != "anonymous"}


async def test_twenty_that_send_one_event_at_once_make_one_submission(
    world: World, caf: Partner
) -> None:
    sent = event()

    answers = await asyncio.gather(*(caf.post(sent) for _ in range(20)))

    assert {each.status_code for each in answers} == {202}
    assert len({each.text for each in answers}) == 1
    assert len(await world.told(INTAKE)) == 1


async def test_two_contents_under_one_id_at_once_leave_one_and_a_conflict(
    world: World, caf: Partner
) -> None:
    for _ in range(10):
        one = event()
        other = {**one, "data": {**ANONYMOUS, "need": "email"}}

        answers = await asyncio.gather(caf.post(one), caf.post(other))

        assert sorted(each.status_code for each in answers) == [202, 409]
    assert len(await world.told(INTAKE)) == 10


async def test_batches_that_share_events_in_opposite_orders_do_not_wait_for_each_other(
    world: World, caf: Partner
) -> None:
    events = [event() for _ in range(40)]

    for _ in range(3):
        answers = await asyncio.gather(
            *(
                caf.post(batch, **{"content-type": BATCH})
                for batch in (events, events[::-1], events, events[::-1])
            )
        )

        assert {each.status_code for each in answers} == {200}
        assert {item["status"] for each in answers for item in each.json()} == {202}
        events = [event() for _ in range(40)]
    assert len(await world.told(INTAKE)) == 120


async def test_a_batch_and_the_ids_it_waits_for_do_not_wait_for_each_other(
    world: World, caf: Partner
) -> None:
    database = world.here.database
    async with database.reading() as connection:
        sender = await sender_by_topic(connection, caf.slug)

    async def submit(outwards: list[UUID]) -> None:
        documents = [event(data={**PERSONAL, "person": str(each)}) for each in outwards]
        read = [read_intent(decode_structured(json.dumps(each).encode())) for each in documents]
        commands = [Submit(intent=intent, new_id=uuid4()) for intent in read]
        async with database.transaction() as tx:
            await submit_batch(tx, commands, sender=sender, wait=timedelta(seconds=60))

    async def learn(outwards: list[UUID]) -> None:
        said = [OutwardId(outward=each, organisation=caf.id, person=uuid4()) for each in outwards]
        async with database.transaction() as tx:
            await learn_outward_ids(tx, said)

    for _ in range(8):
        outwards = [uuid4() for _ in range(25)]
        await asyncio.gather(submit(outwards), learn(outwards[::-1]))

    assert len(await world.told(INTAKE)) == 200


async def test_one_event_by_both_doors_at_once_is_one_submission(
    world: World, caf: Partner
) -> None:
    for _ in range(5):
        sent = event()

        answer, _ = await asyncio.gather(caf.post(sent), world.send("caf", structured("caf", sent)))
        assert answer.status_code == 202, answer.text

    assert len(await world.told(INTAKE)) == 5


async def test_an_id_that_comes_while_the_event_comes_never_leaves_it_waiting(
    world: World, caf: Partner
) -> None:
    for _ in range(15):
        outward, person = uuid4(), uuid4()
        sent = event(data={**PERSONAL, "person": str(outward)})

        answer, _ = await asyncio.gather(
            caf.post(sent), world.assign(outward, organisation=caf.id, person=person)
        )
        assert answer.status_code == 202, answer.text

    commands = await world.told(INTAKE)
    assert len(commands) == 15
    assert await world.rows("SELECT id FROM submission WHERE awaited IS NOT NULL") == []

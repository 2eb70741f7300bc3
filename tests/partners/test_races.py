"""Identity under real concurrency: the database's unique constraint decides, not our luck."""

import asyncio
from uuid import uuid4

from chassis.codec import BATCH
from contracts.topics import INTAKE
from tests.partners.world import ANONYMOUS, Partner, World, event, structured


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
    events = [
        event(data={**ANONYMOUS, "person": str(uuid4()), "anonymous": None}) for _ in range(30)
    ]
    for each in events:
        del each["data"]["anonymous"]

    answers = await asyncio.gather(
        *(
            caf.post(batch, **{"content-type": BATCH})
            for batch in (events, events[::-1], events, events[::-1])
        )
    )

    assert {each.status_code for each in answers} == {200}
    assert {item["status"] for each in answers for item in each.json()} == {202}
    (row,) = await world.rows("SELECT count(*) AS number FROM submission")
    assert row["number"] == 30


async def test_one_event_by_both_doors_at_once_is_one_submission(
    world: World, caf: Partner
) -> None:
    for _ in range(5):
        sent = event()

        await asyncio.gather(caf.post(sent), world.send("caf", structured("caf", sent)))

    assert len(await world.told(INTAKE)) == 5


async def test_an_id_that_comes_while_the_event_comes_never_leaves_it_waiting(
    world: World, caf: Partner
) -> None:
    for _ in range(15):
        outward, person = uuid4(), uuid4()
        data = {name: value for name, value in ANONYMOUS.items() if name != "anonymous"}
        sent = event(data={**data, "person": str(outward)})

        await asyncio.gather(
            caf.post(sent), world.assign(outward, organisation=caf.id, person=person)
        )

    commands = await world.told(INTAKE)
    assert len(commands) == 15
    assert await world.rows("SELECT id FROM submission WHERE awaited IS NOT NULL") == []

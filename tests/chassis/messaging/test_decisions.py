"""What people decide about records that stand: replay, discard, go on without."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from chassis.database import Database, Transaction
from chassis.events import Event
from chassis.messaging import Refused, Waiting, queue
from chassis.messaging.inbox import Inbox
from tests.chassis.messaging.conftest import (
    Happened,
    aside,
    effects,
    event,
    failing,
    note,
    record,
    records,
)
from tests.timing import FixedClock

Make = Callable[..., Inbox]
KEY = UUID("018f0000-0000-7000-8000-000000000001")


async def drain_as_person(store: Database, inbox: Inbox, key: str) -> int:
    async with store.transaction() as tx:
        await queue.lock_key(tx.connection, inbox.subscription.name, key)
        return await inbox.drain(tx, key, by="Camille")


async def discard_head(store: Database, inbox: Inbox, key: str) -> None:
    async with store.transaction() as tx:
        head = await queue.head(tx.connection, inbox.subscription.name, key)
        assert head is not None
        await inbox.discard(tx, key, head=head["id"], reason="of no use", by="Camille")
        await inbox.drain(tx, key, by="Camille")


async def test_a_person_may_go_on_without_the_missing_number(
    store: Database, make_inbox: Make
) -> None:
    inbox = make_inbox()
    await inbox.take(records(event("a", 1), event("a", 3), event("a", 4)))

    applied = await drain_as_person(store, inbox, "a")

    assert applied == 2
    assert await effects(store) == ["a-1", "a-3", "a-4"]


@pytest.mark.parametrize("broken", [b"{", b"\xff\xfe", b"null", b'{"specversion":"1.0"}', b""])
async def test_bytes_that_are_no_event_park_their_key_while_the_rest_flows(
    store: Database, make_inbox: Make, broken: bytes
) -> None:
    inbox = make_inbox()

    await inbox.take(
        [
            record(event("a", 1), offset=0),
            record(broken, key="a", offset=1),
            record(event("a", 2), offset=2),
            record(event("b", 1), offset=3),
        ]
    )
    parked = await effects(store)
    await discard_head(store, inbox, "a")

    assert parked == ["a-1", "b-1"]
    assert await effects(store) == ["a-1", "b-1", "a-2"]


async def test_replay_applies_a_parked_key_in_order(store: Database, make_inbox: Make) -> None:
    await make_inbox(failing).take(records(event("a", 1, data={"bad": True}), event("a", 2)))
    mended = make_inbox(note)

    applied = await drain_as_person(store, mended, "a")
    await mended.take([record(event("a", 3), offset=9)])

    assert applied == 2
    assert await effects(store) == ["a-1", "a-2", "a-3"]
    assert {state for _, state, _ in await aside(store)} == {"replayed"}


async def test_a_replay_that_fails_again_leaves_the_key_parked(
    store: Database, make_inbox: Make
) -> None:
    inbox = make_inbox(failing)
    await inbox.take(records(event("a", 1, data={"bad": True}), event("a", 2)))

    applied = await drain_as_person(store, inbox, "a")

    assert applied == 0
    assert await effects(store) == []
    assert [state for _, state, _ in await aside(store)] == ["parked", "parked"]


async def test_discard_keeps_who_and_why(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox(failing)
    await inbox.take(records(event("a", 1, data={"bad": True}), event("a", 2)))

    await discard_head(store, inbox, "a")

    async with store.reading() as connection:
        kept = (
            await connection.execute(
                text("SELECT decided_by, decision FROM set_aside WHERE state = 'discarded'")
            )
        ).one()
    assert tuple(kept) == ("Camille", "of no use")
    assert await effects(store) == ["a-2"]


async def test_only_the_head_of_a_queue_can_be_discarded(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox(failing)
    await inbox.take(records(event("a", 1, data={"bad": True}), event("a", 2)))

    async with store.transaction() as tx:
        found = await tx.connection.execute(text("SELECT max(id) FROM set_aside"))
        with pytest.raises(queue.NotStanding):
            await inbox.discard(tx, "a", head=found.scalar_one(), reason="hasty", by="Camille")


async def test_a_long_queue_is_applied_to_its_end(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox(failing)
    last = 1200
    await inbox.take(records(event("a", 1, data={"bad": True})))
    await inbox.take(records(*(event("a", n) for n in range(2, last + 1))))

    applied = await drain_as_person(store, make_inbox(note), "a")

    assert applied == last
    assert await effects(store) == [f"a-{n}" for n in range(1, last + 1)]


async def test_the_inbox_forgets_after_sixty_days_what_no_topic_holds_any_more(
    store: Database, make_inbox: Make
) -> None:
    clock = store.clock
    assert isinstance(clock, FixedClock)
    await make_inbox().take(records(event("a", 1)))
    clock.advance(timedelta(days=59))
    await make_inbox().take(records(event("b", 1)))
    clock.advance(timedelta(days=2))

    async with store.transaction() as tx:
        await queue.prune(tx.connection, tx.now)

    async with store.reading() as connection:
        left = await connection.execute(text("SELECT event_id FROM inbox"))
        assert list(left.scalars()) == ["b-1"]


async def refuse(tx: Transaction, given: Event, refused: Refused) -> None:
    if given.data.get("mute"):
        raise ZeroDivisionError
    tx.emit(Happened(f"{given.id} {refused.code}"), key=KEY, sequence=None, happened_at=given.time)


async def verdicts(store: Database) -> list[str]:
    async with store.reading() as connection:
        rows = await connection.execute(text("SELECT value FROM outbox ORDER BY seq"))
        return [orjson.loads(value)["what"] for (value,) in rows]


async def test_those_behind_a_waiting_intent_do_not_wait_anew(
    store: Database, make_inbox: Make
) -> None:
    async def handler(_tx: Transaction, _given: Event) -> None:
        raise Waiting("thing:42")

    inbox = make_inbox(handler, refuse=refuse)
    await inbox.take(records(*(event("a", None, id=f"{n}") for n in range(3))))
    clock = store.clock
    assert isinstance(clock, FixedClock)
    clock.advance(timedelta(seconds=61))

    for _ in range(3):
        async with store.transaction() as tx:
            await inbox.expire(tx, "a")

    assert await verdicts(store) == [f"{n} unknown-thing" for n in range(3)]


async def test_a_discarded_intent_is_answered(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox(failing, refuse=refuse)
    await inbox.take(
        records(event("a", None, id="1", data={"bad": True}), event("a", None, id="2"))
    )

    await discard_head(store, inbox, "a")

    assert await verdicts(store) == ["1 discarded"]
    assert await effects(store) == ["2"]


async def test_an_answer_that_fails_parks_its_intent_and_stops_nobody(
    store: Database, make_inbox: Make
) -> None:
    async def handler(tx: Transaction, given: Event) -> None:
        if given.subject == "a":
            raise Refused("no")
        await note(tx, given)

    inbox = make_inbox(handler, refuse=refuse)
    await inbox.take(records(event("a", None, data={"mute": True}), event("b", None, id="fine")))

    assert await aside(store) == [("a", "parked", "handler-failed")]
    assert await effects(store) == ["fine"]

"""The four outcomes of a record, on the real database."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from chassis.database import Database, Transaction
from chassis.events import Event, Record
from chassis.messaging import Poison, Refused, Waiting, queue
from chassis.messaging.inbox import Inbox
from chassis.messaging.limit import DeadLetterLimit, TooManyDeadLetters
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


async def test_effects_and_own_facts_are_committed_together(
    store: Database, make_inbox: Make
) -> None:
    async def handler(tx: Transaction, given: Event) -> None:
        await note(tx, given)
        tx.emit(Happened(given.id), key=KEY, sequence=7, happened_at=given.time)

    await make_inbox(handler).take(records(event("a", 1)))

    async with store.reading() as connection:
        headers, value = (await connection.execute(text("SELECT headers, value FROM outbox"))).one()
    attributes = dict(headers)
    assert await effects(store) == ["a-1"]
    assert value == b'{"what":"a-1"}'
    assert attributes["ce_causationid"] == "a-1"
    assert attributes["ce_sequence"] == "00000000000000000007"
    assert attributes["ce_partitionkey"] == str(KEY)


async def test_a_record_that_comes_twice_has_one_effect(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox()

    await inbox.take(records(event("a", 1), event("a", 1), event("a", 2)))
    await inbox.take(records(event("a", 1), event("a", 2)))

    assert await effects(store) == ["a-1", "a-2"]
    assert await aside(store) == []


async def test_an_unknown_type_is_done_and_advances_the_mark(
    store: Database, make_inbox: Make
) -> None:
    inbox = make_inbox()

    await inbox.take(records(event("a", 1), event("a", 2, type="test.other.v1"), event("a", 3)))

    assert await effects(store) == ["a-1", "a-3"]


async def test_a_gap_holds_its_key_alone_and_releases_itself(
    store: Database, make_inbox: Make
) -> None:
    inbox = make_inbox()

    await inbox.take(records(event("a", 1), event("a", 3), event("b", 1), event("a", 4)))
    before = await effects(store)
    await inbox.take(records(event("a", 2), event("a", 5)))

    assert before == ["a-1", "b-1"]
    assert await effects(store, "a") == ["a-1", "a-2", "a-3", "a-4", "a-5"]
    assert await aside(store) == []


async def test_an_old_number_under_a_new_id_parks(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox()

    await inbox.take(records(event("a", 1), event("a", 2), event("a", 1, id="another")))

    assert await effects(store) == ["a-1", "a-2"]
    assert await aside(store) == [("a", "parked", "sequence-conflict")]


async def test_a_failing_handler_undoes_its_record_only(store: Database, make_inbox: Make) -> None:
    inbox = make_inbox(failing)

    await inbox.take(
        records(event("a", 1), event("a", 2, data={"bad": True}), event("b", 1), event("a", 3))
    )
    await inbox.take([record(event("a", 4), offset=9)])

    assert await effects(store) == ["a-1", "b-1"]
    assert await aside(store) == [
        ("a", "parked", "handler-failed"),
        ("a", "parked", "follower"),
        ("a", "parked", "follower"),
    ]


async def test_a_fact_waits_for_what_it_names_and_its_key_with_it(
    store: Database, make_inbox: Make
) -> None:
    known: set[str] = set()

    async def handler(tx: Transaction, given: Event) -> None:
        if given.subject == "child" and "parent" not in known:
            raise Waiting("thing:parent")
        await note(tx, given)

    inbox = make_inbox(handler)
    await inbox.take(records(event("child", 1), event("child", 2), event("b", 1)))
    before = await effects(store)
    known.add("parent")
    async with store.transaction() as tx:
        await queue.lock_tokens(tx.connection, "thing:parent")
        for _, key in await queue.waiters(tx.connection, ["thing:parent"]):
            await queue.lock_key(tx.connection, "test.facts", key)
            await inbox.drain(tx, key)

    assert before == ["b-1"]
    assert await effects(store) == ["b-1", "child-1", "child-2"]
    assert await aside(store) == []


async def refuse(tx: Transaction, given: Event, refused: Refused) -> None:
    tx.emit(Happened(refused.code), key=KEY, sequence=None, happened_at=given.time)


async def verdicts(store: Database) -> list[str]:
    async with store.reading() as connection:
        rows = await connection.execute(text("SELECT value FROM outbox ORDER BY seq"))
        return [value.decode() for (value,) in rows]


async def test_a_refused_intent_leaves_its_answer_and_nothing_else(
    store: Database, make_inbox: Make
) -> None:
    async def handler(tx: Transaction, given: Event) -> None:
        await note(tx, given)
        tx.emit(Happened("never"), key=KEY, sequence=None, happened_at=given.time)
        raise Refused("too-late")

    await make_inbox(handler, refuse=refuse).take(records(event("a", None)))

    assert await effects(store) == []
    assert await verdicts(store) == ['{"what":"too-late"}']


async def test_an_intent_for_another_service_leaves_no_trace(
    store: Database, make_inbox: Make
) -> None:
    inbox = make_inbox(note, refuse=refuse)
    foreign = [event("a", None, type="test.other.v1", id=f"{number}") for number in range(3)]

    await inbox.take(records(*foreign))
    async with store.reading() as connection:
        kept = await connection.scalar(text("SELECT count(*) FROM inbox"))
    await inbox.take(records(*foreign[:1], event("a", None), *foreign[1:]))

    assert kept == 0
    assert await effects(store) == ["a-None"]
    assert await aside(store) == []


async def test_an_intent_waits_sixty_seconds_then_is_refused_as_unknown(
    store: Database, make_inbox: Make
) -> None:
    async def handler(tx: Transaction, given: Event) -> None:
        if given.id == "a-None":
            raise Waiting("thing:42")
        await note(tx, given)

    inbox = make_inbox(handler, refuse=refuse)
    await inbox.take(records(event("a", None), event("a", None, id="behind")))
    clock = store.clock
    assert isinstance(clock, FixedClock)

    clock.advance(timedelta(seconds=59))
    async with store.transaction() as tx:
        await inbox.expire(tx, "a")
    early = await verdicts(store)
    clock.advance(timedelta(seconds=2))
    async with store.transaction() as tx:
        await inbox.expire(tx, "a")

    assert early == []
    assert await verdicts(store) == ['{"what":"unknown-thing"}']
    assert await effects(store) == ["behind"]


async def test_a_fact_that_a_reader_refuses_parks(store: Database, make_inbox: Make) -> None:
    async def handler(_tx: Transaction, _given: Event) -> None:
        raise Refused("no")

    await make_inbox(handler).take(records(event("a", 1)))

    assert await aside(store) == [("a", "parked", "fact-refused")]


async def test_poison_named_by_a_handler_keeps_its_code(store: Database, make_inbox: Make) -> None:
    async def handler(_tx: Transaction, _given: Event) -> None:
        raise Poison("not-our-currency")

    await make_inbox(handler).take(records(event("a", 1)))

    assert await aside(store) == [("a", "parked", "not-our-currency")]


async def test_a_batch_handler_gets_what_is_new_and_in_order_as_one_set(
    store: Database, make_inbox: Make
) -> None:
    seen: list[list[str]] = []

    async def fold(tx: Transaction, given: list[Event]) -> None:
        seen.append([one.id for one in given])
        for one in given:
            await failing(tx, one)

    inbox = make_inbox(handlers={}, batch=fold)
    await inbox.take(records(event("a", 1), event("a", 1), event("a", 2), event("b", 1)))
    await inbox.take(records(event("b", 2, data={"bad": True}), event("a", 3)))

    assert seen[0] == ["a-1", "a-2", "b-1"]
    assert await effects(store) == ["a-1", "a-2", "b-1", "a-3"]
    assert await aside(store) == [("b", "parked", "handler-failed")]


async def test_a_filled_gap_keeps_the_order_of_its_key_in_a_set(
    store: Database, make_inbox: Make
) -> None:
    async def fold(tx: Transaction, given: list[Event]) -> None:
        for one in given:
            await note(tx, one)

    inbox = make_inbox(handlers={}, batch=fold)
    await inbox.take(records(event("a", 1), event("a", 4), event("a", 3)))
    await inbox.take(records(event("b", 1), event("a", 2), event("a", 5)))

    assert await effects(store, "a") == [f"a-{n}" for n in range(1, 6)]


async def test_hostile_bytes_reach_a_raw_handler_and_stop_nothing(
    store: Database, make_inbox: Make
) -> None:
    seen: list[int] = []

    async def handler(_tx: Transaction, given: Record) -> None:
        seen.append(given.offset)
        if given.offset == 1:
            raise ZeroDivisionError

    inbox = make_inbox(handlers={}, raw=handler)
    hostile = (("reply_to", b"x"), ("null", None), ("junk", b"\xff"), ("\0", b"\0"))
    await inbox.take([record(b"\xff", key="k", offset=n, headers=hostile) for n in range(3)])
    await inbox.take([record(b"\xff", key="k", offset=n, headers=hostile) for n in range(4)])

    assert seen == [0, 1, 2, 3]
    assert [(state, why) for _, state, why in await aside(store)] == [("parked", "handler-failed")]


async def test_too_many_dead_letters_stop_the_subscription_and_commit_nothing(
    store: Database, make_inbox: Make
) -> None:
    inbox = make_inbox(failing)
    inbox.limit = DeadLetterLimit(consecutive_max=3)

    with pytest.raises(TooManyDeadLetters):
        await inbox.take(records(*(event(f"k{n}", 1, data={"bad": True}) for n in range(5))))

    assert await aside(store) == []


KEYS = ("a", "b", "c")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_duplicates_gaps_and_cuts_never_change_what_is_applied(
    store: Database, make_inbox: Make, data: st.DataObject
) -> None:
    name = f"property-{data.draw(st.uuids())}"
    inbox = make_inbox(name=name)
    wanted = {key: [f"{name}-{key}-{n}" for n in range(1, 6)] for key in KEYS}
    stream = [event(key, 1, id=wanted[key][0], subject=f"{name}{key}") for key in KEYS]
    rest = [
        event(key, n, id=wanted[key][n - 1], subject=f"{name}{key}")
        for key in KEYS
        for n in range(2, 6)
    ]
    stream += data.draw(
        st.permutations(rest + data.draw(st.lists(st.sampled_from(rest), max_size=6)))
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))

    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        await inbox.take(records(*stream[start:end]))

    for key in KEYS:
        assert await effects(store, f"{name}{key}") == wanted[key]

"""The log keeps every event once, as it came, and nobody can change it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from chassis.database import Database
from chassis.events import Event
from chassis.messaging import queue
from chassis.messaging.inbox import Inbox
from contracts import topics
from reporting.application.record import record_events
from reporting.entrypoints.inbound import arrival_of
from reporting.metrics import Metrics
from tests.reporting.asking import dump, logged
from tests.reporting.telling import CAF, NOW, START, TELA, Referral, organisation, record, records
from tests.servers.handles import DatabaseAccess, plain
from tests.timing import eventually

CHANGES = (
    "UPDATE event_log SET type = 'x'",
    "DELETE FROM event_log",
    "TRUNCATE event_log",
)
WAITING_FOR_THE_LOG = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND NOT granted AND datname = $1
"""


async def test_an_event_is_kept_with_its_envelope_both_times_and_its_data(
    inbox: Inbox, own_database: Database
) -> None:
    referral = Referral("one")
    learnt = START + timedelta(days=2)
    event = replace(referral.sent(START, learnt=learnt), causationid="cause", extensions={"a": "b"})

    await inbox.take([record(event)])

    (row,) = await logged(own_database)
    assert row == {
        "log_seq": row["log_seq"],
        "event_id": event.id,
        "source": "/referrals",
        "type": "maillage.referral.sent.v1",
        "service": "referrals",
        "topic": topics.REFERRALS,
        "subject": str(referral.id),
        "correlation_id": referral.journey,
        "causation_id": "cause",
        "sequence": 1,
        "happened_at": START,
        "recorded_at": learnt,
        "logged_at": NOW,
        "data_subject": str(referral.person),
        "extensions": {"a": "b"},
        "data": event.data,
    }


async def test_facts_verdicts_and_organisations_are_logged_under_the_topic_they_came_by(
    inbox: Inbox, own_database: Database
) -> None:
    referral = Referral("one")

    await inbox.take(records([*organisation(CAF), referral.sent(START), referral.verdict(START)]))

    assert [(row["type"], row["service"], row["topic"]) for row in await logged(own_database)] == [
        ("maillage.organisation.registered.v1", "partners", topics.DIRECTORY),
        ("maillage.organisation.activated.v1", "partners", topics.DIRECTORY),
        ("maillage.referral.sent.v1", "referrals", topics.REFERRALS),
        ("maillage.intent.accepted.v1", "referrals", topics.REFERRALS),
    ]


async def test_an_event_that_comes_again_is_logged_and_counted_once(
    inbox: Inbox, own_database: Database
) -> None:
    referral = Referral("one")
    sent = referral.sent(START)
    await inbox.take([record(sent), record(sent)])
    before = await dump(own_database)

    await inbox.take([record(sent)])

    assert len(await logged(own_database)) == 1
    assert await dump(own_database) == before


async def test_the_log_knows_an_event_that_the_inbox_has_forgotten(
    inbox: Inbox, access: DatabaseAccess, own_database: Database, registry: CollectorRegistry
) -> None:
    """A topic kept for ever is read again after its inbox rows were pruned (messages.md §7)."""
    facts = organisation(TELA)
    await inbox.take(records(facts))
    before = await dump(own_database)
    owner = await asyncpg.connect(plain(access.owner_url))
    await owner.execute("TRUNCATE inbox, stream_mark")
    await owner.close()

    await inbox.take(records(facts))

    assert len(await logged(own_database)) == len(facts)
    assert await dump(own_database) == before
    assert registry.get_sample_value("reporting_events_known_total") == len(facts)


@pytest.mark.parametrize("statement", CHANGES)
async def test_the_service_role_may_only_add_to_the_log(
    inbox: Inbox, access: DatabaseAccess, statement: str
) -> None:
    await inbox.take([record(Referral("one").sent(START))])
    connection = await asyncpg.connect(access.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("statement", CHANGES)
async def test_not_even_the_owner_changes_the_log(
    inbox: Inbox, access: DatabaseAccess, own_database: Database, statement: str
) -> None:
    await inbox.take([record(Referral("one").sent(START))])
    before = await logged(own_database)
    connection = await asyncpg.connect(plain(access.owner_url))
    try:
        with pytest.raises(asyncpg.RestrictViolationError):
            await connection.execute(statement)
    finally:
        await connection.close()

    assert await logged(own_database) == before


@pytest.mark.parametrize(
    ("breach", "reason"),
    [
        ({"source": "/elsewhere"}, "unknown-source"),
        ({"recordedtime": None}, "missing-attribute"),
        ({"correlationid": "no-uuid"}, "bad-attribute"),
        ({"data": {"referral": "no-uuid"}}, "contract-broken"),
    ],
)
async def test_a_broken_fact_parks_its_key_while_the_rest_is_logged(
    inbox: Inbox, own_database: Database, breach: dict[str, Any], reason: str
) -> None:
    broken, sound = Referral("broken"), Referral("sound")
    event = replace(broken.sent(START), **breach)

    await inbox.take([record(event), record(sound.sent(START)), record(broken.accepted(TELA, NOW))])

    assert [row["subject"] for row in await logged(own_database)] == [str(sound.id)]
    async with own_database.reading() as connection:
        heads = await queue.heads(connection, ["parked"])
    assert [(head["key"], head["reason"], head["standing"]) for head in heads] == [
        (str(broken.id), reason, 2)
    ]


async def test_whoever_writes_first_is_first_in_the_log(
    own_database: Database, access: DatabaseAccess
) -> None:
    """So that a reader who has seen a number has seen everything below it."""
    first, second = Referral("first").sent(START), Referral("second").sent(START)
    has_written, may_commit = asyncio.Event(), asyncio.Event()

    async def write(event: Event) -> None:
        async with own_database.transaction() as tx:
            await record_events(tx, [arrival_of(event)], metrics=Metrics(CollectorRegistry()))
            if event is first:
                has_written.set()
                await may_commit.wait()

    holder = asyncio.create_task(write(first))
    await has_written.wait()
    follower = asyncio.create_task(write(second))
    watcher = await asyncpg.connect(plain(access.admin_url))
    await eventually(lambda: watcher.fetchval(WAITING_FOR_THE_LOG, access.name))
    await watcher.close()
    may_commit.set()
    await asyncio.gather(holder, follower)

    assert [row["event_id"] for row in await logged(own_database)] == [first.id, second.id]


async def test_the_reader_tells_the_last_number_it_gave(
    inbox: Inbox, own_database: Database, written: list[int]
) -> None:
    await inbox.take(records(organisation(CAF)))

    assert written == [(await logged(own_database))[-1]["log_seq"]]

"""Any order of arrival, any batches and any rebuild give the same figures, in the database too."""

from collections import defaultdict
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from chassis.database import Database
from chassis.events import Event
from chassis.messaging.inbox import Inbox
from reporting.application.figures import Value, read_figures
from reporting.application.rebuild import Rebuild
from reporting.application.record import record_events
from reporting.domain.days import Period
from reporting.domain.figures import Scope
from reporting.entrypoints.inbound import arrival_of, facts_of
from reporting.entrypoints.rebuild import rebuild
from reporting.metrics import Metrics
from reporting.storage import event_log, fold
from tests.reporting.activity import an_activity
from tests.reporting.asking import dump, forget
from tests.reporting.telling import CAF, MAIRIE, TELA, a_department, records
from tests.servers.handles import DatabaseAccess, plain

EVENTS = [*a_department(), *an_activity()]
ALL = Scope(period=Period(), organisation=None)


@st.composite
def arrivals(draw: st.DrawFn) -> list[list[Event]]:
    """The department's events in an order that keeps each key's own, split into batches."""
    waiting: dict[str, list[Event]] = defaultdict(list)
    for event in EVENTS:
        waiting[event.partitionkey or ""].append(event)
    batches: list[list[Event]] = [[]]
    while waiting:
        key = draw(st.sampled_from(sorted(waiting)))
        batches[-1].append(waiting[key].pop(0))
        if not waiting[key]:
            del waiting[key]
        if draw(st.booleans()):
            batches.append([])
    return [batch for batch in batches if batch]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=arrivals())
async def test_any_arrival_gives_the_same_figures_and_so_does_a_rebuild(
    inbox: Inbox, own_database: Database, access: DatabaseAccess, order: list[list[Event]]
) -> None:
    await forget(access)
    await inbox.take(records(EVENTS))
    expected = await dump(own_database)
    await forget(access)

    for batch in order:
        await inbox.take(records(batch))

    assert await dump(own_database) == expected
    await rebuild(own_database)
    assert await dump(own_database) == expected


async def test_a_rebuild_mends_figures_that_were_lost_or_spoilt(
    inbox: Inbox, own_database: Database, access: DatabaseAccess, capsys: pytest.CaptureFixture[str]
) -> None:
    await inbox.take(records(EVENTS))
    expected = await dump(own_database)
    owner = await asyncpg.connect(plain(access.owner_url))
    await owner.execute("UPDATE figure_day SET count = count + 7; TRUNCATE referral_answered")
    await owner.close()
    assert await dump(own_database) != expected

    done = await rebuild(own_database)

    assert await dump(own_database) == expected
    assert done.events == len(EVENTS)
    assert f"{len(EVENTS)} événements relus" in capsys.readouterr().out.replace("\xa0", " ")


async def test_what_comes_during_a_rebuild_is_counted_once(
    inbox: Inbox, own_database: Database
) -> None:
    await inbox.take(records(EVENTS[:12]))
    making = Rebuild(read=facts_of)
    async with own_database.reading() as connection:
        await making.catch_up(connection, lambda *_: None)

    await inbox.take(records(EVENTS[12:]))
    async with own_database.transaction() as tx:
        await making.replace_figures(tx, lambda *_: None)

    rebuilt = await dump(own_database)
    await rebuild(own_database)
    assert await dump(own_database) == rebuilt
    assert making.events == len(EVENTS)


async def test_the_log_is_read_and_the_figures_are_written_in_slices(
    inbox: Inbox, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await inbox.take(records(EVENTS))
    expected = await dump(own_database)
    monkeypatch.setattr(event_log, "REREAD_ROWS", 4)
    monkeypatch.setattr(fold, "REWRITE_ROWS", 1)

    done = await rebuild(own_database)

    assert done.events == len(EVENTS)
    assert await dump(own_database) == expected


async def test_the_same_arrivals_twice_in_one_batch_count_once(own_database: Database) -> None:
    """Below the inbox, which would have sorted the second out."""
    events = [arrival_of(event) for event in EVENTS]
    metrics = Metrics(CollectorRegistry())

    async with own_database.transaction() as tx:
        await record_events(tx, [*events, *events], metrics=metrics)
    counted = await dump(own_database)

    async with own_database.transaction() as tx:
        assert await record_events(tx, events, metrics=metrics) is None
    assert await dump(own_database) == counted
    await rebuild(own_database)
    assert await dump(own_database) == counted


async def figures(database: Database, scope: Scope) -> dict[str, Value]:
    async with database.reading() as connection:
        return {value.figure.code: value for value in await read_figures(connection, scope)}


async def test_the_figures_of_a_week_are_what_happened(
    inbox: Inbox, own_database: Database
) -> None:
    await inbox.take(records(EVENTS))

    found = await figures(own_database, ALL)

    assert {code: value.amount for code, value in found.items()} == {
        "referrals-sent": 5,
        "referrals-accepted": 3,
        "referrals-refused": 2,
        "referrals-completed": 2,
        "referrals-answered-within-3-days": 3,
        "referrals-answered-within-5-days": 4,
        # Of 1 h, 2 h, 3 days and 4 days 9 h 30.
        "first-answer-median-delay": timedelta(hours=37),
        "organisations-active": 2,
    }
    assert found["referrals-refused"].parts == (("other", 1), ("session_full", 1))
    assert found["referrals-completed"].parts == (("autonomous", 1), ("wants_no_training", 1))
    assert found["referrals-answered-within-3-days"].out_of == 5


async def test_a_period_takes_its_first_and_its_last_day(
    inbox: Inbox, own_database: Database
) -> None:
    await inbox.take(records(EVENTS))
    two_days = Period(first=date(2026, 11, 2), last=date(2026, 11, 3))

    found = await figures(own_database, Scope(period=two_days, organisation=None))

    assert found["referrals-sent"].amount == 3
    assert found["referrals-accepted"].amount == 1
    assert found["referrals-answered-within-5-days"].amount == 3


@pytest.mark.parametrize(
    ("organisation", "sent", "accepted", "refused"),
    [(CAF, 4, 0, 1), (TELA, 0, 3, 1), (MAIRIE, 1, 0, 0)],
)
async def test_an_organisation_s_figures_are_what_it_sent_and_answered(
    inbox: Inbox,
    own_database: Database,
    organisation: UUID,
    sent: int,
    accepted: int,
    refused: int,
) -> None:
    await inbox.take(records(EVENTS))

    found = await figures(own_database, Scope(period=Period(), organisation=organisation))

    assert found["referrals-sent"].amount == sent
    assert found["referrals-accepted"].amount == accepted
    assert found["referrals-refused"].amount == refused
    assert found["referrals-answered-within-5-days"].out_of == sent


async def test_nothing_sent_is_nothing_measured(own_database: Database) -> None:
    found = await figures(own_database, ALL)

    assert found["first-answer-median-delay"].amount is None
    assert found["referrals-answered-within-3-days"].amount == 0
    assert found["organisations-active"].amount == 0

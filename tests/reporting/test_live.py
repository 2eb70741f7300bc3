"""A journey followed live, over a real socket: nothing missed, nothing twice, and it ends."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import timedelta

import asyncpg
import fastapi.routing
import pytest

from chassis.messaging.inbox import Inbox
from contracts.codes import Outcome
from reporting.entrypoints import live as live_streams
from tests.reporting.site import Site
from tests.reporting.telling import CAF, START, TELA, Referral, organisation, records
from tests.servers.handles import DatabaseAccess, plain
from tests.timing import FixedClock, eventually
from web import cursors

HOUR = timedelta(hours=1)
CUT_OFF = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = $1 AND pid <> pg_backend_pid()
"""


def path_of(referral: Referral) -> str:
    return f"/v1/journeys/{referral.journey}/live"


async def test_a_stream_tells_what_is_known_then_what_comes(site: Site) -> None:
    referral = Referral("one")
    sent, accepted = referral.sent(START), referral.accepted(TELA, START + HOUR)
    await site.happen([sent, referral.verdict(START)])

    async with site.follow(path_of(referral), site.as_("department")) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        known = await stream.next()
        await site.happen([accepted])
        news = await stream.next()

    assert [known.event, news.event] == ["step", "step"]
    assert known.json()["event_id"] == sent.id
    assert news.json() == {
        "event_id": accepted.id,
        "type": "maillage.referral.accepted.v1",
        "service": "referrals",
        "happened_at": "2026-09-01T09:00:00Z",
        "recorded_at": "2026-09-01T09:00:00Z",
        "subject": str(referral.id),
    }


async def test_a_reader_hears_within_a_quarter_of_a_second(site: Site) -> None:
    referral = Referral("one")
    await site.happen([referral.sent(START)])
    lateness = []

    async with site.follow(path_of(referral), site.as_("department")) as stream:
        await stream.next()
        for hours in range(1, 6):
            await site.happen([referral.accepted(TELA, START + hours * HOUR)])
            committed = time.perf_counter()
            await stream.next()
            lateness.append(time.perf_counter() - committed)

    assert sorted(lateness)[2] < 0.25


async def test_what_another_process_wrote_is_heard_too(site: Site, inbox: Inbox) -> None:
    """A worker apart gives no hint: the look at the log every 200 ms finds it."""
    referral = Referral("one")
    await site.happen([referral.sent(START)])

    async with site.follow(path_of(referral), site.as_("department")) as stream:
        await stream.next()
        await inbox.take(records([referral.accepted(TELA, START)]))
        news = await stream.next(within_s=2)

    assert news.json()["type"] == "maillage.referral.accepted.v1"


async def test_another_journey_wakes_nobody(site: Site) -> None:
    mine, other = Referral("mine"), Referral("other")
    await site.happen([mine.sent(START)])

    async with site.follow(path_of(mine), site.as_("department")) as stream:
        await stream.next()
        await site.happen([other.sent(START)])
        with pytest.raises(TimeoutError):
            await stream.next(within_s=0.6)


@pytest.mark.parametrize("by", ["header", "query"])
async def test_a_reader_that_comes_back_misses_nothing_and_hears_nothing_twice(
    site: Site, by: str
) -> None:
    referral = Referral("one")
    await site.happen([referral.sent(START)])
    async with site.follow(path_of(referral), site.as_("department")) as stream:
        cursor = (await stream.next()).id
    # Happened before what was heard, learnt after: places in the log decide, not times.
    early = referral.accepted(TELA, START - HOUR)
    await site.happen([early])
    await site.happen([referral.completed(TELA, START + HOUR, Outcome.AUTONOMOUS)])
    who, query = site.as_("department"), ""
    if by == "header":
        who["last-event-id"] = str(cursor)
    else:
        query = f"?after={cursor}"

    async with site.follow(path_of(referral) + query, who) as stream:
        heard = [(await stream.next()).json()["type"] for _ in range(2)]
        with pytest.raises(TimeoutError):
            await stream.next(within_s=0.3)

    assert heard == ["maillage.referral.accepted.v1", "maillage.referral.completed.v1"]


async def test_no_step_is_lost_between_the_page_and_its_stream(site: Site) -> None:
    """The page's stream goes on where the page ended, whatever came in between."""
    referral = Referral("one")
    await site.happen([*organisation(CAF), *organisation(TELA), referral.sent(START)])
    await site.happen([referral.accepted(TELA, START + HOUR)])
    page = await site.page(f"/journeys/{referral.journey}", site.as_("department"))
    address = page.text.split('data-live-url="')[1].split('"')[0]
    await site.happen([referral.completed(TELA, START + 2 * HOUR, Outcome.AUTONOMOUS)])

    async with site.follow(address, site.as_("department")) as stream:
        told = await stream.next()

    assert told.event == "message"
    assert told.data.startswith('<ol class="timeline" id="etapes">')
    assert "Orientation envoyée par la CAF" in told.data
    assert "Acceptée par Tela" in told.data
    assert "Terminée\xa0: autonome" in told.data  # a fragment has the spaces of the page
    assert told.data.count("<li") == 3


@pytest.mark.parametrize(
    "cursor", ["x", "bm9uZQ", cursors.encode({"log": "1"}), cursors.encode({"log": -1})]
)
async def test_a_cursor_that_is_not_ours_is_refused(site: Site, cursor: str) -> None:
    referral = Referral("one")
    await site.happen([referral.sent(START)])

    answer = await site.get(f"{path_of(referral)}?after={cursor}", site.as_("department"))

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")


async def test_so_many_streams_and_no_more(site: Site) -> None:
    """Three per reader, four in all (the fixture's settings); a place is free when one leaves."""
    referral = Referral("one")
    await site.happen([referral.sent(START)])
    one = site.as_("department")
    other = {"authorization": f"Bearer {site.issuer.token('auditor', subject='other')}"}

    async with AsyncExitStack() as streams:
        for _ in range(3):
            await streams.enter_async_context(site.follow(path_of(referral), one))
        full_for_one = await site.get(path_of(referral), one)
        fourth = await streams.enter_async_context(site.follow(path_of(referral), other))
        full_for_all = await site.get(path_of(referral), other)

    assert fourth.response.status_code == 200
    for refused in (full_for_one, full_for_all):
        assert (refused.status_code, refused.json()["code"]) == (503, "too-many-streams")
        assert refused.headers["retry-after"] == "30"
    watch = site.service.app.state.watch
    await eventually(lambda: asyncio.sleep(0, watch.followers == 0))


async def test_a_silent_stream_beats_so_that_nobody_in_between_cuts_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.1)
    referral = Referral("one")
    await site.happen([referral.sent(START)])

    async with site.follow(path_of(referral), site.as_("department")) as stream:
        await stream.next()
        assert await stream.comment() == "ping"


async def test_an_old_stream_ends_so_that_the_token_is_asked_again(
    site: Site, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "STREAM_MAX_S", 0.3)
    referral = Referral("one")
    await site.happen([referral.sent(START)])

    async with site.follow(path_of(referral), site.as_("department")) as stream:
        await stream.next()
        clock.advance(timedelta(seconds=1))
        with pytest.raises(StopAsyncIteration):
            await stream.next()


async def test_an_open_stream_tells_nothing_more_to_an_organisation_once_suspended(
    site: Site,
) -> None:
    referral = Referral("one")
    standing = organisation(CAF, suspended=True)
    await site.happen([*standing[:2], referral.sent(START)])

    async with site.follow(path_of(referral), site.as_("professional", organisation=CAF)) as stream:
        await stream.next()
        await site.happen(standing[2:])
        await site.happen([referral.accepted(TELA, START + HOUR)])
        with pytest.raises(StopAsyncIteration):
            await stream.next()


async def test_streams_end_within_a_second_when_the_service_stops(site: Site) -> None:
    referral = Referral("one")
    await site.happen([referral.sent(START)])

    async with site.follow(path_of(referral), site.as_("department")) as stream:
        await stream.next()
        began = time.perf_counter()
        site.service.app.state.stopping.set()
        site.server.should_exit = True
        with pytest.raises(StopAsyncIteration):
            await stream.next()
        assert time.perf_counter() - began < 1
    await site.serving


@pytest.mark.parametrize("page", [False, True], ids=["program", "page"])
async def test_while_the_database_is_away_streams_rest_and_go_on_afterwards(
    site: Site, access: DatabaseAccess, *, page: bool
) -> None:
    """Cut off again and again, so that some cut falls into a look of the stream itself."""
    referral = Referral("one")
    who = site.as_("department") | ({"accept": "text/html"} if page else {})
    path = f"/journeys/{referral.journey}/live" if page else path_of(referral)
    await site.happen([referral.sent(START)])
    admin = await asyncpg.connect(plain(access.admin_url))

    try:
        async with site.follow(path, who) as stream:
            await stream.next()
            for _ in range(20):
                await admin.execute(CUT_OFF, access.name)
                site.service.app.state.watch.wake_all()
                await asyncio.sleep(0.001)
            await site.happen([referral.accepted(TELA, START)])
            news = await stream.next(within_s=15)
    finally:
        await admin.close()

    assert "ccept" in news.data

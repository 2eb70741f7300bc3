"""The watch outlives what goes wrong, and a long journey is told without waiting."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.messaging.inbox import Inbox
from reporting.entrypoints import live as live_streams
from reporting.storage import event_log
from tests.reporting.site import Site
from tests.reporting.telling import START, TELA, Referral, records

MINUTE = timedelta(minutes=1)


async def test_the_watch_goes_on_after_an_error_nobody_foresaw(
    site: Site, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one of the database's, those are awaited: one from a mistake of ours."""
    monkeypatch.setattr(live_streams, "AGAIN_AFTER_S", 0.05)
    look = event_log.arrivals
    failed: list[int] = []

    async def fails_once(
        connection: AsyncConnection, *, after: int, limit: int
    ) -> Sequence[tuple[int, UUID | None]]:
        if not failed:
            failed.append(after)
            raise LookupError(after)
        return await look(connection, after=after, limit=limit)

    monkeypatch.setattr(event_log, "arrivals", fails_once)
    referral = Referral("one")
    await site.happen([referral.sent(START)])
    path = f"/v1/journeys/{referral.journey}/live"

    async with site.follow(path, site.as_("department")) as stream:
        await stream.next()
        heard = []
        for number in range(1, 4):
            await inbox.take(records([referral.accepted(TELA, START + number * MINUTE)]))
            heard.append((await stream.next(within_s=3)).json()["type"])

    assert len(failed) == 1
    assert heard == ["maillage.referral.accepted.v1"] * 3


async def test_a_full_page_of_a_journey_is_followed_by_the_next_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing wakes a stream for what was there before it: it must read to the end by itself."""
    monkeypatch.setattr(event_log, "JOURNEY_STEPS_MAX", 2)
    referral = Referral("one")
    events = [
        referral.sent(START),
        *(referral.accepted(TELA, START + number * MINUTE) for number in range(1, 9)),
    ]
    await site.happen(events)
    path = f"/v1/journeys/{referral.journey}/live"

    async with site.follow(path, site.as_("department")) as stream:
        heard = [(await stream.next(within_s=2)).json()["event_id"] for _ in events]

    assert heard == [event.id for event in events]

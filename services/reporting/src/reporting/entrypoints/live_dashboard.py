"""The dashboard as it changes, by Server-Sent Events: the figures again, whole, when any came."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chassis.database import Database
from reporting.application.dashboard import last_number
from reporting.application.live import Follower, LogWatch, TooManyFollowers
from reporting.application.standing import may_read
from reporting.domain.journeys import Viewer
from reporting.entrypoints import consortium, shown
from reporting.entrypoints.asking import (
    Data,
    Everything,
    Signed,
    cursor_at,
    department_of,
    place_of,
)
from reporting.entrypoints.live import AGAIN_AFTER_S, RETRY_MS, STREAM_MAX_S, too_many
from reporting.entrypoints.periods import ChosenDays
from web.problems import DATABASE_ERRORS

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

AT_MOST_EVERY_S: Final = 2.0
"""A dashboard need not flicker: what comes within two seconds is told at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream that may begin."""

    after: int
    viewer: Viewer
    database: Database
    watch: LogWatch
    follower: Follower


async def open_stream(
    request: Request,
    viewer: Everything,
    caller: Signed,
    database: Data,
    after: Annotated[str | None, Query()] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[Stream]:
    """Take a place among those who follow everything, until the answer is over.

    Raises:
        Problem: 400 `bad-cursor`, 403 `forbidden`, 503 `too-many-streams`.
    """
    place = place_of(last_event_id or after) or 0
    watch: LogWatch = request.app.state.watch
    async with AsyncExitStack() as stack:
        try:
            following = watch.follow(None, reader=caller.subject)
            follower = await stack.enter_async_context(following)
        except TooManyFollowers:
            raise too_many() from None
        yield Stream(after=place, viewer=viewer, database=database, watch=watch, follower=follower)


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request,
    stream: Annotated[Stream, Depends(open_stream)],
    chosen: ChosenDays,
) -> AsyncIterable[ServerSentEvent]:
    """The figures of the days chosen, each time something came."""
    department = department_of(request)
    template = request.app.state.templates.get_template("figure_families.html")
    yield ServerSentEvent(retry=RETRY_MS)
    async for number in _changes(stream):
        async with stream.database.reading() as connection:
            found = await consortium.read(connection, chosen, department)
        families = shown.families(found.values, chosen.days, found.territories.overview.names)
        html = template.render(families=families)
        yield ServerSentEvent(id=cursor_at(number), raw_data=html)


async def _changes(stream: Stream) -> AsyncIterator[int]:
    """The last number of the log, each time it has grown and the reader may still read."""
    clock = stream.database.clock
    began, seen = clock.now(), stream.after
    while not stream.watch.ended:
        left_s = STREAM_MAX_S - (clock.now() - began).total_seconds()
        if left_s <= 0:
            return
        try:
            async with stream.database.reading() as connection:
                number = await last_number(connection)
                allowed = stream.viewer.organisation is None or await may_read(
                    connection, stream.viewer.organisation
                )
        except DATABASE_ERRORS as error:
            log.warning("dashboard_not_read", error=type(error).__name__)
            await stream.follower.wait(min(left_s, AGAIN_AFTER_S))
            continue
        if not allowed:
            return
        if number > seen:
            seen = number
            yield number
            await asyncio.sleep(AT_MOST_EVERY_S)
        else:
            await stream.follower.wait(left_s)

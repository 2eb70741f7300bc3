"""A journey as it happens, by Server-Sent Events: for programs and for the page."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Final

import structlog
from fastapi import Depends, FastAPI, Header, Query, Request
from fastapi.sse import ServerSentEvent

from chassis.database import Database
from reporting.application.journeys import Journey, read_news
from reporting.application.live import Follower, LogWatch, TooManyFollowers
from reporting.application.standing import may_read
from reporting.domain.journeys import Entry
from reporting.entrypoints.asking import Asked, Data, Signed, cursor_at, place_of
from web.problems import DATABASE_ERRORS, Problem

STREAM_MAX_S: Final = 900
"""A stream ends after a quarter of an hour and the browser comes back where it was: so what a
token allows is asked again."""

RETRY_MS: Final = 1_000
AGAIN_AFTER_S: Final = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A stream that may begin: the reader may see the journey and there is room."""

    journey: Journey
    after: int
    database: Database
    watch: LogWatch
    follower: Follower


async def open_stream(
    request: Request,
    journey: Asked,
    caller: Signed,
    database: Data,
    after: Annotated[str | None, Query()] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> AsyncIterator[Stream]:
    """Take a place among those who follow, until the answer is over.

    `Last-Event-ID` is what a browser sends when it comes back; `after` is where its page ended.

    Raises:
        Problem: 404 `unknown-journey`, 400 `bad-cursor`, 503 `too-many-streams`.
    """
    place = place_of(last_event_id or after) or 0
    watch: LogWatch = request.app.state.watch
    async with AsyncExitStack() as stack:
        following = watch.follow(journey.correlation_id, reader=caller.subject)
        try:
            follower = await stack.enter_async_context(following)
        except TooManyFollowers:
            raise too_many() from None
        yield Stream(
            journey=journey, after=place, database=database, watch=watch, follower=follower
        )


Opened = Annotated[Stream, Depends(open_stream)]


async def news(
    stream: Stream, tell: Callable[[Sequence[Entry]], AsyncIterator[ServerSentEvent]]
) -> AsyncIterator[ServerSentEvent]:
    """What `tell` makes of each arrival.

    Until the server stops, the stream is old, or the reader's organisation is suspended.
    """
    clock = stream.database.clock
    began, after = clock.now(), stream.after
    journey, viewer = stream.journey, stream.journey.viewer
    yield ServerSentEvent(retry=RETRY_MS)
    while not stream.watch.ended:
        left_s = STREAM_MAX_S - (clock.now() - began).total_seconds()
        if left_s <= 0:
            return
        try:
            async with stream.database.reading() as connection:
                found = await read_news(
                    connection, journey.correlation_id, viewer=viewer, after=after
                )
                allowed = viewer.organisation is None or await may_read(
                    connection, viewer.organisation
                )
            if not allowed:
                return
            if found.entries:
                async for event in tell(found.entries):
                    yield event
        except DATABASE_ERRORS as error:
            # The answer has begun, so no status can say it any more: rest, and ask again.
            log.warning("journey_not_read", error=type(error).__name__)
            await stream.follower.wait(min(left_s, AGAIN_AFTER_S))
            continue
        after = found.seen
        if not found.more:
            await stream.follower.wait(left_s)


def watching(watch: LogWatch) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The life of the watch beside the application's: it begins with it and ends the streams.

    The server waits for its answers to end before it ends the application, so the streams are
    told by `stopping`, which the process sets first.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.watch = watch
        parts = [
            asyncio.create_task(_look(watch), name="watch"),
            asyncio.create_task(_end(watch, app.state.stopping), name="end-streams"),
        ]
        try:
            yield
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)

    return lifespan


async def _look(watch: LogWatch) -> None:
    while not watch.ended:
        try:
            await watch.run()
        except DATABASE_ERRORS as error:
            # The streams rest until the database is back; the first look then wakes them all.
            log.warning("log_not_watched", error=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER_S)
        except Exception:
            # The watch never dies: without it every stream would rest for good.
            log.exception("log_watch_failed")
            await asyncio.sleep(AGAIN_AFTER_S)


async def _end(watch: LogWatch, stopping: asyncio.Event) -> None:
    await stopping.wait()
    watch.end()


def cursor_of(entries: Sequence[Entry]) -> str:
    """Where to go on after these."""
    return cursor_at(entries[-1].log_seq)


def too_many() -> Problem:
    """There is no room for another stream."""
    return Problem(
        503,
        "too-many-streams",
        "So many journeys are followed live that no other can be",
        headers={"Retry-After": "30"},
    )

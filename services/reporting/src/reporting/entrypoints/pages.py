"""What people see: the dashboard, one journey as it happens, the events behind a figure."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from pages import Link
from reporting.application.dashboard import read_dashboard
from reporting.application.figures import (
    UnknownFigure,
    Value,
    list_events,
)
from reporting.application.journeys import Journey, read_journey
from reporting.domain.days import Period
from reporting.domain.journeys import Entry
from reporting.entrypoints import figure_words, wording
from reporting.entrypoints.asking import (
    Asked,
    Data,
    Scoped,
    Signed,
    Watching,
    cursor_at,
    place_of,
    unknown_figure,
    unknown_journey,
)
from reporting.entrypoints.live import Opened, cursor_of, news
from reporting.entrypoints.sentences import Names, Sentence
from web.pages import render

NAVIGATION: Final = (Link(label="Tableau de bord", href="/"),)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFigure:
    """A figure as the dashboard shows it."""

    code: str
    title: str
    amount: str
    meaning: str
    formula: str
    parts: Sequence[tuple[str, int]]
    events_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEvent:
    """An event as a list shows it; no person appears."""

    entry: Entry
    said: Sentence


@router.get("/")
async def dashboard(
    request: Request, caller: Signed, viewer: Watching, scope: Scoped, database: Data
) -> HTMLResponse:
    """The first figures, what they mean, and the last things that happened."""
    async with database.reading() as connection:
        found = await read_dashboard(connection, scope, with_latest=viewer.sees_everything)
    return render(
        request,
        "dashboard.html",
        caller,
        period=scope.period,
        own=not viewer.sees_everything,
        figures=[_shown(value, scope.period) for value in found.values],
        last_logged_at=found.last_logged_at,
        latest=_told(found.latest, Names(found.names)),
    )


@router.get("/figures/{code}/events")
async def events(
    request: Request,
    caller: Signed,
    code: str,
    scope: Scoped,
    database: Data,
    cursor: Annotated[str | None, Query()] = None,
) -> HTMLResponse:
    """The events from which a figure is counted."""
    before = place_of(cursor)
    try:
        async with database.reading() as connection:
            page = await list_events(connection, code, scope, before=before)
    except UnknownFigure as error:
        raise unknown_figure(error) from None
    here, period = f"/figures/{code}/events", _days(scope.period)
    return render(
        request,
        "figure_events.html",
        caller,
        figure=page.figure,
        period=scope.period,
        events=_told(page.events, Names(page.names)),
        home=Link(label="Tableau de bord", href=_address("/", **period)),
        first_href=None if before is None else _address(here, **period),
        next_href=None
        if page.next is None
        else _address(here, **period, cursor=cursor_at(page.next)),
    )


@router.get("/journeys")
async def find(
    _caller: Signed, reference: Annotated[str, Query(max_length=200)] = ""
) -> RedirectResponse:
    """The search at the head of every page: a reference leads to its journey."""
    try:
        correlation_id = UUID(reference.strip())
    except ValueError:
        raise unknown_journey() from None
    return RedirectResponse(f"/journeys/{correlation_id}", HTTPStatus.SEE_OTHER)


@router.get("/journeys/{correlation_id}")  # noqa: FAST003 - `asked_journey` takes it
async def journey(request: Request, caller: Signed, journey: Asked) -> HTMLResponse:
    """One journey: who did what, when; it goes on by itself where scripts are allowed."""
    after = cursor_at(journey.seen)
    return render(
        request,
        "journey.html",
        caller,
        journey=journey,
        steps=_steps(journey),
        participants=sorted(journey.names.values()),
        live_url=_address(f"/journeys/{journey.correlation_id}/live", after=after),
    )


@router.get(
    "/journeys/{correlation_id}/live",  # noqa: FAST003 - `asked_journey` takes it
    response_class=EventSourceResponse,
)
async def live(
    request: Request, stream: Opened, viewer: Watching
) -> AsyncIterable[ServerSentEvent]:
    """The list of steps again, whole, each time something comes: late facts belong in between."""

    async def tell(entries: Sequence[Entry]) -> AsyncIterator[ServerSentEvent]:
        async with stream.database.reading() as connection:
            now = await read_journey(connection, stream.journey.correlation_id, viewer=viewer)
        template = request.app.state.templates.get_template("steps.html")
        html = template.render(steps=_steps(now), now=stream.database.clock.now())
        yield ServerSentEvent(id=cursor_of(entries), raw_data=html)

    async for event in news(stream, tell):
        yield event


def _steps(journey: Journey) -> list[Any]:
    names = Names(journey.names)
    return [wording.step(entry, names) for entry in journey.entries]


def _told(entries: Sequence[Entry], names: Names) -> list[ShownEvent]:
    return [ShownEvent(entry=entry, said=wording.tell(entry, names)) for entry in entries]


def _shown(value: Value, period: Period) -> ShownFigure:
    figure = value.figure
    return ShownFigure(
        code=figure.code,
        title=figure.title,
        amount=figure_words.amount(value),
        meaning=figure_words.meaning(value),
        formula=figure.formula,
        parts=[(wording.label(figure.code, code), count) for code, count in value.parts],
        events_href=_address(f"/figures/{figure.code}/events", **_days(period)),
    )


def _days(period: Period) -> dict[str, date]:
    given = {"from": period.first, "to": period.last}
    return {name: day for name, day in given.items() if day is not None}


def _address(path: str, **parameters: object) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path

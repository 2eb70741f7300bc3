"""What people see: the dashboard, one journey as it happens, the events behind a figure."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from chassis.database import Database
from pages import Link
from reporting.application.dashboard import read_dashboard
from reporting.application.figures import UnknownFigure, list_events
from reporting.application.journeys import Journey, read_journey
from reporting.domain.days import day_of
from reporting.domain.journeys import Entry
from reporting.entrypoints import consortium, shown, wording
from reporting.entrypoints.asking import (
    SEES_EVERYTHING,
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
from reporting.entrypoints.periods import ChosenDays
from reporting.entrypoints.sentences import Names
from web.pages import render

NAVIGATION: Final = (
    Link(label="Tableau de bord", href="/"),
    Link(label="Communes", href="/communes", roles=tuple(sorted(SEES_EVERYTHING))),
)

router = APIRouter(include_in_schema=False)


@router.get("/")
async def dashboard(
    request: Request, caller: Signed, viewer: Watching, scope: Scoped, chosen: ChosenDays
) -> Response:
    """The consortium's dashboard, or one's own organisation's."""
    if viewer.sees_everything:
        return await consortium.dashboard(request, caller, chosen)
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await read_dashboard(connection, scope, with_latest=False)
    return render(
        request,
        "dashboard.html",
        caller,
        period=scope.period,
        figures=[shown.figure(value, scope.period, {}) for value in found.values],
        last_logged_at=found.last_logged_at,
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
            page = await list_events(
                connection, code, scope, today=day_of(database.clock.now()), before=before
            )
    except UnknownFigure:
        raise unknown_figure() from None
    here, period = f"/figures/{code}/events", shown.days_query(scope.period)
    return render(
        request,
        "figure_events.html",
        caller,
        figure=page.figure,
        period=scope.period,
        events=shown.events(page.events, Names(page.names)),
        home=Link(label="Tableau de bord", href=shown.address("/", **period)),
        csv_href=shown.address(
            f"/figures/{code}/events.csv", **period, **({"cursor": cursor} if cursor else {})
        ),
        first_href=None if before is None else shown.address(here, **period),
        next_href=None
        if page.next is None
        else shown.address(here, **period, cursor=cursor_at(page.next)),
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
        live_url=shown.address(f"/journeys/{journey.correlation_id}/live", after=after),
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

"""What programs may ask: journeys, live too, and figures with the events behind them."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from reporting.application.activity_values import read_all_figures
from reporting.application.counts import count_everything
from reporting.application.figures import UnknownFigure, Value, list_events
from reporting.domain.days import day_of
from reporting.domain.figures import Unit
from reporting.domain.journeys import Entry
from reporting.entrypoints import activity_words
from reporting.entrypoints.asking import (
    Asked,
    Data,
    Scoped,
    cursor_at,
    department_of,
    place_of,
    unknown_figure,
)
from reporting.entrypoints.live import Opened, news
from web.auth import require

router = APIRouter(prefix="/v1")


class StepAnswer(BaseModel):
    """One fact of a journey."""

    event_id: str
    type: str
    service: str
    happened_at: datetime
    recorded_at: datetime
    subject: str | None


class JourneyAnswer(BaseModel):
    """The facts of a journey by when they happened, then recorded, then written."""

    correlation_id: UUID
    steps: list[StepAnswer]


class PartAnswer(BaseModel):
    """A part of a figure: those events that carry one code."""

    code: str
    label: str
    value: int


class FigureAnswer(BaseModel):
    """A figure. `value` counts `unit`s (seconds for a delay); null when nothing can be measured.

    `cents` is what the counted vouchers or booklets are worth, null for what has no price.
    """

    code: str
    title: str
    formula: str
    unit: Unit
    value: int | None
    out_of: int | None
    cents: int | None
    parts: list[PartAnswer]
    events: str


class FiguresAnswer(BaseModel):
    """The figures of a period, both days included; null where it is open."""

    first: date | None
    last: date | None
    organisation: UUID | None
    figures: list[FigureAnswer]


class EventAnswer(StepAnswer):
    """An event behind a figure."""

    correlation_id: UUID | None


class CountsAnswer(BaseModel):
    """Counts by name at one instant; amounts in cents."""

    as_of: datetime
    counts: dict[str, int]


class EventsAnswer(BaseModel):
    """A page of events, the last learnt first; `next` is the cursor of the following page."""

    items: list[EventAnswer]
    next: str | None


@router.get("/journeys/{correlation_id}")  # noqa: FAST003 - `asked_journey` takes it
async def journey(journey: Asked) -> JourneyAnswer:
    """One journey, for the department and for the organisations that take part in it."""
    return JourneyAnswer(
        correlation_id=journey.correlation_id, steps=[_step(entry) for entry in journey.entries]
    )


@router.get(
    "/journeys/{correlation_id}/live",  # noqa: FAST003 - `asked_journey` takes it
    response_class=EventSourceResponse,
)
async def live(stream: Opened) -> AsyncIterable[ServerSentEvent]:
    """The journey's facts in the order in which we learn them, those known first.

    Each event is named `step`, its data is one step and its id a cursor: a client that comes back
    with `Last-Event-ID` misses none and gets none twice.
    """

    async def tell(entries: Sequence[Entry]) -> AsyncIterator[ServerSentEvent]:
        for entry in entries:
            yield ServerSentEvent(event="step", id=cursor_at(entry.log_seq), data=_step(entry))

    async for event in news(stream, tell):
        yield event


@router.get("/counts", dependencies=[Depends(require("department", "auditor", "administrator"))])
async def counts(database: Data) -> CountsAnswer:
    """How many of everything the figures are made of, under the names that the owners use."""
    async with database.reading() as connection:
        found = await count_everything(connection)
    return CountsAnswer(as_of=database.clock.now(), counts=found)


@router.get("/figures")
async def figures(request: Request, scope: Scoped, database: Data) -> FiguresAnswer:
    """The figures, of the whole department or of the caller's own organisation."""
    today = day_of(database.clock.now())
    async with database.reading() as connection:
        values, names = await read_all_figures(
            connection, scope, department=department_of(request), today=today
        )
    return FiguresAnswer(
        first=scope.period.first,
        last=scope.period.last,
        organisation=scope.organisation,
        figures=[_figure(value, names) for value in values],
    )


@router.get("/figures/{code}/events")
async def events(
    code: str, scope: Scoped, database: Data, cursor: Annotated[str | None, Query()] = None
) -> EventsAnswer:
    """The events from which a figure is counted; no person is shown."""
    before = place_of(cursor)
    try:
        async with database.reading() as connection:
            page = await list_events(
                connection, code, scope, today=day_of(database.clock.now()), before=before
            )
    except UnknownFigure:
        raise unknown_figure() from None
    items = [
        EventAnswer(correlation_id=entry.correlation_id, **_step(entry).model_dump())
        for entry in page.events
    ]
    return EventsAnswer(items=items, next=None if page.next is None else cursor_at(page.next))


def _step(entry: Entry) -> StepAnswer:
    return StepAnswer(
        event_id=entry.event_id,
        type=entry.type,
        service=entry.service,
        happened_at=entry.happened_at,
        recorded_at=entry.recorded_at,
        subject=entry.subject,
    )


def _figure(value: Value, names: Mapping[UUID, str]) -> FigureAnswer:
    figure = value.figure
    amount = value.amount
    return FigureAnswer(
        code=figure.code,
        title=figure.title,
        formula=figure.formula,
        unit=figure.unit,
        value=round(amount.total_seconds()) if isinstance(amount, timedelta) else amount,
        out_of=value.out_of,
        cents=value.cents,
        parts=[
            PartAnswer(code=code, label=activity_words.part_name(figure, code, names), value=count)
            for code, count in value.parts
        ],
        events=f"/v1/figures/{figure.code}/events",
    )

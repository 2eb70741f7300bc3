"""The sheet of a session (feuille de présence): who is there, what was done, who walked in."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import BirthBand, Need, SessionCancellation
from scheduling.application.acts import Act, Done, RefusedError
from scheduling.application.attendance import RecordAttendance, record_attendance
from scheduling.application.bookings import BookSeat, book_seat
from scheduling.application.sessions import CancelSession, cancel_session
from scheduling.domain.bookings import DOORS_OPEN, Presence, State
from scheduling.domain.refusals import UnknownSession
from scheduling.entrypoints import shown
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide, problem
from scheduling.entrypoints.forms import Fault, Text, is_code, person_of, typed
from scheduling.entrypoints.wording import sentence
from scheduling.storage import reading
from scheduling.storage.reading import Line, Seat
from web.auth import require
from web.pages import render

DONE: Final = {
    "declared": "La séance est déclarée",
    "saved": "La feuille est enregistrée",
    "walked-in": "La personne est ajoutée à la feuille",
    "cancelled": "La séance est annulée",
}

RECORDED: Final = {value for value, _ in shown.STATUSES}

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


@router.get("/sessions/{session}")
async def sheet(request: Request, session: UUID, member: AsMember, done: str = "") -> HTMLResponse:
    """Who is expected, who came."""
    return await _page(request, session, member, done=DONE.get(done))


@router.post("/sessions/{session}/sheet")
async def save(
    request: Request, session: UUID, member: AsMember, act: Annotated[UUID, Form()]
) -> Response:
    """« Enregistrer la feuille »: what changed of each person, in one transaction."""
    said = await typed(request)
    line, seats = await _read(request, session, member)
    topics = tuple(each.value for each in Need if said.get(f"topic-{each.value}"))

    async def record(tx: Transaction) -> Done:
        for seat, presence in _changed(seats, said, topics, line):
            command = RecordAttendance(
                act=act_of(member, tx, act=uuid5(act, str(seat.booking))),
                booking=seat.booking,
                presence=presence,
                correction=seat.state is not State.CONFIRMED,
            )
            await record_attendance(tx, command)
        return Done(fresh=True, subject=session)

    try:
        await decide(request, "page", record)
    except RefusedError as error:
        return await _page(request, session, member, refused=sentence(error.refusal), said=said)
    return RedirectResponse(f"/sessions/{session}?done=saved", status_code=303)


@router.post("/sessions/{session}/walk-in")
async def walk_in(
    request: Request,
    session: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    commune: Text = "",
    birth_band: Text = "",
) -> Response:
    """Somebody came who was not expected: a booking made on the spot."""
    line, _ = await _read(request, session, member)
    person = person_of(commune, birth_band)
    if isinstance(person, Fault):
        form = pages.Form(
            values={"commune": commune, "birth_band": birth_band},
            errors={person.field: person.said},
        )
        return await _page(request, session, member, form=form)

    async def take(tx: Transaction) -> Done:
        # Written down after the session, it happened as it began.
        at = tx.now if tx.now <= line.ends_at else line.starts_at
        said = Act(id=act, organisation=member.acting(), who=member.who, at=at)
        return await book_seat(tx, BookSeat(act=said, session=session, person=person))

    try:
        await decide(request, "page", take)
    except RefusedError as error:
        return await _page(request, session, member, refused=sentence(error.refusal))
    return RedirectResponse(f"/sessions/{session}?done=walked-in", status_code=303)


@router.post("/sessions/{session}/cancel")
async def cancel(
    request: Request,
    session: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    reason: Text = "",
) -> Response:
    """« Annuler la séance »: every seat is given back."""
    if not is_code(SessionCancellation, reason):
        form = pages.Form(errors={"reason": "Choisissez un motif."})
        return await _page(request, session, member, form=form)

    async def call_off(tx: Transaction) -> Done:
        command = CancelSession(act=act_of(member, tx, act=act), session=session, reason=reason)
        return await cancel_session(tx, command)

    try:
        await decide(request, "page", call_off)
    except RefusedError as error:
        return await _page(request, session, member, refused=sentence(error.refusal))
    return RedirectResponse(f"/sessions/{session}?done=cancelled", status_code=303)


def _changed(
    seats: list[Seat], said: Mapping[str, str], topics: tuple[str, ...], line: Line
) -> Iterator[tuple[Seat, Presence]]:
    """Of whom the sheet says otherwise than is known: came or not, handed over a title or not."""
    length = int((line.ends_at - line.starts_at).total_seconds()) // 60
    for seat in seats:
        status = said.get(f"status-{seat.booking}", "")
        came = status == State.SEEN
        title = came and f"title-{seat.booking}" in said
        if status in RECORDED and (status, title) != (seat.state, seat.title_presented):
            yield (
                seat,
                Presence(
                    status=State(status),
                    topics=topics if came else (),
                    minutes=length if came else None,
                    title_presented=title,
                ),
            )


async def _read(request: Request, session: UUID, member: Member) -> tuple[Line, list[Seat]]:
    """The session and its seats, for who works or looks there.

    Raises:
        Problem: 404 `unknown-session`: none, or another's.
    """
    database: Database = request.app.state.database
    async with database.reading() as connection:
        line = await reading.one_session(connection, session, now=database.clock.now())
        if line is None or not member.reads(line.organisation):
            raise problem(UnknownSession(session))
        return line, list(await reading.seats(connection, session))


async def _page(
    request: Request,
    session: UUID,
    member: Member,
    *,
    done: str | None = None,
    refused: str | None = None,
    form: pages.Form | None = None,
    said: Mapping[str, str] | None = None,
) -> HTMLResponse:
    line, seats = await _read(request, session, member)
    open_doors = request.app.state.database.clock.now() >= line.starts_at - DOORS_OPEN
    host = member.works and member.organisation == line.organisation
    held = line.cancelled_reason is None
    status = 409 if refused is not None else 422 if form is not None and form.errors else 200
    return render(
        request,
        "sheet.html",
        member.caller,
        status_code=status,
        shown=shown,
        line=line,
        seats=seats,
        done=done,
        refused=refused,
        form=form or pages.Form(),
        said=said or {f"topic-{line.need}": "oui"},
        records=host and held and bool(seats) and open_doors,
        seats_people=host and held and open_doors and line.free > 0,
        calls_off=host and held and all(each.state is State.CONFIRMED for each in seats),
        act=new_id(),
        needs=shown.options(Need),
        birth_bands=shown.options(BirthBand),
        reasons=shown.options(SessionCancellation),
    )

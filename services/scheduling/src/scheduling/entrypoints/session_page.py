"""Declaring a session at a place of one's own."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import Level, Need, SessionKind
from scheduling.application.acts import Done, RefusedError
from scheduling.application.sessions import DeclareSession, declare_session
from scheduling.domain.places import Place
from scheduling.domain.sessions import Kind, Programme
from scheduling.entrypoints import shown
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide
from scheduling.entrypoints.forms import is_code
from scheduling.entrypoints.place_page import own_place
from scheduling.entrypoints.wording import sentence
from scheduling.storage import mediators
from web.auth import require
from web.pages import render

SEATS: Final = tuple((str(number), str(number)) for number in range(1, 7))

# Beside which field a rule's no stands.
FIELD_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bad-hours": "ends",
        "session-too-long": "ends",
        "session-in-the-past": "day",
        "one-seat-only": "capacity",
        "mediator-busy": "mediator",
        "not-your-mediator": "mediator",
        "unknown-mediator": "mediator",
    }
)

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


class SessionForm(BaseModel):
    """What is typed of a session; `act` was minted with the page."""

    act: UUID
    kind: str = Field(default="", max_length=200)
    day: str = Field(default="", max_length=200)
    starts: str = Field(default="", max_length=200)
    ends: str = Field(default="", max_length=200)
    need: str = Field(default="", max_length=200)
    level: str = Field(default="", max_length=200)
    capacity: str = Field(default="", max_length=200)
    mediator: str = Field(default="", max_length=200)
    direct_booking: str = Field(default="", max_length=10)


@router.get("/places/{place}/sessions/new")
async def blank(request: Request, place: UUID, member: AsMember) -> HTMLResponse:
    """What will be held, when, and for how many."""
    here = await own_place(request, place, member)
    values = {"kind": SessionKind.WORKSHOP.value, "capacity": "6"}
    return await _page(request, member, here, pages.Form(values=values))


@router.post("/places/{place}/sessions/new")
async def declare(
    request: Request, place: UUID, member: AsMember, said: Annotated[SessionForm, Form()]
) -> Response:
    """« Déclarer la séance »."""
    here = await own_place(request, place, member)
    values = said.model_dump()
    faults = _faults(said)
    if faults:
        return await _page(request, member, here, pages.Form(values=values, errors=faults))
    programme = _programme(said)

    async def hold(tx: Transaction) -> Done:
        act = act_of(member, tx, act=said.act)
        return await declare_session(
            tx, DeclareSession(act=act, place=here.id, programme=programme)
        )

    try:
        done = await decide(request, "page", hold)
    except RefusedError as error:
        field = FIELD_OF.get(error.refusal.code, "kind")
        form = pages.Form(values=values, errors={field: sentence(error.refusal)})
        return await _page(request, member, here, form)
    return RedirectResponse(f"/sessions/{done.subject}?done=declared", status_code=303)


def _faults(said: SessionForm) -> dict[str, str]:
    """What cannot be read, in the order of the page."""
    wrong = {
        "kind": not is_code(SessionKind, said.kind) and "Choisissez ce que c'est.",
        "day": _day(said.day) is None and "Donnez le jour. Par exemple : 24/11/2026.",
        "starts": _hour(said.starts) is None and "Donnez l'heure. Par exemple : 14 h 30.",
        "ends": _hour(said.ends) is None and "Donnez l'heure. Par exemple : 16 h.",
        "need": not is_code(Need, said.need) and "Choisissez ce qui sera travaillé.",
        "capacity": said.capacity not in dict(SEATS) and "Choisissez un nombre de places.",
        "mediator": not _is_id(said.mediator) and "Choisissez dans la liste, ou laissez vide.",
    }
    return {field: why for field, why in wrong.items() if why}


def _programme(said: SessionForm) -> Programme:
    """The programme of a form without faults."""
    return Programme(
        kind=Kind(said.kind),
        starts_at=_instant(said.day, said.starts),
        ends_at=_instant(said.day, said.ends),
        need=said.need,
        level=said.level if is_code(Level, said.level) else None,
        capacity=int(said.capacity),
        direct_booking=bool(said.direct_booking),
        mediator=UUID(said.mediator) if said.mediator else None,
    )


def _instant(day: str, hour: str) -> datetime:
    on, at = _day(day), _hour(hour)
    if on is None or at is None:
        raise ValueError("the form has faults")
    return datetime.combine(on, at, tzinfo=shown.PARIS)


_DAY: Final = re.compile(r"^(?P<day>\d{1,2})[/. -](?P<month>\d{1,2})[/. -](?P<year>\d{4})$")
_HOUR: Final = re.compile(r"^(?P<hour>\d{1,2})\s*(?:[hH:.]\s*(?P<minute>\d{2})?)?$")


def _day(written: str) -> date | None:
    """The day as a browser's calendar writes it, or as people do."""
    text = written.strip()
    french = _DAY.match(text)
    if french:
        text = f"{french['year']}-{french['month']:0>2}-{french['day']:0>2}"
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # Beyond these no calendar of ours reaches.
    return found if date(2000, 1, 3) <= found < date(2100, 1, 1) else None


def _hour(written: str) -> time | None:
    """« 14:30 », « 14 h 30 », « 14h »."""
    found = _HOUR.match(written.strip())
    try:
        return time(int(found["hour"]), int(found["minute"] or 0)) if found else None
    except ValueError:
        return None


def _is_id(written: str) -> bool:
    try:
        return not written or bool(UUID(written))
    except ValueError:
        return False


async def _page(request: Request, member: Member, here: Place, form: pages.Form) -> HTMLResponse:
    database: Database = request.app.state.database
    async with database.reading() as connection:
        own = await mediators.of_organisation(connection, here.organisation)
    return render(
        request,
        "session_form.html",
        member.caller,
        status_code=422 if form.errors else 200,
        here=here,
        form=form,
        act=form.values.get("act") or new_id(),
        kinds=shown.options(SessionKind),
        needs=shown.options(Need),
        levels=shown.options(Level),
        seats=SEATS,
        mediators=[(str(each.id), each.label) for each in own],
    )

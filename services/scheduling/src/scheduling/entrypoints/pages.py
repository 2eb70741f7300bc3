"""The week of a place, and the visits without appointment: what scheduling opens with."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import Autonomy, BirthBand, Need
from pages import Link
from scheduling.application.acts import Done, RefusedError
from scheduling.application.visits import RecordVisit, record_visit
from scheduling.domain.instants import day_in_france
from scheduling.domain.places import Place
from scheduling.domain.refusals import UnknownPlace
from scheduling.entrypoints import shown
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide, problem
from scheduling.entrypoints.forms import MINUTES, USUAL_TOPICS, Fault, VisitForm, is_code, person_of
from scheduling.entrypoints.wording import sentence
from scheduling.storage import reading
from web.auth import require
from web.pages import render

NAVIGATION = (
    Link(label="La semaine du lieu", href="/"),
    Link(label="Réserver une place", href="/book"),
    Link(label="Noter une visite", href="/visits/new"),
)

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


@router.get("/")
async def week(
    request: Request,
    member: AsMember,
    place: UUID | None = None,
    day: Annotated[date | None, Query(ge=date(2000, 1, 3), lt=date(2100, 1, 1))] = None,
) -> HTMLResponse:
    """What is held at a place this week, with the seats that are left."""
    database: Database = request.app.state.database
    now = database.clock.now()
    of_week = shown.week_of(day or day_in_france(now))
    async with database.reading() as connection:
        own = await places_of(connection, member)
        here = chosen(own, place)
        lines = (
            []
            if here is None
            else await reading.week(
                connection, here.id, start=of_week.begins_at, end=of_week.ends_at, now=now
            )
        )
    return render(
        request,
        "week.html",
        member.caller,
        shown=shown,
        places=own,
        here=here,
        week=of_week,
        days=of_week.days(list(lines)),
        mine=here is not None and member.works and here.organisation == member.organisation,
        declares=member.works and member.organisation is not None,
    )


@router.get("/visits/new")
async def blank_visit(
    request: Request, member: AsMember, place: UUID | None = None, done: str = ""
) -> HTMLResponse:
    """« Une visite en deux gestes » : the topic, then the button."""
    return await _visit_page(request, member, place, pages.Form(values=_USUAL), done=done == "oui")


@router.post("/visits/new")
async def visit(request: Request, member: AsMember, said: Annotated[VisitForm, Form()]) -> Response:
    """Write the visit down, and be ready for the next one."""
    values, place = said.model_dump(), said.place
    person = person_of(said.commune, said.birth_band)
    errors = _visit_faults(said)
    if isinstance(person, Fault):
        errors[person.field] = person.said
    if isinstance(person, Fault) or errors:
        form = pages.Form(values=values, errors=errors)
        return await _visit_page(request, member, place, form, status=422)

    async def record(tx: Transaction) -> Done:
        command = RecordVisit(
            act=act_of(member, tx, act=said.act),
            place=place,
            minutes=int(said.minutes),
            topics=(said.about,),
            autonomy=said.autonomy,
            person=person,
        )
        return await record_visit(tx, command)

    try:
        await decide(request, "page", record)
    except RefusedError as error:
        form = pages.Form(values=values, errors={"topic": sentence(error.refusal)})
        return await _visit_page(request, member, place, form, status=409)
    return RedirectResponse(f"/visits/new?place={place}&done=oui", status_code=303)


async def places_of(connection: AsyncConnection, member: Member) -> Sequence[Place]:
    """The places that the member may look into: its organisation's, or every one."""
    if member.reads_all:
        return await reading.list_places(connection, None)
    if member.organisation is None or not member.works:
        return []
    return await reading.list_places(connection, member.organisation)


def chosen(own: Sequence[Place], place: UUID | None) -> Place | None:
    """The place asked for among one's own, or the first one.

    Raises:
        Problem: 404 `unknown-place`: another's, or none.
    """
    if place is None:
        return own[0] if own else None
    found = next((each for each in own if each.id == place), None)
    if found is None:
        raise problem(UnknownPlace(place))
    return found


_USUAL = {"minutes": "15", "autonomy": Autonomy.PARTLY_AUTONOMOUS.value}


def _visit_faults(said: VisitForm) -> dict[str, str]:
    faults = {}
    if not is_code(Need, said.about):
        faults["topic"] = "Choisissez ce pour quoi la personne est venue."
    if said.minutes not in dict(MINUTES):
        faults["minutes"] = "Choisissez une durée."
    if not is_code(Autonomy, said.autonomy):
        faults["autonomy"] = "Dites ce que la personne a fait seule."
    return faults


async def _visit_page(
    request: Request,
    member: Member,
    place: UUID | None,
    form: pages.Form,
    *,
    status: int = 200,
    done: bool = False,
) -> HTMLResponse:
    member.acting()
    database: Database = request.app.state.database
    now: datetime = database.clock.now()
    today = shown.midnight(day_in_france(now))
    async with database.reading() as connection:
        own = await places_of(connection, member)
        here = chosen(own, place)
        count = 0 if here is None else await reading.visits_since(connection, here.id, since=today)
    return render(
        request,
        "visit.html",
        member.caller,
        status_code=status,
        form=form,
        act=form.values.get("act") or new_id(),
        places=own,
        here=here,
        today=count,
        done=done,
        usual=[(each.value, each.label) for each in USUAL_TOPICS],
        topics=shown.options(Need),
        minutes=MINUTES,
        autonomies=shown.options(Autonomy),
        birth_bands=shown.options(BirthBand),
    )

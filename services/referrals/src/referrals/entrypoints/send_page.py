"""The page that sends a referral, for a colleague whose organisation has no software to do it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import Channel, Code, Level, Need, Urgency
from referrals.application.acts import Act, Done, RefusedError
from referrals.application.communes import recognise
from referrals.application.deposit import DepositPerson, deposit_person
from referrals.application.offering import Search, nearest_organisations
from referrals.application.sending import Nameless, SendReferral, send_referral
from referrals.domain.instants import day_in_france
from referrals.domain.persons import Identity
from referrals.domain.refusals import NobodyNear, Refusal, UnknownCommune
from referrals.entrypoints.access import AsMember, Member, check_active
from referrals.entrypoints.sendings import TARGETS_MAX, Sendable, SendForm, read_form
from referrals.entrypoints.wording import sentence, sentence_about
from referrals.metrics import Metrics
from referrals.storage import organisations
from web.auth import require
from web.pages import render
from web.problems import Problem

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)

# Beside which field a refusal stands.
_PLACES = {
    "own-organisation": "targets",
    "nobody-near": "targets",
    "unknown-organisation": "targets",
    "organisation-not-active": "targets",
    "agreement-in-the-future": "taken_on",
}


@router.get("/send")
async def blank(request: Request, member: AsMember) -> HTMLResponse:
    """The empty form."""
    _check_may_send(member)
    database: Database = request.app.state.database
    today = day_in_france(database.clock.now()).isoformat()
    form = pages.Form(values={"urgency": Urgency.ORDINARY.value, "taken_on": today})
    return await _page(request, member, form, status=200)


@router.post("/send")
async def send(request: Request, member: AsMember, typed: Annotated[SendForm, Form()]) -> Response:
    """« Envoyer l'orientation »: the names go into the vault, the rest leaves, together."""
    _check_may_send(member)
    database: Database = request.app.state.database
    metrics: Metrics = request.app.state.service_metrics
    read = read_form(typed)
    if not isinstance(read, Sendable):
        return await _page(
            request, member, pages.Form(values=typed.model_dump(), errors=read), status=422
        )
    try:
        async with database.transaction() as tx:
            await check_active(tx.connection, member.organisation)
            done = await _send(tx, member, typed, read)
    except RefusedError as error:
        metrics.decisions_total.labels("page", error.refusal.code).inc()
        form = pages.Form(values=typed.model_dump(), errors=_placed(error.refusal))
        return await _page(request, member, form, status=422)
    metrics.decisions_total.labels("page", "accepted").inc()
    address = f"/referrals/{done.subject}?done=sent" if done.subject else "/sent"
    return RedirectResponse(address, status_code=303)


async def _send(tx: Transaction, member: Member, typed: SendForm, read: Sendable) -> Done:
    # Without a reference the form's own number is one: sent twice, it is one person.
    person = (
        read.who
        if isinstance(read.who, Nameless)
        else await _deposit(
            tx, member, reference=read.reference or f"form-{typed.act}", identity=read.who
        )
    )
    command = SendReferral(
        act=Act(id=typed.act, organisation=member.organisation, who=member.who, at=tx.now),
        person=person,
        need=read.need,
        urgency=read.urgency,
        due_on=read.due_on,
        level=read.level,
        targets=await _targets(tx, member, typed, read),
        agreement=read.agreement,
    )
    return await send_referral(tx, command)


async def _targets(
    tx: Transaction, member: Member, typed: SendForm, read: Sendable
) -> tuple[UUID, ...]:
    """Who was chosen, and with « les plus proches » those too who have the nearest free seats."""
    if not read.nearest:
        return read.targets
    commune = recognise(typed.commune)
    if isinstance(commune, UnknownCommune):
        raise RefusedError(commune)
    search = Search(
        need=read.need, level=read.level, commune=commune.code, not_of={member.organisation}
    )
    near = await nearest_organisations(tx.connection, search, now=tx.now)
    targets = tuple(dict.fromkeys((*read.targets, *near)))[:TARGETS_MAX]
    if not targets:
        raise RefusedError(NobodyNear())
    return targets


async def _deposit(tx: Transaction, member: Member, *, reference: str, identity: Identity) -> UUID:
    command = DepositPerson(
        organisation=member.organisation, who=member.who, reference=reference, identity=identity
    )
    return (await deposit_person(tx, command)).inner


async def _page(request: Request, member: Member, form: pages.Form, *, status: int) -> HTMLResponse:
    database: Database = request.app.state.database
    async with database.reading() as connection:
        await check_active(connection, member.organisation)
        found = await organisations.active(connection)
    return render(
        request,
        "send.html",
        member.caller,
        status_code=status,
        form=form,
        # A form that comes back keeps its number, so that what went through is not sent again.
        act=form.values.get("act") or new_id(),
        organisations=[(str(one.id), one.name) for one in found if one.id != member.organisation],
        needs=_options(Need),
        levels=_options(Level),
        urgencies=_options(Urgency),
        channels=_options(Channel),
    )


def _check_may_send(member: Member) -> None:
    if not member.works_with_persons:
        raise Problem(403, "forbidden", "The caller's roles do not let it send")


def _placed(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, UnknownCommune):
        return {"commune": sentence_about(refusal)}
    return {_PLACES.get(refusal.code, "need"): sentence(refusal)}


def _options(codes: type[Code]) -> list[tuple[str, str]]:
    return [(code.value, code.label) for code in codes]

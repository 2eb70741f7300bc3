"""A seat on the spot: kept while the person is asked, confirmed, or given back.

The first form stands on referrals' pages, and leads here: what it asks is decided here.
"""

import asyncio
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Database, Transaction
from chassis.ids import new_id
from scheduling.application.acts import Done, RefusedError
from scheduling.application.holds import (
    ConfirmHold,
    HoldSeat,
    ReleaseHold,
    confirm_hold,
    hold_seat,
    release_hold,
)
from scheduling.domain.holds import Hold, HoldState
from scheduling.domain.refusals import Refusal, UnknownHold, UnknownReferral, UnknownSession
from scheduling.entrypoints import shown
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide, problem, referral_page
from scheduling.entrypoints.forms import Fault, Text, referral_of
from scheduling.entrypoints.wording import sentence
from scheduling.storage import heard, holds, reading
from scheduling.storage.reading import Line
from web.auth import require
from web.pages import render
from web.problems import Problem

# A referral is heard of within a second of being sent; whoever clicks at once waits for it here.
HEARD_WITHIN_S: Final = 4.0
ASKED_EVERY_S: Final = 0.2

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


@router.post("/sessions/{session}/holds")
async def keep(request: Request, session: UUID, member: AsMember, referral: Text = "") -> Response:
    """« Garder cette place », from the referral's page."""
    cited = referral_of(referral)
    if cited is None or isinstance(cited, Fault):
        raise Problem(422, "invalid", "A referral is needed", page=_NO_REFERRAL)
    member.acting()
    await _hear_of(request.app.state.database, cited)

    async def take(tx: Transaction) -> Done:
        act = act_of(member, tx, act=new_id())
        return await hold_seat(tx, HoldSeat(act=act, session=session, referral=cited))

    try:
        done = await decide(request, "page", take)
    except RefusedError as error:
        return await _not_kept(request, session, member, cited, error.refusal)
    return RedirectResponse(f"/holds/{done.subject}", status_code=303)


@router.get("/holds/{hold}")
async def one(request: Request, hold: UUID, member: AsMember) -> Response:
    """The seat, until when it is kept, and what to do with it."""
    return await _page(request, hold, member)


@router.post("/holds/{hold}/confirm")
async def confirm(
    request: Request, hold: UUID, member: AsMember, act: Annotated[UUID, Form()]
) -> Response:
    """« Réserver la place »: the person says yes."""

    async def take(tx: Transaction) -> Done:
        return await confirm_hold(tx, ConfirmHold(act=act_of(member, tx, act=act), hold=hold))

    try:
        await decide(request, "page", take)
    except RefusedError as error:
        return await _page(request, hold, member, refused=error.refusal)
    return RedirectResponse(f"/bookings/{hold}?done=booked", status_code=303)


@router.post("/holds/{hold}/release")
async def release(
    request: Request, hold: UUID, member: AsMember, act: Annotated[UUID, Form()]
) -> Response:
    """« Rendre la place »: the person says no."""

    async def give_back(tx: Transaction) -> Done:
        return await release_hold(tx, ReleaseHold(act=act_of(member, tx, act=act), hold=hold))

    try:
        await decide(request, "page", give_back)
    except RefusedError as error:
        return await _page(request, hold, member, refused=error.refusal)
    return RedirectResponse(f"/holds/{hold}", status_code=303)


_NO_REFERRAL: Final = "Cette place se prend depuis la page d'une orientation : ouvrez-la d'abord."


async def _hear_of(database: Database, referral: UUID) -> None:
    """Wait a little for what is on its way; whether it came is decided by whoever needs it."""
    for _ in range(int(HEARD_WITHIN_S / ASKED_EVERY_S)):
        async with database.reading() as connection:
            if await heard.find_referral(connection, referral) is not None:
                return
        await asyncio.sleep(ASKED_EVERY_S)


async def _line(database: Database, session: UUID) -> Line:
    async with database.reading() as connection:
        line = await reading.one_session(connection, session, now=database.clock.now())
    if line is None:
        raise problem(UnknownSession(session))
    return line


async def _not_kept(
    request: Request, session: UUID, member: Member, referral: UUID, refusal: Refusal
) -> HTMLResponse:
    """Why no seat is kept, and what to try next."""
    late = isinstance(refusal, UnknownReferral)
    return render(
        request,
        "not_kept.html",
        member.caller,
        status_code=404 if late else 409,
        shown=shown,
        line=await _line(request.app.state.database, session),
        referral=referral,
        late=late,
        refused=sentence(refusal),
        referral_url=referral_page(request, referral),
    )


async def _page(
    request: Request, hold_id: UUID, member: Member, *, refused: Refusal | None = None
) -> Response:
    database: Database = request.app.state.database
    async with database.reading() as connection:
        hold = await holds.find(connection, hold_id)
    if hold is None or not member.reads(hold.organisation):
        raise problem(UnknownHold(hold_id))
    state = hold.at(database.clock.now())
    if state is HoldState.CONFIRMED and refused is None:
        return RedirectResponse(f"/bookings/{hold.id}", status_code=303)
    line = await _line(database, hold.session)
    return render(
        request,
        "hold.html",
        member.caller,
        status_code=200 if refused is None else 409,
        shown=shown,
        hold=hold,
        kept=state is HoldState.HELD and line.cancelled_reason is None,
        given_back=state is HoldState.RELEASED,
        line=line,
        refused=None if refused is None else sentence(refused),
        act=new_id(),
        referral_url=referral_page(request, hold.referral),
        others_url=_others_url(hold),
    )


def _others_url(hold: Hold) -> str:
    return f"/book?referral={hold.referral}"

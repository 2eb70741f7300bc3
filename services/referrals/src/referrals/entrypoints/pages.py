"""The pages: orientations reçues, orientations envoyées, one referral and its answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from chassis.database import Database
from pages import Link
from referrals.domain.referrals import State, derive
from referrals.entrypoints.access import AsMember, check_active
from referrals.entrypoints.referral_page import find_referral
from referrals.entrypoints.shown import WATCH_AFTER, Row, received_row, sent_row
from referrals.storage import reading
from referrals.storage.reading import LIST_MAX, Line, Place
from web import cursors
from web.auth import require
from web.pages import render
from web.problems import Problem

NAVIGATION = (
    Link(label="Orientations reçues", href="/"),
    Link(label="Orientations envoyées", href="/sent"),
    Link(label="Envoyer une orientation", href="/send"),
)

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)

After = Annotated[str | None, Query()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One part of what an organisation received: what stands in it, in which order, and why."""

    states: tuple[State, ...]
    oldest_first: bool
    title: str
    hint: str


KINDS = {
    "waiting": Kind(
        states=(State.SENT,),
        oldest_first=True,
        title="À répondre",
        hint="La plus ancienne d'abord.",
    ),
    "ongoing": Kind(
        states=(State.ACCEPTED,),
        oldest_first=True,
        title="À clôturer",
        hint="Vous avez pris ces personnes en charge. Quand l'aide est finie, dites-en la suite.",
    ),
    "closed": Kind(
        states=(State.COMPLETED, State.REFUSED, State.REDIRECTED),
        oldest_first=False,
        title="Terminées",
        hint="La plus récente d'abord.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    hint: str
    rows: list[Row]
    first_href: str | None
    next_href: str | None


@router.get("/")
async def received(
    request: Request, member: AsMember, kind: After = None, after: After = None
) -> HTMLResponse:
    """What the organisation received: what waits for it first."""
    database: Database = request.app.state.database
    now = database.clock.now()
    wanted = {kind: KINDS[kind]} if kind in KINDS else KINDS
    position = None if after is None or kind not in KINDS else _position(after)
    async with database.reading() as connection:
        await check_active(connection, member.organisation)
        waiting = await reading.waiting(
            connection, at=member.organisation, before=now - WATCH_AFTER
        )
        found = {
            name: await reading.received(
                connection,
                by=member.organisation,
                states=each.states,
                oldest_first=each.oldest_first,
                after=position,
            )
            for name, each in wanted.items()
        }
    sections = [
        Section(
            title=each.title,
            hint=each.hint,
            rows=[
                received_row(line, organisation=member.organisation, now=now)
                for line in found[name][:LIST_MAX]
            ],
            first_href=None if kind is None else "/",
            next_href=_next(f"/?kind={name}&after=", found[name]),
        )
        for name, each in wanted.items()
    ]
    return render(request, "received.html", member.caller, waiting=waiting, sections=sections)


@router.get("/sent")
async def sent(request: Request, member: AsMember, after: After = None) -> HTMLResponse:
    """What the organisation sent, and what each target answered."""
    database: Database = request.app.state.database
    position = None if after is None else _position(after)
    now = database.clock.now()
    async with database.reading() as connection:
        await check_active(connection, member.organisation)
        lines = await reading.sent(connection, by=member.organisation, after=position)
        unanswered = await reading.unanswered(
            connection, of=member.organisation, before=now - WATCH_AFTER
        )
    rows = [
        sent_row(line, state=derive(target.state for target in line.targets), now=now)
        for line in lines[:LIST_MAX]
    ]
    return render(
        request,
        "sent.html",
        member.caller,
        rows=rows,
        unanswered=unanswered,
        first_href=None if after is None else "/sent",
        next_href=_next("/sent?after=", lines),
    )


@router.get("/search")
async def search(
    request: Request, member: AsMember, reference: Annotated[str, Query(max_length=64)] = ""
) -> RedirectResponse:
    """Lead to the referral of a reference: ours, or the sender's own."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        await check_active(connection, member.organisation)
        found = await find_referral(connection, reference.strip(), organisation=member.organisation)
    if found is None:
        raise Problem(
            404,
            "unknown-referral",
            "No referral of yours bears this reference",
            page="Nous n'avons trouvé aucune orientation de votre organisation sous cette "
            "référence.",
        )
    return RedirectResponse(f"/referrals/{found}", status_code=303)


def _next(address: str, lines: list[Line]) -> str | None:
    if len(lines) <= LIST_MAX:
        return None
    last = lines[LIST_MAX - 1]
    return address + cursors.encode({"at": last.sent_at.isoformat(), "id": str(last.id)})


def _position(cursor: str) -> Place:
    position = cursors.decode(cursor)
    try:
        at, last = datetime.fromisoformat(str(position["at"])), UUID(str(position["id"]))
    except (KeyError, ValueError):
        raise cursors.bad_cursor() from None
    if at.tzinfo is None:
        raise cursors.bad_cursor()
    return at, last

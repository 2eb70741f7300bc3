"""The end of a programme, for programs and for people: the statement of unused vouchers."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from chassis.database import Database
from chassis.ids import new_id
from vouchers.application import statements
from vouchers.application.acts import Act
from vouchers.application.orders import Approve
from vouchers.domain.booklets import Share
from vouchers.domain.instants import day_in_france
from vouchers.domain.ledger import OperationKind
from vouchers.entrypoints.counter import FunderCents
from vouchers.entrypoints.ordering import NOW, ProposalMade
from vouchers.entrypoints.performing import (
    STEWARDS,
    Dated,
    Key,
    Overseer,
    Steward,
    act_for,
    act_of,
    perform,
)
from vouchers.storage import organisations, programmes
from vouchers.storage import statements as stored
from vouchers.storage.statements import Statement
from web.auth import Caller, require
from web.pages import render
from web.problems import Problem

router = APIRouter(prefix="/v1")
pages_router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


class StatementMade(BaseModel):
    statement: UUID


class StatementView(BaseModel):
    """What nobody used of a programme, and what each funder had put into it."""

    statement: UUID
    programme: UUID
    issued_at: datetime
    vouchers: int
    cents: int
    split: list[FunderCents]


@router.post("/programmes/{programme}/statement", status_code=201)
async def propose_statement(
    request: Request, caller: Steward, key: Key, programme: UUID, body: Dated = NOW
) -> ProposalMade:
    """Ask that what is left of a programme expire, once its grace is over."""
    reply = await _propose(request, act_for(request, caller, key, body), programme)
    return ProposalMade.model_validate(reply)


@router.post("/statements/{proposal}/approval")
async def approve_statement(
    request: Request, caller: Steward, key: Key, proposal: UUID, body: Dated = NOW
) -> StatementMade:
    """The second pair of eyes: what is left expires, and is stated for good."""
    reply = await _approve(request, act_for(request, caller, key, body), proposal)
    return StatementMade.model_validate(reply)


@router.get("/statements")
async def list_statements(request: Request, _: Overseer) -> list[StatementView]:
    """The statements that were issued, with each funder's part."""
    return [
        StatementView(
            statement=each.id,
            programme=each.programme,
            issued_at=each.issued_at,
            vouchers=each.vouchers,
            cents=sum(share.cents for share in split),
            split=[FunderCents(funder=share.funder, cents=share.cents) for share in split],
        )
        for each, split in await _all(request.app.state.database)
        if each.issued_at is not None
    ]


@pages_router.get("/statements")
async def show_statements(
    request: Request, caller: Overseer, done: str | None = None
) -> HTMLResponse:
    """Each programme's unused vouchers: stated, proposed, to be proposed, or still running."""
    return await _page(request, caller, done=done)


@pages_router.post("/statements")
async def propose(
    request: Request,
    caller: Steward,
    act: Annotated[UUID, Form()],
    programme: Annotated[UUID, Form()],
) -> Response:
    """« Proposer l'état »: what another person then approves."""
    operation = act_of(request, caller, str(act), programme=str(programme))
    try:
        await _propose(request, operation, programme)
    except Problem as refused:
        return await _page(request, caller, refused=refused)
    return RedirectResponse("/statements?done=propose", status_code=303)


@pages_router.post("/statements/{proposal}/approval")
async def approve(
    request: Request, caller: Steward, proposal: UUID, act: Annotated[UUID, Form()]
) -> Response:
    """« Approuver et établir »: what is left expires."""
    operation = act_of(request, caller, str(act), proposal=str(proposal))
    try:
        await _approve(request, operation, proposal)
    except Problem as refused:
        return await _page(request, caller, refused=refused)
    return RedirectResponse("/statements?done=issue", status_code=303)


async def _propose(request: Request, act: Act, programme: UUID) -> dict[str, Any]:
    command = statements.ProposeStatement(act=act, programme=programme)
    return await perform(
        request,
        act,
        OperationKind.STATEMENT_PROPOSAL,
        lambda tx: statements.propose_statement(tx, command),
    )


async def _approve(request: Request, act: Act, proposal: UUID) -> dict[str, Any]:
    command = Approve(act=act, proposal=proposal)
    return await perform(
        request,
        act,
        OperationKind.STATEMENT,
        lambda tx: statements.approve_statement(tx, command),
    )


async def _all(database: Database) -> list[tuple[Statement, tuple[Share, ...]]]:
    """Every statement and proposal, each with the funders' parts."""
    async with database.reading() as connection:
        return [
            (each, await stored.split(connection, each.id, programme=each.programme))
            for each in await stored.everyone(connection)
        ]


async def _page(
    request: Request, caller: Caller, *, done: str | None = None, refused: Problem | None = None
) -> HTMLResponse:
    database: Database = request.app.state.database
    found = await _all(database)
    async with database.reading() as connection:
        names = await organisations.names(connection)
        everyone = await programmes.everyone(connection)
    stated = {each.programme for each, _ in found}
    today = day_in_france(database.clock.now())
    open_ones = [each for each in everyone if each.id not in stated]
    return render(
        request,
        "statements.html",
        caller,
        status_code=200 if refused is None else refused.status,
        issued=[(each, split) for each, split in found if each.issued_at is not None],
        # A number per form: each is an operation of its own.
        proposed=[(each, new_id()) for each, _ in found if each.issued_at is None],
        ended=[(each, new_id()) for each in open_ones if each.grace_until < today],
        running=[each for each in open_ones if each.grace_until >= today],
        names=names,
        may_act=bool(caller.roles & set(STEWARDS)),
        done=done,
        refused=None if refused is None else refused.page,
    )

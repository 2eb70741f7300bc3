"""The orders and what waits for a second person, for those who run programmes."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from chassis.database import Database, Transaction
from chassis.ids import new_id
from vouchers.application import orders
from vouchers.application.acts import Act
from vouchers.domain.ledger import OperationKind
from vouchers.domain.orders import OrderState
from vouchers.entrypoints.performing import STEWARDS, Overseer, Steward, act_of, perform
from vouchers.storage import orders as stored
from vouchers.storage import organisations, programmes
from web.auth import Caller, require
from web.pages import render
from web.problems import Problem

router = APIRouter(
    prefix="/orders",
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)

Approval = tuple[
    Callable[[Transaction, orders.Approve], Awaitable[Mapping[str, Any]]], OperationKind
]
_APPROVALS: Final[Mapping[str, Approval]] = {
    "payment-order": (orders.approve_payment, OperationKind.PAYMENT_ORDER),
    "activation": (orders.approve_activation, OperationKind.ACTIVATION),
}


@router.get("")
async def show_orders(request: Request, caller: Overseer, done: str | None = None) -> HTMLResponse:
    """Every order and how far it is; what somebody proposed and another may approve."""
    return await _page(request, caller, done=done)


@router.post("/{order}/activation")
async def propose_activation(
    request: Request, caller: Steward, order: UUID, act: Annotated[UUID, Form()]
) -> Response:
    """« Proposer l'activation » of an order that is funded and delivered."""
    operation = act_of(request, caller, str(act), order=str(order))
    command = orders.ProposeActivation(act=operation, order=order)
    return await _then_back(
        request,
        caller,
        operation,
        OperationKind.ACTIVATION_PROPOSAL,
        lambda tx: orders.propose_activation(tx, command),
        done="propose",
    )


@router.post("/{kind}/{proposal}/approval")
async def approve(
    request: Request,
    caller: Steward,
    kind: Literal["payment-order", "activation"],
    proposal: UUID,
    act: Annotated[UUID, Form()],
) -> Response:
    """« Approuver »: the second pair of eyes."""
    operation = act_of(request, caller, str(act), proposal=str(proposal))
    command = orders.Approve(act=operation, proposal=proposal)
    step, done_as = _APPROVALS[kind]
    return await _then_back(
        request, caller, operation, done_as, lambda tx: step(tx, command), done=kind
    )


async def _then_back(
    request: Request,
    caller: Caller,
    act: Act,
    kind: OperationKind,
    step: Callable[[Transaction], Awaitable[Mapping[str, Any]]],
    *,
    done: str,
) -> Response:
    """Do it and come back to the list, or say on the list why not."""
    try:
        await perform(request, act, kind, step)
    except Problem as refused:
        return await _page(request, caller, refused=refused)
    return RedirectResponse(f"/orders?done={done}", status_code=303)


async def _page(
    request: Request, caller: Caller, *, done: str | None = None, refused: Problem | None = None
) -> HTMLResponse:
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await stored.everyone(connection)
        waiting = await stored.open_proposals(connection)
        terms = {each.id: each for each in await programmes.everyone(connection)}
        names = await organisations.names(connection)
    by_id = {each.id: each for each in found}
    asked = {proposal.order for kind, proposal in waiting if kind == "activation"}
    may_act = bool(caller.roles & set(STEWARDS))
    # A number per form: each is an operation of its own.
    ready = [
        (each, new_id())
        for each in found
        if each.state is OrderState.READY and each.id not in asked
    ]
    return render(
        request,
        "orders.html",
        caller,
        status_code=200 if refused is None else refused.status,
        orders=found,
        waiting=[(kind, each, by_id[each.order], new_id()) for kind, each in waiting],
        ready=ready if may_act else [],
        terms=terms,
        names=names,
        may_act=may_act,
        done=done,
        refused=None if refused is None else refused.page,
    )

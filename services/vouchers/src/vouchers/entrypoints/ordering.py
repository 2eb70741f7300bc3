"""Programmes, orders and labels, for programs: what the département and the platform may do."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from chassis.database import Database
from contracts.codes import LabelEndReason
from vouchers.application import labels, orders, programmes
from vouchers.domain import programmes as domain
from vouchers.domain.ledger import OperationKind
from vouchers.entrypoints.performing import (
    Dated,
    Key,
    SignedIn,
    Steward,
    act_for,
    perform,
)
from vouchers.storage import ledger
from vouchers.storage import orders as stored_orders
from vouchers.storage import programmes as stored_programmes

router = APIRouter(prefix="/v1")

NOW = Dated()

Cents = Annotated[int, Field(ge=1, le=1_000_000_000)]
Text = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class FunderBody(BaseModel):
    """A funder and its parts of every voucher."""

    funder: UUID
    parts: Annotated[int, Field(ge=1, le=1_000_000)]


class ProgrammeFields(BaseModel):
    programme: UUID
    name: Text
    denomination_cents: Cents
    booklet_size: Annotated[int, Field(ge=1, le=100)]
    valid_until: date
    grace_until: date
    statement_on: date
    funders: Annotated[list[FunderBody], Field(min_length=1, max_length=20)]


class ProgrammeBody(ProgrammeFields, Dated):
    """A programme under an id that the caller chose."""


class ProgrammeView(ProgrammeFields):
    """A programme, and what stands on its accounts, in cents."""

    balances: dict[str, int]


class OrderFields(BaseModel):
    programme: UUID
    buyer: UUID
    booklets: Annotated[int, Field(ge=1, le=5_000)]


class OrderBody(OrderFields, Dated):
    """Whole booklets."""


class OrderView(OrderFields):
    order: UUID
    state: str


class PaymentBody(Dated):
    """Un mandat de paiement, face value only."""

    fiscal_year: Annotated[int, Field(ge=2000, le=2100)]
    number: Text
    cents: Cents


class StockBody(BaseModel):
    distributor: UUID
    booklets: Annotated[int, Field(ge=1, le=5_000)]


class DeliveryBody(Dated):
    stocks: Annotated[list[StockBody], Field(min_length=1, max_length=200)]


class LabelBody(Dated):
    """Both days are inclusive."""

    programme: UUID
    place: UUID
    from_on: date
    until_on: date | None = None


class WithdrawalBody(Dated):
    until_on: date
    reason: LabelEndReason


class ProgrammeMade(BaseModel):
    programme: UUID


class OrderMade(BaseModel):
    order: UUID


class ProposalMade(BaseModel):
    """Another person approves it."""

    proposal: UUID


class LabelMade(BaseModel):
    label: UUID


@router.post("/programmes", status_code=201)
async def open_programme(
    request: Request, caller: Steward, key: Key, body: ProgrammeBody
) -> ProgrammeMade:
    """Open a programme; its terms never change afterwards."""
    act = act_for(request, caller, key, body)
    programme = domain.Programme(
        id=body.programme,
        name=body.name,
        denomination_cents=body.denomination_cents,
        booklet_size=body.booklet_size,
        valid_until=body.valid_until,
        grace_until=body.grace_until,
        statement_on=body.statement_on,
        funders=tuple(domain.Funder(funder=each.funder, parts=each.parts) for each in body.funders),
    )
    command = programmes.OpenProgramme(act=act, programme=programme)
    reply = await perform(
        request,
        act,
        OperationKind.PROGRAMME_OPENING,
        lambda tx: programmes.open_programme(tx, command),
    )
    return ProgrammeMade.model_validate(reply)


@router.get("/programmes")
async def list_programmes(request: Request, _: SignedIn) -> list[ProgrammeView]:
    """Every programme with the sums on its accounts; nobody's name is near them."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await stored_programmes.everyone(connection)
        return [_view(each, await ledger.balances(connection, each.id)) for each in found]


@router.post("/orders", status_code=201)
async def place_order(request: Request, caller: Steward, key: Key, body: OrderBody) -> OrderMade:
    """Order whole booklets."""
    act = act_for(request, caller, key, body)
    command = orders.PlaceOrder(act=act, **body.model_dump(exclude={"at"}))
    reply = await perform(
        request, act, OperationKind.ORDER, lambda tx: orders.place_order(tx, command)
    )
    return OrderMade.model_validate(reply)


@router.get("/orders")
async def list_orders(request: Request, _: Steward) -> list[OrderView]:
    """Every order and how far it is, the latest first."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await stored_orders.everyone(connection)
    return [
        OrderView(
            order=each.id,
            programme=each.programme,
            buyer=each.buyer,
            booklets=each.booklets,
            state=each.state,
        )
        for each in found
    ]


@router.post("/orders/{order}/payment-orders", status_code=201)
async def propose_payment(
    request: Request, caller: Steward, key: Key, order: UUID, body: PaymentBody
) -> ProposalMade:
    """Enter a payment order; it counts once another person approves."""
    act = act_for(request, caller, key, body)
    command = orders.ProposePayment(act=act, order=order, **body.model_dump(exclude={"at"}))
    reply = await perform(
        request,
        act,
        OperationKind.PAYMENT_ORDER_PROPOSAL,
        lambda tx: orders.propose_payment(tx, command),
    )
    return ProposalMade.model_validate(reply)


@router.post("/orders/{order}/activation", status_code=201)
async def propose_activation(
    request: Request, caller: Steward, key: Key, order: UUID, body: Dated = NOW
) -> ProposalMade:
    """Ask that a funded and delivered order get its value; another person approves."""
    act = act_for(request, caller, key, body)
    command = orders.ProposeActivation(act=act, order=order)
    reply = await perform(
        request,
        act,
        OperationKind.ACTIVATION_PROPOSAL,
        lambda tx: orders.propose_activation(tx, command),
    )
    return ProposalMade.model_validate(reply)


@router.post("/{kind}/{proposal}/approval")
async def approve(
    request: Request,
    caller: Steward,
    key: Key,
    kind: Literal["payment-orders", "activations"],
    proposal: UUID,
    body: Dated = NOW,
) -> OrderMade:
    """The second pair of eyes on a payment order or an activation."""
    act = act_for(request, caller, key, body)
    step, operation = {
        "payment-orders": (orders.approve_payment, OperationKind.PAYMENT_ORDER),
        "activations": (orders.approve_activation, OperationKind.ACTIVATION),
    }[kind]
    command = orders.Approve(act=act, proposal=proposal)
    reply = await perform(request, act, operation, lambda tx: step(tx, command))
    return OrderMade.model_validate(reply)


@router.post("/orders/{order}/delivery")
async def deliver_order(
    request: Request, caller: Steward, key: Key, order: UUID, body: DeliveryBody
) -> OrderMade:
    """All booklets of the order are with their distributors."""
    act = act_for(request, caller, key, body)
    stocks = tuple((each.distributor, each.booklets) for each in body.stocks)
    command = orders.DeliverOrder(act=act, order=order, stocks=stocks)
    reply = await perform(
        request, act, OperationKind.DELIVERY, lambda tx: orders.deliver_order(tx, command)
    )
    return OrderMade.model_validate(reply)


@router.post("/labels", status_code=201)
async def grant_label(request: Request, caller: Steward, key: Key, body: LabelBody) -> LabelMade:
    """A place accepts the programme's vouchers."""
    act = act_for(request, caller, key, body)
    command = labels.GrantLabel(act=act, **body.model_dump(exclude={"at"}))
    reply = await perform(
        request, act, OperationKind.LABEL_GRANT, lambda tx: labels.grant_label(tx, command)
    )
    return LabelMade.model_validate(reply)


@router.post("/labels/{label}/withdrawal")
async def withdraw_label(
    request: Request, caller: Steward, key: Key, label: UUID, body: WithdrawalBody
) -> LabelMade:
    """The label ends, today at the earliest; what was redeemed under it stays."""
    act = act_for(request, caller, key, body)
    command = labels.WithdrawLabel(
        act=act, label=label, until_on=body.until_on, reason=body.reason.value
    )
    reply = await perform(
        request, act, OperationKind.LABEL_WITHDRAWAL, lambda tx: labels.withdraw_label(tx, command)
    )
    return LabelMade.model_validate(reply)


def _view(programme: domain.Programme, balances: dict[Any, int]) -> ProgrammeView:
    return ProgrammeView(
        programme=programme.id,
        name=programme.name,
        denomination_cents=programme.denomination_cents,
        booklet_size=programme.booklet_size,
        valid_until=programme.valid_until,
        grace_until=programme.grace_until,
        statement_on=programme.statement_on,
        funders=[FunderBody(funder=each.funder, parts=each.parts) for each in programme.funders],
        balances={kind.value: cents for kind, cents in balances.items()},
    )

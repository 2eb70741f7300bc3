"""An order on its way to value: placed, funded, delivered, activated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from vouchers.application.acts import Act, RefusedError, begin, record
from vouchers.domain.booklets import Share
from vouchers.domain.events import OrderActivated, OrderDelivered, OrderFunded, OrderPlaced
from vouchers.domain.ledger import OperationKind, posting
from vouchers.domain.money import NegativeShareError, shares_of_serial
from vouchers.domain.orders import TRANSITIONS, OrderState, OrderStep
from vouchers.domain.programmes import Programme
from vouchers.domain.refusals import (
    AboveFaceValue,
    PaymentOrderTwice,
    Refusal,
    SamePerson,
    SplitNegative,
    StatementClosed,
    StocksDiffer,
    UnknownOrder,
    UnknownOrganisation,
    UnknownProgramme,
    UnknownProposal,
    WrongStep,
)
from vouchers.storage import orders, organisations, programmes, statements
from vouchers.storage.ledger import Stored
from vouchers.storage.orders import FixedVoucher, Order, PaymentOrder, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    act: Act
    programme: UUID
    buyer: UUID
    booklets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePayment:
    """A payment order is entered; it counts once another person approves."""

    act: Act
    order: UUID
    fiscal_year: int
    number: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOrder:
    """All booklets of the order are with their distributors."""

    act: Act
    order: UUID
    stocks: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeActivation:
    act: Act
    order: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """The second pair of eyes on a payment order or an activation."""

    act: Act
    proposal: UUID


async def place_order(tx: Transaction, command: PlaceOrder) -> dict[str, Any]:
    """Order whole booklets.

    Raises:
        RefusedError: no such programme, or shares that no cent can be divided by.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    programme = await _programme(tx, command.programme)
    _shares(programme, command.booklets * programme.booklet_size)
    order = Order(
        id=new_id(),
        programme=programme.id,
        buyer=command.buyer,
        booklets=command.booklets,
        state=OrderState.PLACED,
        sequence=1,
    )
    reply = {"order": str(order.id)}
    number = await record(tx, command.act, OperationKind.ORDER, reply=reply)
    booklets = [new_id() for _ in range(order.booklets)]
    await orders.add(tx.connection, order, booklets=booklets, operation=number)
    fact = OrderPlaced(
        order=order.id,
        programme=programme.id,
        buyer=order.buyer,
        booklets=order.booklets,
        face_cents=order.booklets * programme.booklet_cents,
    )
    tx.emit(fact, key=order.id, sequence=1, happened_at=begun)
    return reply


async def propose_payment(tx: Transaction, command: ProposePayment) -> dict[str, Any]:
    """Enter a payment order of the buyer.

    Raises:
        RefusedError: unknown order, entered before, or more than the titles are worth.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    order, programme = await _order(tx, command.order)
    await _check_face(tx, order, programme, cents=command.cents)
    payment = PaymentOrder(
        id=new_id(),
        order=order.id,
        buyer=order.buyer,
        fiscal_year=command.fiscal_year,
        number=command.number,
        cents=command.cents,
        proposed_by=command.act.caller,
    )
    if not await orders.propose_payment(tx.connection, payment):
        raise RefusedError(PaymentOrderTwice())
    reply = {"proposal": str(payment.id)}
    await record(tx, command.act, OperationKind.PAYMENT_ORDER_PROPOSAL, reply=reply)
    return reply


async def approve_payment(tx: Transaction, command: Approve) -> dict[str, Any]:
    """Back the order with the money; at its face value the order is funded.

    Raises:
        RefusedError: no such proposal, approved before, or by whoever proposed it.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    proposal = _checked(await orders.payment(tx.connection, command.proposal), command.act)
    order, programme = await _order(tx, proposal.order)
    await _check_face(tx, order, programme, cents=proposal.cents)
    reply = {"order": str(order.id)}
    transfer = posting(
        OperationKind.PAYMENT_ORDER,
        programme=programme.id,
        debit=programme.id,
        credit=order.id,
        cents=proposal.cents,
    )
    number = await record(
        tx, command.act, OperationKind.PAYMENT_ORDER, reply=reply, transfers=[transfer]
    )
    await orders.approve_payment(
        tx.connection, proposal.id, by=command.act.caller, operation=number
    )
    funded = await orders.funded(tx.connection, order.id)
    face = order.booklets * programme.booklet_cents
    state = _after(order, OrderStep.FUND) if funded == face else order.state
    await orders.reach(tx.connection, order.id, state)
    fact = OrderFunded(
        order=order.id,
        programme=programme.id,
        buyer=order.buyer,
        cents=proposal.cents,
        funded_cents=funded,
        face_cents=face,
    )
    tx.emit(fact, key=order.id, sequence=order.sequence + 1, happened_at=begun)
    return reply


async def deliver_order(tx: Transaction, command: DeliverOrder) -> dict[str, Any]:
    """Put every booklet of the order into a distributor's stock.

    Raises:
        RefusedError: unknown order or distributor, delivered before, or the numbers differ.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    order, programme = await _order(tx, command.order)
    state = _after(order, OrderStep.DELIVER)
    if sum(count for _, count in command.stocks) != order.booklets:
        raise RefusedError(StocksDiffer())
    for distributor, _ in command.stocks:
        if await organisations.find(tx.connection, distributor) is None:
            raise RefusedError(UnknownOrganisation())
    reply = {"order": str(order.id)}
    await record(tx, command.act, OperationKind.DELIVERY, reply=reply)
    await orders.deliver(tx.connection, order.id, command.stocks)
    await orders.reach(tx.connection, order.id, state)
    fact = OrderDelivered(
        order=order.id, programme=programme.id, booklets=order.booklets, stocks=command.stocks
    )
    tx.emit(fact, key=order.id, sequence=order.sequence + 1, happened_at=begun)
    return reply


async def propose_activation(tx: Transaction, command: ProposeActivation) -> dict[str, Any]:
    """Ask that the order's titles get their value.

    Raises:
        RefusedError: unknown order, not funded or not delivered, or proposed before.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    order, _ = await _order(tx, command.order)
    _after(order, OrderStep.ACTIVATE)
    await _keep_open(tx, order)
    proposal = new_id()
    by = command.act.caller
    if not await orders.propose_activation(tx.connection, proposal, order=order.id, by=by):
        raise RefusedError(WrongStep())
    reply = {"proposal": str(proposal)}
    await record(tx, command.act, OperationKind.ACTIVATION_PROPOSAL, reply=reply)
    return reply


async def approve_activation(tx: Transaction, command: Approve) -> dict[str, Any]:
    """Give whole booklets their value, and fix each voucher's shares for good.

    Raises:
        RefusedError: no such proposal, approved before, or by whoever proposed it.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    proposal = _checked(await orders.activation(tx.connection, command.proposal), command.act)
    order, programme = await _order(tx, proposal.order)
    state = _after(order, OrderStep.ACTIVATE)
    await _keep_open(tx, order)
    booklets = await orders.booklets(tx.connection, order.id)
    reply = {"order": str(order.id)}
    transfers = [
        posting(
            OperationKind.ACTIVATION,
            programme=programme.id,
            debit=order.id,
            credit=booklet,
            cents=programme.booklet_cents,
        )
        for booklet in booklets
    ]
    number = await record(
        tx, command.act, OperationKind.ACTIVATION, reply=reply, transfers=transfers
    )
    fixed = _fix(programme, booklets)
    await orders.activate(tx.connection, order.id, fixed)
    await orders.approve_activation(
        tx.connection, proposal.id, by=command.act.caller, operation=number
    )
    await orders.reach(tx.connection, order.id, state)
    fact = OrderActivated(
        order=order.id,
        programme=programme.id,
        buyer=order.buyer,
        booklets=order.booklets,
        face_cents=order.booklets * programme.booklet_cents,
        split=add_up([each.shares for each in fixed]),
    )
    tx.emit(fact, key=order.id, sequence=order.sequence + 1, happened_at=begun)
    return reply


def add_up(lines: Sequence[Sequence[Share]]) -> tuple[Share, ...]:
    """The sum of lines by funder: every higher figure is a sum of lines (ledger.md rule 4)."""
    sums: dict[UUID, int] = {}
    for share in (each for line in lines for each in line):
        sums[share.funder] = sums.get(share.funder, 0) + share.cents
    return tuple(Share(funder=funder, cents=cents) for funder, cents in sums.items())


def _fix(programme: Programme, booklets: Sequence[UUID]) -> list[FixedVoucher]:
    size = programme.booklet_size
    shares = _shares(programme, len(booklets) * size)
    return [
        FixedVoucher(
            id=new_id(), booklet=booklets[place // size], serial=place + 1, shares=shares[place]
        )
        for place in range(len(booklets) * size)
    ]


def _shares(programme: Programme, serials: int) -> list[tuple[Share, ...]]:
    weights = [each.parts for each in programme.funders]
    try:
        lines = [
            shares_of_serial(serial, face_cents=programme.denomination_cents, weights=weights)
            for serial in range(1, serials + 1)
        ]
    except NegativeShareError:
        raise RefusedError(SplitNegative()) from None
    return [
        tuple(
            Share(funder=each.funder, cents=cents)
            for each, cents in zip(programme.funders, line, strict=True)
        )
        for line in lines
    ]


def _after(order: Order, step: OrderStep) -> OrderState:
    reached = TRANSITIONS[order.state, step]
    if isinstance(reached, Refusal):
        raise RefusedError(reached)
    return reached


def _checked(proposal: Proposal | None, act: Act) -> Proposal:
    if proposal is None:
        raise RefusedError(UnknownProposal())
    if proposal.approved:
        raise RefusedError(WrongStep())
    if proposal.proposed_by == act.caller:
        raise RefusedError(SamePerson())
    return proposal


async def _check_face(tx: Transaction, order: Order, programme: Programme, *, cents: int) -> None:
    funded = await orders.funded(tx.connection, order.id)
    if funded + cents > order.booklets * programme.booklet_cents:
        raise RefusedError(AboveFaceValue())


async def _keep_open(tx: Transaction, order: Order) -> None:
    """No booklet gets value once the programme's unused vouchers are stated."""
    await statements.keep_open(tx.connection, order.programme)
    if await statements.is_closed(tx.connection, order.programme):
        raise RefusedError(StatementClosed())


async def _programme(tx: Transaction, programme: UUID) -> Programme:
    found = await programmes.find(tx.connection, programme)
    if found is None:
        raise RefusedError(UnknownProgramme())
    return found


async def _order(tx: Transaction, order: UUID) -> tuple[Order, Programme]:
    found = await orders.lock(tx.connection, order)
    if found is None:
        raise RefusedError(UnknownOrder())
    return found, await _programme(tx, found.programme)

"""The end of a programme: what nobody used expires, and is stated (état des pass non utilisés)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from vouchers.application.acts import Act, RefusedError, begin, record
from vouchers.application.orders import Approve
from vouchers.application.redemption import release
from vouchers.domain.events import StatementIssued
from vouchers.domain.instants import day_in_france
from vouchers.domain.ledger import OperationKind, posting
from vouchers.domain.programmes import Programme
from vouchers.domain.refusals import (
    GraceRunning,
    SamePerson,
    StatementClosed,
    StatementProposed,
    UnknownProgramme,
    UnknownProposal,
)
from vouchers.storage import bookings, programmes, statements
from vouchers.storage.ledger import Stored
from vouchers.storage.statements import StatementProposal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeStatement:
    """Ask that what is left of a programme expire; another person approves."""

    act: Act
    programme: UUID


async def propose_statement(tx: Transaction, command: ProposeStatement) -> dict[str, Any]:
    """Propose the statement of a programme whose grace is over.

    Raises:
        RefusedError: unknown programme, its grace runs, or it was proposed or stated before.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    programme = await _ended(tx, command.programme, at=begun)
    statement = new_id()
    by = command.act.caller
    if not await statements.propose(tx.connection, statement, programme=programme.id, by=by):
        closed = await statements.is_closed(tx.connection, programme.id)
        raise RefusedError(StatementClosed() if closed else StatementProposed())
    reply = {"proposal": str(statement)}
    await record(tx, command.act, OperationKind.STATEMENT_PROPOSAL, reply=reply)
    return reply


async def approve_statement(tx: Transaction, command: Approve) -> dict[str, Any]:
    """Release what bookings still hold, let the rest expire, and state it to the cent.

    Raises:
        RefusedError: no such proposal, approved before, or by whoever proposed it.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    proposal = _checked(await statements.proposal(tx.connection, command.proposal), command.act)
    programme = await _ended(tx, proposal.programme, at=begun)
    await statements.lock_closing(tx.connection, programme.id)
    for booking_id, hold in await statements.live_holds(tx.connection, programme.id):
        booking = await bookings.read(tx.connection, booking_id)
        await release(tx, command.act, booking, hold, reason="expired")
    left = await statements.left(tx.connection, programme.id)
    transfers = [
        posting(
            OperationKind.STATEMENT,
            programme=programme.id,
            debit=each.booklet,
            credit=each.order,
            cents=each.cents,
        )
        for each in left
    ]
    reply = {"statement": str(proposal.id)}
    number = await record(
        tx, command.act, OperationKind.STATEMENT, reply=reply, transfers=transfers
    )
    vouchers = await statements.add_lines(tx.connection, proposal.id, programme=programme.id)
    await statements.approve(tx.connection, proposal.id, by=command.act.caller, operation=number)
    fact = StatementIssued(
        statement=proposal.id,
        programme=programme.id,
        on=day_in_france(begun),
        vouchers=vouchers,
        cents=sum(each.cents for each in left),
        split=await statements.split(tx.connection, proposal.id, programme=programme.id),
    )
    tx.emit(fact, key=fact.statement, sequence=1, happened_at=begun, correlation=fact.statement)
    return reply


async def _ended(tx: Transaction, programme: UUID, *, at: datetime) -> Programme:
    found = await programmes.find(tx.connection, programme)
    if found is None:
        raise RefusedError(UnknownProgramme())
    if day_in_france(at) <= found.grace_until:
        raise RefusedError(GraceRunning())
    return found


def _checked(proposal: StatementProposal | None, act: Act) -> StatementProposal:
    if proposal is None:
        raise RefusedError(UnknownProposal())
    if proposal.approved:
        raise RefusedError(StatementClosed())
    if proposal.proposed_by == act.caller:
        raise RefusedError(SamePerson())
    return proposal

"""What is due to the places' organisations is drawn up for payment, up to a cut-off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from vouchers.application.acts import Act, RefusedError, begin, record
from vouchers.application.orders import add_up
from vouchers.domain.booklets import VoucherStep, fact_number
from vouchers.domain.events import SettlementDrawnUp, VoucherSettled
from vouchers.domain.ledger import Account, AccountKind, OperationKind, posting
from vouchers.domain.refusals import CutOffAhead, UnknownProgramme
from vouchers.storage import ledger, programmes, redemptions
from vouchers.storage.ledger import Stored
from vouchers.storage.redemptions import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawUp:
    """Draw up one settlement per organisation; `cut_off` is the last operation that counts.

    Without one it is the journal's last operation as it stands. What happened after the settlement
    was drawn up waits for the next: one dated in the past names nothing that came later.
    """

    act: Act
    programme: UUID
    cut_off: int | None


async def draw_up(tx: Transaction, command: DrawUp) -> dict[str, Any]:
    """Settle what is due to every organisation; the settlements' ids and the cut-off.

    Run again with the same cut-off, it answers the same settlements and makes none.

    Raises:
        RefusedError: unknown programme, or a cut-off that lies ahead.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    if await programmes.find(tx.connection, command.programme) is None:
        raise RefusedError(UnknownProgramme())
    last = await ledger.last_number(tx.connection)
    cut_off = last if command.cut_off is None else command.cut_off
    if cut_off > last or cut_off < 1:
        raise RefusedError(CutOffAhead())
    owed = await redemptions.owed(tx.connection, command.programme, cut_off=cut_off, at=begun)
    for organisation in owed:
        await _settle(tx, command, organisation, cut_off=cut_off, at=begun)
    made = await redemptions.settled_at(tx.connection, programme=command.programme, cut_off=cut_off)
    reply = {"cut_off": cut_off, "settlements": [str(each) for each in made]}
    await record(tx, command.act, OperationKind.SETTLEMENT, reply=reply)
    return reply


async def _settle(
    tx: Transaction, command: DrawUp, organisation: UUID, *, cut_off: int, at: datetime
) -> None:
    programme = command.programme
    account = Account(kind=AccountKind.DUE, programme=programme, owner=organisation)
    await redemptions.lock_due(tx.connection, account)
    lines = await redemptions.due(
        tx.connection, programme=programme, organisation=organisation, cut_off=cut_off, at=at
    )
    if not lines:  # another settlement took them while this one waited for the account
        return
    number = 1 + await redemptions.count(
        tx.connection, programme=programme, organisation=organisation
    )
    fact = SettlementDrawnUp(
        settlement=new_id(),
        programme=programme,
        organisation=organisation,
        number=number,
        cut_off=cut_off,
        cents=sum(each.cents for each in lines),
        vouchers=len(lines),
        split=add_up([each.split for each in lines]),
    )
    transfer = posting(
        OperationKind.SETTLEMENT,
        programme=programme,
        debit=organisation,
        credit=fact.settlement,
        cents=fact.cents,
    )
    operation = await record(
        tx,
        command.act.step(f"settle {organisation}"),
        OperationKind.SETTLEMENT,
        reply={"settlement": str(fact.settlement)},
        transfers=[transfer],
    )
    row = {
        "id": fact.settlement,
        "programme": programme,
        "organisation": organisation,
        "number": number,
        "cut_off": cut_off,
        "cents": fact.cents,
        "operation": operation,
    }
    await redemptions.add_settlement(
        tx.connection, row, redemptions=[each.redemption for each in lines]
    )
    tx.emit(fact, key=fact.settlement, sequence=1, happened_at=at, correlation=fact.settlement)
    for each in lines:
        _tell(tx, fact, each, at=at)


def _tell(tx: Transaction, settlement: SettlementDrawnUp, line: Due, *, at: datetime) -> None:
    """Each journey gets its share of the settlement as a fact of its own (messages.md §6)."""
    fact = VoucherSettled(
        voucher=line.voucher,
        serial=line.serial,
        booklet=line.booklet,
        settlement=settlement.settlement,
        programme=settlement.programme,
        person=line.person,
        booking=line.booking,
        place=line.place,
        organisation=settlement.organisation,
        cents=line.cents,
        split=line.split,
    )
    tx.emit(
        fact,
        key=line.voucher,
        sequence=fact_number(line.turn, VoucherStep.SETTLE),
        happened_at=at,
        correlation=line.correlation,
        data_subject=line.person,
    )

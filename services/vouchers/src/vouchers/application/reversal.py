"""A presence corrected away from "seen" undoes its redemption (ledger.md rule 13)."""

from chassis.database import Transaction
from vouchers.application.acts import Act, record
from vouchers.domain.bookings import Booking
from vouchers.domain.booklets import VoucherStep, fact_number
from vouchers.domain.events import VoucherReversed
from vouchers.domain.ledger import Account, AccountKind, OperationKind, posting
from vouchers.storage import booklets, reversals, statements
from vouchers.storage.reversals import Standing


async def reverse(
    tx: Transaction, act: Act, booking: Booking, redeemed: Standing, *, reason: str
) -> None:
    """Give the voucher back, unless a settlement names it: then it is a person's to decide.

    What a person has to decide is no row of its own: it follows from the settlement and the
    presence as they stand, and goes when the presence is corrected back.
    """
    await booklets.lock(tx.connection, redeemed.booklet)
    due = Account(kind=AccountKind.DUE, programme=redeemed.programme, owner=redeemed.organisation)
    await reversals.lock_out_settlements(tx.connection, due)
    if await reversals.is_settled(tx.connection, redeemed.operation):
        return
    stated = await statements.is_closed(tx.connection, redeemed.programme)
    kind = OperationKind.REVERSAL_AFTER_STATEMENT if stated else OperationKind.REVERSAL
    transfer = posting(
        kind,
        programme=redeemed.programme,
        debit=redeemed.organisation,
        credit=redeemed.order if stated else redeemed.booklet,
        cents=redeemed.cents,
    )
    number = await record(
        tx,
        act.step(f"reverse {booking.id}"),
        kind,
        reply={"voucher": str(redeemed.voucher)},
        transfers=[transfer],
    )
    await reversals.add(
        tx.connection, redeemed, booking=booking.id, reason=reason, operation=number
    )
    fact = VoucherReversed(
        voucher=redeemed.voucher,
        serial=redeemed.serial,
        booklet=redeemed.booklet,
        programme=redeemed.programme,
        person=booking.person,
        booking=booking.id,
        place=redeemed.place,
        organisation=redeemed.organisation,
        cents=redeemed.cents,
        split=await booklets.shares(tx.connection, redeemed.voucher),
        reason=reason,
    )
    tx.emit(
        fact,
        key=redeemed.voucher,
        sequence=fact_number(redeemed.turn, VoucherStep.REVERSE),
        happened_at=act.at,
        correlation=booking.correlation,
        data_subject=booking.person,
    )

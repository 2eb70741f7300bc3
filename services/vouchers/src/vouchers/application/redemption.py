"""What a booking has on a booklet: held when it is booked, redeemed when someone came.

One function, `reconcile`, compares what the facts held call for with what is so. Whatever brings
a new fact (a booking, an attendance, a booklet handed over, a label) calls it: so a late fact
leads where a timely one would have led.
"""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from vouchers.application.acts import REFUSED, Act, record
from vouchers.application.reversal import reverse
from vouchers.domain.bookings import MOVES, Booking, Move, Standing, wanted
from vouchers.domain.booklets import VoucherStep, fact_number
from vouchers.domain.events import (
    BookletHeld,
    BookletHoldReleased,
    RedemptionRefused,
    VoucherRedeemed,
)
from vouchers.domain.instants import day_in_france
from vouchers.domain.ledger import OperationKind, posting
from vouchers.domain.refusals import NoBooklet, PlaceNotLabelled, Refusal, StatementClosed
from vouchers.storage import bookings, booklets, labels, redemptions, reversals, statements
from vouchers.storage.redemptions import Hold, Redemption


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purse:
    """The booklet that a booking uses."""

    booklet: UUID
    programme: UUID
    cents: int


async def reconcile(tx: Transaction, act: Act, booking_id: UUID) -> None:
    """Bring what the booking has on a booklet to what the facts held call for.

    `act` is the operation, or the message, that brought the new fact.
    """
    booking, refused_before = await bookings.lock(tx.connection, booking_id)
    hold = await redemptions.live_hold(tx.connection, booking.id)
    # Whoever holds has not redeemed: its attendance would have resolved the hold.
    redeemed = None if hold else await reversals.standing(tx.connection, booking.id)
    target, reason = await _wanted(tx, booking, hold)
    match MOVES[_standing(hold, redeemed), target]:
        case Move.HOLD:
            await _hold(tx, act, booking)
        case Move.RELEASE if hold is not None and reason is not None:
            await release(tx, act, booking, hold, reason=reason)
        case Move.REDEEM if hold is not None:
            await _redeem(tx, act, booking, hold)
        case Move.HOLD_AND_REDEEM:
            made = await _hold(tx, act, booking)
            if isinstance(made, Hold):
                await _redeem(tx, act, booking, made)
            elif made.code != refused_before:
                await _refuse(tx, act, booking, made)
        case Move.REVERSE if redeemed is not None and reason is not None:
            await reverse(tx, act, booking, redeemed, reason=reason)
        case _:
            pass


def _standing(hold: Hold | None, redeemed: reversals.Standing | None) -> Standing:
    if redeemed is not None:
        return Standing.REDEEMED
    return Standing.NOTHING if hold is None else Standing.HELD


async def _wanted(
    tx: Transaction, booking: Booking, hold: Hold | None
) -> tuple[Standing, str | None]:
    """What the facts call for; a hold ends with the label of its place."""
    target, reason = wanted(booking)
    if hold is not None and target is not Standing.NOTHING:
        day = day_in_france(booking.starts_at)
        if hold.programme not in await labels.programmes_at(tx.connection, booking.place, day=day):
            # A title presented there is refused by the next look, with its reason.
            return Standing.NOTHING, "label_ended"
    return target, reason


async def _purse(tx: Transaction, booking: Booking) -> _Purse | Refusal:
    """The person's booklet that ends first, valid that day, with enough left, accepted there."""
    day = day_in_france(booking.starts_at)
    accepted = await labels.programmes_at(tx.connection, booking.place, day=day)
    valid = [
        each
        for each in await booklets.of_person(tx.connection, booking.person)
        if each.valid_until >= day
        # A booklet handed over after the session pays nothing of it.
        and (booking.attendance is None or each.issued_at <= booking.attendance.happened_at)
    ]
    in_hand = [each for each in valid if each.left_cents >= each.denomination_cents]
    for each in in_hand:
        if each.programme in accepted:
            return _Purse(booklet=each.id, programme=each.programme, cents=each.denomination_cents)
    if in_hand:
        return PlaceNotLabelled()
    stated = await statements.any_stated(tx.connection, [each.id for each in valid])
    return StatementClosed() if stated else NoBooklet()


async def _hold(tx: Transaction, act: Act, booking: Booking) -> Hold | Refusal:
    purse = await _purse(tx, booking)
    if isinstance(purse, Refusal):
        return purse
    transfer = posting(
        OperationKind.HOLD,
        programme=purse.programme,
        debit=purse.booklet,
        credit=purse.booklet,
        cents=purse.cents,
    )
    number = await record(
        tx,
        act.step(f"hold {booking.id}"),
        OperationKind.HOLD,
        reply={"booklet": str(purse.booklet)},
        transfers=[transfer],
    )
    hold = Hold(
        operation=number, booklet=purse.booklet, programme=purse.programme, cents=purse.cents
    )
    await redemptions.add_hold(tx.connection, hold, booking=booking.id)
    fact = BookletHeld(
        booklet=purse.booklet,
        programme=purse.programme,
        person=booking.person,
        booking=booking.id,
        session=booking.session,
        place=booking.place,
        amount_cents=purse.cents,
    )
    await _tell_of_booklet(tx, act, booking, fact)
    return hold


async def release(tx: Transaction, act: Act, booking: Booking, hold: Hold, *, reason: str) -> None:
    """Free what the booking holds; a hold resolved meanwhile is the database's own no."""
    transfer = posting(
        OperationKind.RELEASE,
        programme=hold.programme,
        debit=hold.booklet,
        credit=hold.booklet,
        cents=hold.cents,
        resolves=hold.operation,
    )
    await record(
        tx,
        act.step(f"release {booking.id}"),
        OperationKind.RELEASE,
        reply={"reason": reason},
        transfers=[transfer],
    )
    fact = BookletHoldReleased(
        booklet=hold.booklet,
        programme=hold.programme,
        person=booking.person,
        booking=booking.id,
        amount_cents=hold.cents,
        reason=reason,
    )
    await _tell_of_booklet(tx, act, booking, fact)
    if reason == "label_ended" and wanted(booking)[0] is Standing.REDEEMED:
        await _refuse(tx, act, booking, PlaceNotLabelled())


async def _redeem(tx: Transaction, act: Act, booking: Booking, hold: Hold) -> None:
    await booklets.lock(tx.connection, hold.booklet)
    voucher, serial = await booklets.lowest_free(tx.connection, hold.booklet)
    transfer = posting(
        OperationKind.REDEMPTION,
        programme=hold.programme,
        debit=hold.booklet,
        credit=booking.organisation,
        cents=hold.cents,
        resolves=hold.operation,
    )
    number = await record(
        tx,
        act.step(f"redeem {booking.id}"),
        OperationKind.REDEMPTION,
        reply={"voucher": str(voucher)},
        transfers=[transfer],
    )
    one = Redemption(
        voucher=voucher,
        booking=booking.id,
        programme=hold.programme,
        place=booking.place,
        organisation=booking.organisation,
        day=day_in_france(booking.starts_at),
        cents=hold.cents,
    )
    turn = await redemptions.add(tx.connection, one, operation=number)
    fact = VoucherRedeemed(
        voucher=voucher,
        serial=serial,
        booklet=hold.booklet,
        programme=hold.programme,
        person=booking.person,
        booking=booking.id,
        session=booking.session,
        place=booking.place,
        organisation=booking.organisation,
        cents=hold.cents,
        split=await booklets.shares(tx.connection, voucher),
    )
    tx.emit(
        fact,
        key=voucher,
        sequence=fact_number(turn, VoucherStep.REDEEM),
        happened_at=act.at,
        correlation=booking.correlation,
        data_subject=booking.person,
    )


async def _refuse(tx: Transaction, act: Act, booking: Booking, refusal: Refusal) -> None:
    """Say that the title presented pays nothing: a person looks at it, the booking stands."""
    await record(
        tx,
        act.step(f"refuse {booking.id}"),
        OperationKind.REDEMPTION_REFUSAL,
        reply={REFUSED: refusal.code},
    )
    await bookings.refuse(tx.connection, booking.id, refusal.code)
    fact = RedemptionRefused(
        refusal=new_id(),
        person=booking.person,
        booking=booking.id,
        session=booking.session,
        place=booking.place,
        organisation=booking.organisation,
        reason=refusal.code,
    )
    tx.emit(
        fact,
        key=fact.refusal,
        sequence=1,
        happened_at=act.at,
        correlation=booking.correlation,
        data_subject=booking.person,
    )


async def _tell_of_booklet(
    tx: Transaction, act: Act, booking: Booking, fact: BookletHeld | BookletHoldReleased
) -> None:
    sequence = await booklets.count_fact(tx.connection, fact.booklet)
    tx.emit(
        fact,
        key=fact.booklet,
        sequence=sequence,
        happened_at=act.at,
        correlation=booking.correlation,
        data_subject=booking.person,
    )


async def reconcile_all(tx: Transaction, act: Act, found: list[UUID]) -> None:
    """Reconcile bookings in a fixed order, so that two such runs never wait for each other."""
    for booking in sorted(found):
        await reconcile(tx, act, booking)

"""SQL of what undoes a redemption, and of what a person has to undo."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.ledger import Account

_STANDING = text("""
    SELECT redemption.operation, redemption.voucher, redemption.turn, redemption.nth,
        redemption.programme, redemption.organisation, redemption.place, redemption.cents,
        voucher.serial, voucher.booklet, voucher.voucher_order
    FROM redemption JOIN voucher ON voucher.id = redemption.voucher
    WHERE attendance = :booking
    AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation)
""")
# A settlement holds the account's row against this lock until it has committed: what it names is
# then in sight, and what is reversed under the lock is in sight of the settlement that waits.
_LOCK_DUE = text("SELECT id FROM account WHERE id = :id FOR KEY SHARE")
_SETTLED = text("SELECT true FROM settlement_line WHERE redemption = :redemption")
_ADD = text("""
    INSERT INTO reversal (operation, redemption, voucher, turn, attendance, nth, reason)
    VALUES (:operation, :redemption, :voucher, :turn, :attendance, :nth, :reason)
""")
_TO_UNDO = text("""
    SELECT booking.starts_at, place.name AS place, booking.organisation, redemption.cents,
        booking.attendance_status, settlement.id AS settlement, settlement.number
    FROM redemption JOIN booking ON booking.id = redemption.attendance
    JOIN settlement_line ON settlement_line.redemption = redemption.operation
    JOIN settlement ON settlement.id = settlement_line.settlement
    JOIN place ON place.id = redemption.place
    WHERE NOT (booking.attendance_status = 'seen' AND booking.title_presented)
    AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation)
    AND (CAST(:organisation AS uuid) IS NULL OR booking.organisation = :organisation)
    ORDER BY booking.starts_at, redemption.operation
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The redemption that an attendance pays with, as long as nothing undid it."""

    operation: int
    voucher: UUID
    turn: int
    nth: int
    programme: UUID
    organisation: UUID
    place: UUID
    cents: int
    serial: int
    booklet: UUID
    order: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ToUndo:
    """A voucher in a settlement whose presence was corrected afterwards: a person decides."""

    starts_at: datetime
    place: str
    organisation: UUID
    cents: int
    status: str
    settlement: UUID
    number: int


async def standing(connection: AsyncConnection, booking: UUID) -> Standing | None:
    row = (await connection.execute(_STANDING, {"booking": booking})).one_or_none()
    if row is None:
        return None
    return Standing(
        operation=row.operation,
        voucher=row.voucher,
        turn=row.turn,
        nth=row.nth,
        programme=row.programme,
        organisation=row.organisation,
        place=row.place,
        cents=row.cents,
        serial=row.serial,
        booklet=row.booklet,
        order=row.voucher_order,
    )


async def lock_out_settlements(connection: AsyncConnection, account: Account) -> None:
    """Let no settlement of the account begin, and wait for the one under way."""
    await connection.execute(_LOCK_DUE, {"id": account.id})


async def is_settled(connection: AsyncConnection, redemption: int) -> bool:
    found = await connection.execute(_SETTLED, {"redemption": redemption})
    return found.first() is not None


async def add(
    connection: AsyncConnection, one: Standing, *, booking: UUID, reason: str, operation: int
) -> None:
    values = {
        "operation": operation,
        "redemption": one.operation,
        "voucher": one.voucher,
        "turn": one.turn,
        "attendance": booking,
        "nth": one.nth,
        "reason": reason,
    }
    await connection.execute(_ADD, values)


async def to_undo(connection: AsyncConnection, organisation: UUID | None) -> Sequence[ToUndo]:
    """What an organisation, or everybody, was settled for a presence corrected since."""
    rows = await connection.execute(_TO_UNDO, {"organisation": organisation})
    return [
        ToUndo(
            starts_at=row.starts_at,
            place=row.place,
            organisation=row.organisation,
            cents=row.cents,
            status=row.attendance_status,
            settlement=row.settlement,
            number=row.number,
        )
        for row in rows
    ]

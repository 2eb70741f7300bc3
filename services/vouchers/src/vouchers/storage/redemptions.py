"""SQL of holds and redemptions, and of the settlements that gather them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.booklets import Share
from vouchers.domain.ledger import Account

_ADD_HOLD = text("""
    INSERT INTO hold (operation, booklet, booking, turn, cents)
    VALUES (:operation, :booklet, :booking,
        1 + (SELECT count(*) FROM hold WHERE booking = :booking), :cents)
""")
_LIVE_HOLD = text("""
    SELECT operation, booklet, programme, cents FROM hold
    JOIN booklet ON booklet.id = hold.booklet
    WHERE booking = :booking
    AND NOT EXISTS (SELECT FROM transfer WHERE resolves = hold.operation)
""")
# Counted from what was reversed: a second turn while the first one stands is the database's no.
_ADD = text("""
    INSERT INTO redemption (operation, voucher, turn, attendance, nth, programme, place,
        organisation, session_day, cents)
    VALUES (:operation, :voucher, 1 + (SELECT count(*) FROM reversal WHERE voucher = :voucher),
        :attendance, 1 + (SELECT count(*) FROM reversal WHERE attendance = :attendance),
        :programme, :place, :organisation, daterange(:day, :day, '[]'), :cents)
    RETURNING turn
""")
# Redemptions hold the account's row against this lock while they commit (by their foreign key):
# once it is had, every redemption up to the cut-off is in sight.
_LOCK_DUE = text("SELECT id FROM account WHERE id = :id FOR UPDATE")
_DUE = text("""
    SELECT redemption.operation, redemption.voucher, redemption.turn, redemption.cents,
        redemption.place, redemption.attendance AS booking, voucher.serial, voucher.booklet,
        holder.person, booking.correlation,
        (SELECT array_agg(funder ORDER BY place) FROM voucher_share AS s
            WHERE s.voucher = voucher.id) AS funders,
        (SELECT array_agg(cents ORDER BY place) FROM voucher_share AS s
            WHERE s.voucher = voucher.id) AS shares
    FROM redemption JOIN operation ON operation.number = redemption.operation
    JOIN voucher ON voucher.id = redemption.voucher
    JOIN holder ON holder.booklet = voucher.booklet
    JOIN booking ON booking.id = redemption.attendance
    WHERE redemption.programme = :programme AND redemption.organisation = :organisation
    AND redemption.operation <= :cut_off AND operation.happened_at <= :at
    AND NOT EXISTS (SELECT FROM settlement_line WHERE redemption = redemption.operation)
    AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation)
    ORDER BY redemption.operation
""")
_OWED_ORGANISATIONS = text("""
    SELECT DISTINCT organisation FROM redemption
    JOIN operation ON operation.number = redemption.operation
    WHERE programme = :programme AND redemption.operation <= :cut_off AND happened_at <= :at
    AND NOT EXISTS (SELECT FROM settlement_line WHERE redemption = redemption.operation)
    AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation)
    AND NOT EXISTS (
        SELECT FROM settlement WHERE settlement.programme = redemption.programme
        AND settlement.organisation = redemption.organisation AND cut_off = :cut_off)
    ORDER BY organisation
""")
_AT_CUT_OFF = text("""
    SELECT id FROM settlement WHERE programme = :programme AND cut_off = :cut_off
    ORDER BY organisation
""")
_COUNT = text("""
    SELECT count(*) FROM settlement
    WHERE programme = :programme AND organisation = :organisation
""")
_ADD_SETTLEMENT = text("""
    INSERT INTO settlement (id, programme, organisation, number, cut_off, cents, operation)
    VALUES (:id, :programme, :organisation, :number, :cut_off, :cents, :operation)
""")
_ADD_LINE = text(
    "INSERT INTO settlement_line (redemption, settlement) VALUES (:redemption, :settlement)"
)
_SETTLEMENTS = text("""
    SELECT settlement.id, settlement.programme, programme.name AS programme_name,
        settlement.organisation, settlement.number, settlement.cut_off, settlement.cents,
        operation.happened_at, (SELECT count(*) FROM settlement_line
            WHERE settlement = settlement.id) AS vouchers
    FROM settlement JOIN operation ON operation.number = settlement.operation
    JOIN programme ON programme.id = settlement.programme
    WHERE (CAST(:organisation AS uuid) IS NULL OR settlement.organisation = :organisation)
    AND (CAST(:id AS uuid) IS NULL OR settlement.id = :id)
    ORDER BY settlement.operation DESC
""")
_SPLIT = text("""
    SELECT funder, sum(voucher_share.cents)::bigint AS cents FROM settlement_line
    JOIN redemption ON redemption.operation = settlement_line.redemption
    JOIN voucher_share ON voucher_share.voucher = redemption.voucher
    WHERE settlement = :settlement GROUP BY funder ORDER BY min(voucher_share.place)
""")
_COUNTER = text("""
    SELECT redemption.operation, operation.happened_at, redemption.cents, place.name AS place,
        voucher.serial, programme.name AS programme, settlement.number AS settlement,
        EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation) AS reversed
    FROM redemption JOIN operation ON operation.number = redemption.operation
    JOIN voucher ON voucher.id = redemption.voucher
    JOIN place ON place.id = redemption.place
    JOIN programme ON programme.id = redemption.programme
    LEFT JOIN settlement_line ON settlement_line.redemption = redemption.operation
    LEFT JOIN settlement ON settlement.id = settlement_line.settlement
    WHERE redemption.organisation = :organisation
    ORDER BY redemption.operation DESC LIMIT 50
""")
_REFUSED = text("""
    SELECT booking.id, starts_at, place.name AS place, refused FROM booking
    JOIN place ON place.id = booking.place
    WHERE booking.organisation = :organisation AND refused IS NOT NULL
    AND attendance_status = 'seen' AND title_presented
    AND NOT EXISTS (SELECT FROM redemption WHERE attendance = booking.id
        AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation))
    ORDER BY starts_at DESC LIMIT 50
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """An amount set aside that nothing has resolved yet."""

    operation: int
    booklet: UUID
    programme: UUID
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """Un encaissement, against the attendance of a booking, at a place labelled that day."""

    voucher: UUID
    booking: UUID
    programme: UUID
    place: UUID
    organisation: UUID
    day: date
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One redemption that no settlement names yet."""

    redemption: int
    voucher: UUID
    turn: int
    serial: int
    booklet: UUID
    person: UUID
    booking: UUID
    place: UUID
    correlation: UUID | None
    cents: int
    split: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Un décompte: what one organisation is paid for a programme, up to an operation."""

    id: UUID
    programme: UUID
    programme_name: str
    organisation: UUID
    number: int
    cut_off: int
    cents: int
    vouchers: int
    drawn_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterLine:
    """A voucher used at one of the organisation's places."""

    operation: int
    happened_at: datetime
    place: str
    programme: str
    serial: int
    cents: int
    settlement: int | None
    reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """A title presented that could not be redeemed."""

    booking: UUID
    starts_at: datetime
    place: str
    reason: str


async def add_hold(connection: AsyncConnection, hold: Hold, *, booking: UUID) -> None:
    values = {
        "operation": hold.operation,
        "booklet": hold.booklet,
        "booking": booking,
        "cents": hold.cents,
    }
    await connection.execute(_ADD_HOLD, values)


async def live_hold(connection: AsyncConnection, booking: UUID) -> Hold | None:
    row = (await connection.execute(_LIVE_HOLD, {"booking": booking})).one_or_none()
    if row is None:
        return None
    return Hold(
        operation=row.operation, booklet=row.booklet, programme=row.programme, cents=row.cents
    )


async def add(connection: AsyncConnection, one: Redemption, *, operation: int) -> int:
    """Write it; which redemption of the voucher it is, one more than were reversed."""
    values = {
        "operation": operation,
        "voucher": one.voucher,
        "attendance": one.booking,
        "programme": one.programme,
        "place": one.place,
        "organisation": one.organisation,
        "day": one.day,
        "cents": one.cents,
    }
    turn: int = (await connection.execute(_ADD, values)).scalar_one()
    return turn


async def lock_due(connection: AsyncConnection, account: Account) -> None:
    """Wait for the redemptions under way at the organisation, and let none begin."""
    await connection.execute(_LOCK_DUE, {"id": account.id})


async def due(
    connection: AsyncConnection,
    *,
    programme: UUID,
    organisation: UUID,
    cut_off: int,
    at: datetime,
) -> Sequence[Due]:
    """The redemptions up to the cut-off that happened by then and no settlement names."""
    values = {
        "programme": programme,
        "organisation": organisation,
        "cut_off": cut_off,
        "at": at,
    }
    return [
        Due(
            redemption=row.operation,
            voucher=row.voucher,
            turn=row.turn,
            serial=row.serial,
            booklet=row.booklet,
            person=row.person,
            booking=row.booking,
            place=row.place,
            correlation=row.correlation,
            cents=row.cents,
            split=tuple(
                Share(funder=funder, cents=cents)
                for funder, cents in zip(row.funders, row.shares, strict=True)
            ),
        )
        for row in await connection.execute(_DUE, values)
    ]


async def owed(
    connection: AsyncConnection, programme: UUID, *, cut_off: int, at: datetime
) -> Sequence[UUID]:
    """The organisations to which something is due, in a fixed order.

    An organisation settled at this very cut-off is none of them: what was committed late goes
    into the next settlement.
    """
    values = {"programme": programme, "cut_off": cut_off, "at": at}
    return list((await connection.execute(_OWED_ORGANISATIONS, values)).scalars())


async def settled_at(
    connection: AsyncConnection, *, programme: UUID, cut_off: int
) -> Sequence[UUID]:
    """The settlements of that very cut-off, in the order of their organisations."""
    values = {"programme": programme, "cut_off": cut_off}
    return list((await connection.execute(_AT_CUT_OFF, values)).scalars())


async def count(connection: AsyncConnection, *, programme: UUID, organisation: UUID) -> int:
    values = {"programme": programme, "organisation": organisation}
    number: int = (await connection.execute(_COUNT, values)).scalar_one()
    return number


async def add_settlement(
    connection: AsyncConnection, one: dict[str, Any], *, redemptions: Sequence[int]
) -> None:
    """Write the settlement with its lines; a redemption has one line, whatever happens."""
    await connection.execute(_ADD_SETTLEMENT, one)
    lines = [{"redemption": each, "settlement": one["id"]} for each in redemptions]
    await connection.execute(_ADD_LINE, lines)


async def settlements(
    connection: AsyncConnection, *, organisation: UUID | None = None, settlement: UUID | None = None
) -> Sequence[Settlement]:
    """Settlements of an organisation, or all; the latest first."""
    rows = await connection.execute(_SETTLEMENTS, {"organisation": organisation, "id": settlement})
    return [
        Settlement(
            id=row.id,
            programme=row.programme,
            programme_name=row.programme_name,
            organisation=row.organisation,
            number=row.number,
            cut_off=row.cut_off,
            cents=row.cents,
            vouchers=row.vouchers,
            drawn_up_at=row.happened_at,
        )
        for row in rows
    ]


async def split(connection: AsyncConnection, settlement: UUID) -> tuple[Share, ...]:
    """What each funder bears of the settlement: the sum of its lines."""
    rows = await connection.execute(_SPLIT, {"settlement": settlement})
    return tuple(Share(funder=row.funder, cents=row.cents) for row in rows)


async def counter(connection: AsyncConnection, organisation: UUID) -> Sequence[CounterLine]:
    """The latest fifty vouchers used at the organisation's places."""
    rows = await connection.execute(_COUNTER, {"organisation": organisation})
    return [
        CounterLine(
            operation=row.operation,
            happened_at=row.happened_at,
            place=row.place,
            programme=row.programme,
            serial=row.serial,
            cents=row.cents,
            settlement=row.settlement,
            reversed=row.reversed,
        )
        for row in rows
    ]


async def refused(connection: AsyncConnection, organisation: UUID) -> Sequence[RefusedLine]:
    """Titles presented at the organisation's places that were not redeemed so far."""
    rows = await connection.execute(_REFUSED, {"organisation": organisation})
    return [
        RefusedLine(booking=row.id, starts_at=row.starts_at, place=row.place, reason=row.refused)
        for row in rows
    ]

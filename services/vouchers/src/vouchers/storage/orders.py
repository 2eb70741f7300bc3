"""SQL of orders, their payment orders and their activation."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.booklets import Share
from vouchers.domain.orders import OrderState

_ADD = text("""
    INSERT INTO voucher_order (id, programme, buyer, booklets, state, sequence, operation)
    VALUES (:id, :programme, :buyer, :booklets, 'placed', 1, :operation)
""")
_ADD_BOOKLETS = text("""
    INSERT INTO booklet (id, voucher_order, programme, rank, state, sequence)
    VALUES (:id, :voucher_order, :programme, :rank, 'ordered', 0)
""")
_SELECT = "SELECT id, programme, buyer, booklets, state, sequence FROM voucher_order"
_LOCK = text(f"{_SELECT} WHERE id = :id FOR UPDATE")
_ALL = text(f"{_SELECT} ORDER BY operation DESC")
_REACH = text("UPDATE voucher_order SET state = :state, sequence = sequence + 1 WHERE id = :id")
_PROPOSE_PAYMENT = text("""
    INSERT INTO payment_order (id, voucher_order, buyer, fiscal_year, number, cents, proposed_by)
    VALUES (:id, :voucher_order, :buyer, :fiscal_year, :number, :cents, :proposed_by)
    ON CONFLICT ON CONSTRAINT payment_order_once DO NOTHING
""")
_PAYMENT = text("""
    SELECT id, voucher_order, cents, proposed_by, approved_by FROM payment_order
    WHERE id = :id FOR UPDATE
""")
_APPROVE_PAYMENT = text(
    "UPDATE payment_order SET approved_by = :by, operation = :operation WHERE id = :id"
)
_FUNDED = text("""
    SELECT coalesce(sum(cents), 0)::bigint FROM payment_order
    WHERE voucher_order = :id AND approved_by IS NOT NULL
""")
_PROPOSE_ACTIVATION = text("""
    INSERT INTO activation (id, voucher_order, proposed_by) VALUES (:id, :voucher_order, :by)
    ON CONFLICT (voucher_order) DO NOTHING
""")
_ACTIVATION = text("""
    SELECT id, voucher_order, 0 AS cents, proposed_by, approved_by FROM activation
    WHERE id = :id FOR UPDATE
""")
_APPROVE_ACTIVATION = text(
    "UPDATE activation SET approved_by = :by, operation = :operation WHERE id = :id"
)
_STOCK = text("""
    UPDATE booklet SET state = 'stocked', distributor = :distributor
    WHERE voucher_order = :id AND rank BETWEEN :first AND :last
""")
_ACTIVATE = text("UPDATE booklet SET state = 'active' WHERE voucher_order = :id")
_BOOKLETS = text("SELECT id FROM booklet WHERE voucher_order = :id ORDER BY rank")
_ADD_VOUCHER = text("""
    INSERT INTO voucher (id, booklet, voucher_order, serial)
    VALUES (:id, :booklet, :voucher_order, :serial)
""")
_ADD_SHARE = text("""
    INSERT INTO voucher_share (voucher, place, funder, cents)
    VALUES (:voucher, :place, :funder, :cents)
""")
_OPEN_PROPOSALS = text("""
    SELECT id, voucher_order, cents, proposed_by, approved_by, 'payment-order' AS kind
    FROM payment_order
    WHERE approved_by IS NULL
    UNION ALL
    SELECT id, voucher_order, 0, proposed_by, approved_by, 'activation' FROM activation
    WHERE approved_by IS NULL
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Une commande of whole booklets."""

    id: UUID
    programme: UUID
    buyer: UUID
    booklets: int
    state: OrderState
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one person proposed and another has to approve; an activation moves no new money."""

    id: UUID
    order: UUID
    cents: int
    proposed_by: str
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """Un mandat de paiement of the buyer, unique by fiscal year and number."""

    id: UUID
    order: UUID
    buyer: UUID
    fiscal_year: int
    number: str
    cents: int
    proposed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedVoucher:
    """One voucher of an order with the shares that stay its own."""

    id: UUID
    booklet: UUID
    serial: int
    shares: tuple[Share, ...]


async def add(
    connection: AsyncConnection, order: Order, *, booklets: Sequence[UUID], operation: int
) -> None:
    values = {
        "id": order.id,
        "programme": order.programme,
        "buyer": order.buyer,
        "booklets": order.booklets,
        "operation": operation,
    }
    await connection.execute(_ADD, values)
    rows = [
        {"id": each, "voucher_order": order.id, "programme": order.programme, "rank": rank}
        for rank, each in enumerate(booklets, 1)
    ]
    await connection.execute(_ADD_BOOKLETS, rows)


async def lock(connection: AsyncConnection, order: UUID) -> Order | None:
    """The order, its row locked until the transaction ends."""
    row = (await connection.execute(_LOCK, {"id": order})).mappings().one_or_none()
    return None if row is None else _order(row)


async def everyone(connection: AsyncConnection) -> Sequence[Order]:
    return [_order(row) for row in (await connection.execute(_ALL)).mappings()]


async def reach(connection: AsyncConnection, order: UUID, state: OrderState) -> None:
    """Bring the order to the state, and count its fact."""
    await connection.execute(_REACH, {"id": order, "state": state.value})


async def propose_payment(connection: AsyncConnection, payment: PaymentOrder) -> bool:
    """False when the buyer's payment order of that year and number is there already."""
    values = {
        "id": payment.id,
        "voucher_order": payment.order,
        "buyer": payment.buyer,
        "fiscal_year": payment.fiscal_year,
        "number": payment.number,
        "cents": payment.cents,
        "proposed_by": payment.proposed_by,
    }
    return (await connection.execute(_PROPOSE_PAYMENT, values)).rowcount == 1


async def payment(connection: AsyncConnection, proposal: UUID) -> Proposal | None:
    row = (await connection.execute(_PAYMENT, {"id": proposal})).mappings().one_or_none()
    return None if row is None else _proposal(row)


async def approve_payment(
    connection: AsyncConnection, proposal: UUID, *, by: str, operation: int
) -> None:
    await connection.execute(_APPROVE_PAYMENT, {"id": proposal, "by": by, "operation": operation})


async def funded(connection: AsyncConnection, order: UUID) -> int:
    """What the approved payment orders brought, in cents."""
    cents: int = (await connection.execute(_FUNDED, {"id": order})).scalar_one()
    return cents


async def propose_activation(
    connection: AsyncConnection, proposal: UUID, *, order: UUID, by: str
) -> bool:
    """False when the activation of the order is proposed already."""
    values = {"id": proposal, "voucher_order": order, "by": by}
    return (await connection.execute(_PROPOSE_ACTIVATION, values)).rowcount == 1


async def activation(connection: AsyncConnection, proposal: UUID) -> Proposal | None:
    row = (await connection.execute(_ACTIVATION, {"id": proposal})).mappings().one_or_none()
    return None if row is None else _proposal(row)


async def approve_activation(
    connection: AsyncConnection, proposal: UUID, *, by: str, operation: int
) -> None:
    await connection.execute(
        _APPROVE_ACTIVATION, {"id": proposal, "by": by, "operation": operation}
    )


async def deliver(
    connection: AsyncConnection, order: UUID, stocks: Sequence[tuple[UUID, int]]
) -> None:
    """Give each distributor the next booklets of the order."""
    first = 1
    for distributor, count in stocks:
        values = {"id": order, "distributor": distributor}
        await connection.execute(_STOCK, values | {"first": first, "last": first + count - 1})
        first += count


async def booklets(connection: AsyncConnection, order: UUID) -> Sequence[UUID]:
    """The order's booklets by rank."""
    return list((await connection.execute(_BOOKLETS, {"id": order})).scalars())


async def activate(connection: AsyncConnection, order: UUID, fixed: Sequence[FixedVoucher]) -> None:
    """Give the order's booklets their vouchers, each with its shares."""
    await connection.execute(_ACTIVATE, {"id": order})
    vouchers = [
        {"id": each.id, "booklet": each.booklet, "voucher_order": order, "serial": each.serial}
        for each in fixed
    ]
    await connection.execute(_ADD_VOUCHER, vouchers)
    shares = [
        {"voucher": each.id, "place": place, "funder": share.funder, "cents": share.cents}
        for each in fixed
        for place, share in enumerate(each.shares)
    ]
    await connection.execute(_ADD_SHARE, shares)


async def open_proposals(connection: AsyncConnection) -> Sequence[tuple[str, Proposal]]:
    """What waits for a second pair of eyes: its kind, and it."""
    rows = (await connection.execute(_OPEN_PROPOSALS)).mappings()
    return [(row["kind"], _proposal(row)) for row in rows]


def _order(row: RowMapping) -> Order:
    return Order(
        id=row["id"],
        programme=row["programme"],
        buyer=row["buyer"],
        booklets=row["booklets"],
        state=OrderState(row["state"]),
        sequence=row["sequence"],
    )


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(
        id=row["id"],
        order=row["voucher_order"],
        cents=row["cents"],
        proposed_by=row["proposed_by"],
        approved=row["approved_by"] is not None,
    )

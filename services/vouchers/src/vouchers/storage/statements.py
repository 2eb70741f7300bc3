"""SQL of the statements of unused vouchers, one for each programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.booklets import Share
from vouchers.storage.redemptions import Hold

# Whoever gives value to booklets of a programme holds the shared lock, whoever closes it the other.
_LOCK_OPEN = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:programme, 5))")
_LOCK_CLOSING = text("SELECT pg_advisory_xact_lock(hashtextextended(:programme, 5))")
_PROPOSE = text("""
    INSERT INTO statement (id, programme, proposed_by) VALUES (:id, :programme, :by)
    ON CONFLICT ON CONSTRAINT statement_once DO NOTHING
""")
_PROPOSAL = text("""
    SELECT id, programme, proposed_by, approved_by FROM statement WHERE id = :id FOR UPDATE
""")
_APPROVE = text("UPDATE statement SET approved_by = :by, operation = :operation WHERE id = :id")
_CLOSED = text("SELECT true FROM statement WHERE programme = :programme AND operation IS NOT NULL")
_LOCK_BOOKLETS = text("""
    SELECT id FROM booklet WHERE programme = :programme AND state IN ('active', 'issued')
    ORDER BY id FOR UPDATE
""")
_LIVE_HOLDS = text("""
    SELECT hold.operation, hold.booklet, hold.booking, hold.cents FROM hold
    JOIN booklet ON booklet.id = hold.booklet
    WHERE programme = :programme
    AND NOT EXISTS (SELECT FROM transfer WHERE resolves = hold.operation)
    ORDER BY hold.operation
""")
_LEFT = text("""
    SELECT booklet.id, booklet.voucher_order, account.balance FROM booklet
    JOIN account ON account.kind = 'booklet' AND account.owner = booklet.id
    WHERE booklet.programme = :programme AND account.balance > 0
    ORDER BY booklet.id
""")
_ADD_LINES = text("""
    INSERT INTO statement_line (statement, voucher)
    SELECT :statement, voucher.id FROM voucher JOIN booklet ON booklet.id = voucher.booklet
    WHERE booklet.programme = :programme AND NOT EXISTS (
        SELECT FROM redemption WHERE redemption.voucher = voucher.id
        AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation))
""")
_SPLIT = text("""
    SELECT programme_funder.funder, coalesce(sum(unused.cents), 0)::bigint AS cents
    FROM programme_funder LEFT JOIN (
        SELECT funder, cents FROM statement_line
        JOIN voucher_share ON voucher_share.voucher = statement_line.voucher
        WHERE statement = :statement) AS unused USING (funder)
    WHERE programme = :programme
    GROUP BY programme_funder.funder, place ORDER BY place
""")
_ANY_STATED = text("""
    SELECT true FROM statement_line JOIN voucher ON voucher.id = statement_line.voucher
    WHERE voucher.booklet = ANY(:booklets) LIMIT 1
""")
_ALL = text("""
    SELECT statement.id, statement.programme, programme.name, grace_until, proposed_by,
        operation.happened_at,
        (SELECT count(*) FROM statement_line WHERE statement = statement.id) AS vouchers
    FROM statement JOIN programme ON programme.id = statement.programme
    LEFT JOIN operation ON operation.number = statement.operation
    ORDER BY grace_until DESC, statement.id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementProposal:
    """What one person proposed and another has to approve."""

    id: UUID
    programme: UUID
    proposed_by: str
    approved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left on a booklet, in cents; it came from the order."""

    booklet: UUID
    order: UUID
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Un état des pass non utilisés; without `issued_at` it waits for its approval."""

    id: UUID
    programme: UUID
    programme_name: str
    grace_until: date
    proposed_by: str
    issued_at: datetime | None
    vouchers: int


async def keep_open(connection: AsyncConnection, programme: UUID) -> None:
    """Let no statement of the programme be issued before this transaction ends."""
    await connection.execute(_LOCK_OPEN, {"programme": str(programme)})


async def lock_closing(connection: AsyncConnection, programme: UUID) -> None:
    """Wait for the activations under way; lock every booklet of the programme with value."""
    await connection.execute(_LOCK_CLOSING, {"programme": str(programme)})
    await connection.execute(_LOCK_BOOKLETS, {"programme": programme})


async def propose(
    connection: AsyncConnection, statement: UUID, *, programme: UUID, by: str
) -> bool:
    """False when the programme has a statement, or a proposal, already."""
    values = {"id": statement, "programme": programme, "by": by}
    return (await connection.execute(_PROPOSE, values)).rowcount == 1


async def proposal(connection: AsyncConnection, statement: UUID) -> StatementProposal | None:
    row = (await connection.execute(_PROPOSAL, {"id": statement})).one_or_none()
    if row is None:
        return None
    return StatementProposal(
        id=row.id,
        programme=row.programme,
        proposed_by=row.proposed_by,
        approved=row.approved_by is not None,
    )


async def approve(connection: AsyncConnection, statement: UUID, *, by: str, operation: int) -> None:
    await connection.execute(_APPROVE, {"id": statement, "by": by, "operation": operation})


async def is_closed(connection: AsyncConnection, programme: UUID) -> bool:
    """Whether the programme's unused vouchers are stated."""
    return (await connection.execute(_CLOSED, {"programme": programme})).first() is not None


async def any_stated(connection: AsyncConnection, booklets: Sequence[UUID]) -> bool:
    """Whether a voucher of the booklets expired unused."""
    found = await connection.execute(_ANY_STATED, {"booklets": list(booklets)})
    return found.first() is not None


async def live_holds(connection: AsyncConnection, programme: UUID) -> Sequence[tuple[UUID, Hold]]:
    """What is still set aside on the programme's booklets: for which booking, and the hold."""
    rows = await connection.execute(_LIVE_HOLDS, {"programme": programme})
    return [
        (
            row.booking,
            Hold(
                operation=row.operation,
                booklet=row.booklet,
                programme=programme,
                cents=row.cents,
            ),
        )
        for row in rows
    ]


async def left(connection: AsyncConnection, programme: UUID) -> Sequence[Left]:
    """The booklets of the programme on which anything is left."""
    rows = await connection.execute(_LEFT, {"programme": programme})
    return [Left(booklet=row.id, order=row.voucher_order, cents=row.balance) for row in rows]


async def add_lines(connection: AsyncConnection, statement: UUID, *, programme: UUID) -> int:
    """Name every voucher of the programme that pays for nothing; how many."""
    values = {"statement": statement, "programme": programme}
    return (await connection.execute(_ADD_LINES, values)).rowcount


async def split(
    connection: AsyncConnection, statement: UUID, *, programme: UUID
) -> tuple[Share, ...]:
    """What each funder had put into the unused vouchers: the sum of their lines."""
    values = {"statement": statement, "programme": programme}
    rows = await connection.execute(_SPLIT, values)
    return tuple(Share(funder=row.funder, cents=row.cents) for row in rows)


async def everyone(connection: AsyncConnection) -> Sequence[Statement]:
    """Every statement and proposal, of the programme that ended last first."""
    return [_statement(row) for row in await connection.execute(_ALL)]


def _statement(row: Row[tuple[object, ...]]) -> Statement:
    return Statement(
        id=row.id,
        programme=row.programme,
        programme_name=row.name,
        grace_until=row.grace_until,
        proposed_by=row.proposed_by,
        issued_at=row.happened_at,
        vouchers=row.vouchers,
    )

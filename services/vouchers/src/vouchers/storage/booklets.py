"""SQL of booklets: a distributor's stock, who holds which, what is left on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.booklets import Share

# SKIP LOCKED: two desks of one distributor take two booklets, and neither waits.
_NEXT_IN_STOCK = text("""
    SELECT id, sequence FROM booklet
    WHERE distributor = :distributor AND programme = :programme AND state = 'active'
    ORDER BY voucher_order, rank LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_ISSUE = text("""
    UPDATE booklet SET state = 'issued', holder = :holder, issued_at = :issued_at,
        referral = :referral, correlation = :correlation, sequence = sequence + 1
    WHERE id = :id
""")
_HOLD_BY = text("INSERT INTO holder (id, booklet, person) VALUES (:id, :booklet, :person)")
_OF_PERSON = text("""
    SELECT booklet.id, booklet.programme, booklet.sequence, programme.valid_until,
        programme.denomination_cents, booklet.issued_at, account.balance
    FROM holder JOIN booklet ON booklet.id = holder.booklet
    JOIN programme ON programme.id = booklet.programme
    JOIN account ON account.kind = 'booklet' AND account.owner = booklet.id
    WHERE holder.person = :person
    ORDER BY valid_until, issued_at, booklet.id
    FOR UPDATE OF booklet, account
""")
_LOCK = text("SELECT FROM booklet WHERE id = :id FOR UPDATE")
_COUNT_FACT = text("UPDATE booklet SET sequence = sequence + 1 WHERE id = :id RETURNING sequence")
_LOWEST_FREE = text("""
    SELECT id, serial FROM voucher
    WHERE booklet = :booklet AND NOT EXISTS (
        SELECT FROM redemption WHERE redemption.voucher = voucher.id
        AND NOT EXISTS (SELECT FROM reversal WHERE redemption = redemption.operation))
    ORDER BY serial LIMIT 1
""")
_SHARES = text("SELECT funder, cents FROM voucher_share WHERE voucher = :voucher ORDER BY place")
_STOCK = text("""
    SELECT programme.id, programme.name, programme.valid_until, count(*) AS booklets
    FROM booklet JOIN programme ON programme.id = booklet.programme
    WHERE distributor = :distributor AND state = 'active' AND programme.valid_until >= :on
    AND NOT EXISTS (SELECT FROM statement
        WHERE statement.programme = programme.id AND statement.operation IS NOT NULL)
    GROUP BY programme.id ORDER BY programme.valid_until, programme.id
""")
_ISSUED_BY = text("""
    SELECT booklet.id, programme.name, issued_at, account.balance,
        programme.denomination_cents * programme.booklet_size AS face_cents
    FROM booklet JOIN programme ON programme.id = booklet.programme
    JOIN account ON account.kind = 'booklet' AND account.owner = booklet.id
    WHERE distributor = :distributor AND state = 'issued'
    ORDER BY issued_at DESC, booklet.id LIMIT 20
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A booklet in a person's hand, its row locked; `left_cents` is free to be held."""

    id: UUID
    programme: UUID
    sequence: int
    valid_until: date
    denomination_cents: int
    issued_at: datetime
    left_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a distributor can still hand over of one programme."""

    programme: UUID
    name: str
    valid_until: date
    booklets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A booklet handed over, as the distributor's list shows it: to nobody by name."""

    id: UUID
    programme: str
    issued_at: datetime
    face_cents: int
    left_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Une remise."""

    booklet: UUID
    holder: UUID
    person: UUID
    issued_at: datetime
    referral: UUID | None
    correlation: UUID


async def next_in_stock(
    connection: AsyncConnection, *, distributor: UUID, programme: UUID
) -> tuple[UUID, int] | None:
    """The distributor's next active booklet and how many facts it has, its row locked."""
    values = {"distributor": distributor, "programme": programme}
    row = (await connection.execute(_NEXT_IN_STOCK, values)).one_or_none()
    return None if row is None else (row.id, row.sequence)


async def issue(connection: AsyncConnection, one: Issue) -> None:
    """Write who holds the booklet; the person stands in the table `holder` alone."""
    values = {
        "id": one.booklet,
        "holder": one.holder,
        "issued_at": one.issued_at,
        "referral": one.referral,
        "correlation": one.correlation,
    }
    await connection.execute(_ISSUE, values)
    await connection.execute(
        _HOLD_BY, {"id": one.holder, "booklet": one.booklet, "person": one.person}
    )


async def of_person(connection: AsyncConnection, person: UUID) -> Sequence[Held]:
    """The person's booklets, the one that ends first first; locked until the transaction ends."""
    rows = (await connection.execute(_OF_PERSON, {"person": person})).mappings()
    return [_held(row) for row in rows]


async def lock(connection: AsyncConnection, booklet: UUID) -> None:
    """Nobody else spends or releases anything of the booklet before this transaction ends."""
    await connection.execute(_LOCK, {"id": booklet})


async def count_fact(connection: AsyncConnection, booklet: UUID) -> int:
    """The number of the booklet's next fact; its row is locked from then on."""
    sequence: int = (await connection.execute(_COUNT_FACT, {"id": booklet})).scalar_one()
    return sequence


async def lowest_free(connection: AsyncConnection, booklet: UUID) -> tuple[UUID, int]:
    """The voucher with the lowest serial that is not redeemed; the booklet's row is locked."""
    row = (await connection.execute(_LOWEST_FREE, {"booklet": booklet})).one()
    return row.id, row.serial


async def shares(connection: AsyncConnection, voucher: UUID) -> tuple[Share, ...]:
    """What each funder bears of the voucher, as fixed at activation."""
    rows = await connection.execute(_SHARES, {"voucher": voucher})
    return tuple(Share(funder=row.funder, cents=row.cents) for row in rows)


async def stock(connection: AsyncConnection, distributor: UUID, *, on: date) -> Sequence[Stock]:
    """What the distributor may hand over on a day."""
    rows = await connection.execute(_STOCK, {"distributor": distributor, "on": on})
    return [
        Stock(
            programme=row.id,
            name=row.name,
            valid_until=row.valid_until,
            booklets=row.booklets,
        )
        for row in rows
    ]


async def issued_by(connection: AsyncConnection, distributor: UUID) -> Sequence[Handed]:
    """The distributor's latest twenty."""
    rows = await connection.execute(_ISSUED_BY, {"distributor": distributor})
    return [
        Handed(
            id=row.id,
            programme=row.name,
            issued_at=row.issued_at,
            face_cents=row.face_cents,
            left_cents=row.balance,
        )
        for row in rows
    ]


def _held(row: RowMapping) -> Held:
    return Held(
        id=row["id"],
        programme=row["programme"],
        sequence=row["sequence"],
        valid_until=row["valid_until"],
        denomination_cents=row["denomination_cents"],
        issued_at=row["issued_at"],
        left_cents=row["balance"],
    )

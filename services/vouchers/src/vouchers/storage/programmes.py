"""SQL of programmes and their funders."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from vouchers.domain.programmes import Funder, Programme

_ADD = text("""
    INSERT INTO programme (id, name, denomination_cents, booklet_size, valid_until, grace_until,
        statement_on, operation)
    VALUES (:id, :name, :denomination_cents, :booklet_size, :valid_until, :grace_until,
        :statement_on, :operation)
""")
_ADD_FUNDER = text("""
    INSERT INTO programme_funder (programme, place, funder, parts)
    VALUES (:programme, :place, :funder, :parts)
""")
_ALL = text("""
    SELECT programme.*, funders.ids, funders.parts FROM programme
    JOIN (SELECT programme, array_agg(funder ORDER BY place) AS ids,
            array_agg(parts ORDER BY place) AS parts
        FROM programme_funder GROUP BY programme) AS funders ON funders.programme = programme.id
    WHERE CAST(:id AS uuid) IS NULL OR programme.id = :id
    ORDER BY valid_until, id
""")


async def add(connection: AsyncConnection, programme: Programme, *, operation: int) -> None:
    values = {
        "id": programme.id,
        "name": programme.name,
        "denomination_cents": programme.denomination_cents,
        "booklet_size": programme.booklet_size,
        "valid_until": programme.valid_until,
        "grace_until": programme.grace_until,
        "statement_on": programme.statement_on,
        "operation": operation,
    }
    await connection.execute(_ADD, values)
    funders = [
        {"programme": programme.id, "place": place, "funder": each.funder, "parts": each.parts}
        for place, each in enumerate(programme.funders)
    ]
    await connection.execute(_ADD_FUNDER, funders)


async def find(connection: AsyncConnection, programme: UUID) -> Programme | None:
    row = (await connection.execute(_ALL, {"id": programme})).one_or_none()
    return None if row is None else _programme(row)


async def everyone(connection: AsyncConnection) -> Sequence[Programme]:
    """All programmes, the one that ends first first."""
    return [_programme(row) for row in await connection.execute(_ALL, {"id": None})]


def _programme(row: Row[tuple[object, ...]]) -> Programme:
    return Programme(
        id=row.id,
        name=row.name,
        denomination_cents=row.denomination_cents,
        booklet_size=row.booklet_size,
        valid_until=row.valid_until,
        grace_until=row.grace_until,
        statement_on=row.statement_on,
        funders=tuple(
            Funder(funder=funder, parts=parts)
            for funder, parts in zip(row.ids, row.parts, strict=True)
        ),
    )

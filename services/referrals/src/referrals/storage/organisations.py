"""The directory as this service has heard it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.sending import Standing
from referrals.storage.tables import organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    id: UUID
    name: str
    standing: Standing


async def enter(
    connection: AsyncConnection, *, organisation_id: UUID, name: str, heard_at: datetime
) -> None:
    """Write a new organisation down; it is not active yet."""
    row = {"id": organisation_id, "name": name, "standing": Standing.PENDING, "heard_at": heard_at}
    statement = insert(organisation).values(row)
    await connection.execute(statement.on_conflict_do_nothing())


async def rename(connection: AsyncConnection, *, organisation_id: UUID, name: str) -> None:
    await connection.execute(
        update(organisation).where(organisation.c.id == organisation_id).values(name=name)
    )


async def stand(connection: AsyncConnection, *, organisation_id: UUID, standing: Standing) -> bool:
    """Note the standing; False when the organisation was never entered."""
    result = await connection.execute(
        update(organisation).where(organisation.c.id == organisation_id).values(standing=standing)
    )
    return result.rowcount == 1


async def find(connection: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, Organisation]:
    """Those of `ids` that are known, whatever their standing."""
    rows = await connection.execute(
        select(organisation.c.id, organisation.c.name, organisation.c.standing).where(
            organisation.c.id.in_(set(ids))
        )
    )
    return {
        row.id: Organisation(id=row.id, name=row.name, standing=Standing(row.standing))
        for row in rows
    }


async def active(connection: AsyncConnection) -> list[Organisation]:
    """All that may receive, by name: the choice on the form that sends a referral."""
    rows = await connection.execute(
        select(organisation.c.id, organisation.c.name, organisation.c.standing)
        .where(organisation.c.standing == Standing.ACTIVE)
        .order_by(organisation.c.name)
        .limit(1_000)
    )
    return [Organisation(id=row.id, name=row.name, standing=Standing.ACTIVE) for row in rows]

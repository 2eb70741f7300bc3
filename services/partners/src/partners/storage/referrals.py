"""SQL of the referrals whose facts are told: who sent them, to whom, about whom."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.outgoing import Referral
from partners.storage.tables import referral


async def keep(
    connection: AsyncConnection, new: Referral, asked: Mapping[str, Any], *, now: datetime
) -> None:
    """Remember it; a second time changes nothing."""
    await connection.execute(
        insert(referral)
        .values(
            id=new.id,
            sender=new.sender,
            targets=list(new.targets),
            person=new.person,
            correlation=new.correlation,
            submission=new.submission,
            learnt_at=now,
            data_subject=str(new.person),
            asked=dict(asked),
        )
        .on_conflict_do_nothing()
    )


async def by_id(connection: AsyncConnection, identifier: UUID) -> Referral | None:
    """The referral of that id, if its sending was seen."""
    row = (
        await connection.execute(sa.select(referral).where(referral.c.id == identifier))
    ).one_or_none()
    if row is None:
        return None
    return Referral(
        id=row.id,
        sender=row.sender,
        targets=tuple(row.targets),
        person=row.person,
        correlation=row.correlation,
        submission=row.submission,
    )


async def ask(
    connection: AsyncConnection, identifier: UUID, targets: Sequence[UUID]
) -> Mapping[str, Any] | None:
    """Add later targets; what all of them are asked, None when it was not kept."""
    asked: Mapping[str, Any] | None = await connection.scalar(
        sa.update(referral)
        .where(referral.c.id == identifier)
        .values(targets=referral.c.targets.op("||")(list(targets)))
        .returning(referral.c.asked)
    )
    return asked

"""SQL of the bookings whose facts are told: at whose place, for whom, after which referral."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.outgoing import Helped
from partners.storage.tables import booking


async def keep(
    connection: AsyncConnection, identifier: UUID, helped: Helped, *, now: datetime
) -> None:
    """Remember it; a second time changes nothing."""
    await connection.execute(
        insert(booking)
        .values(
            id=identifier,
            organisation=helped.organisation,
            person=helped.person,
            referral=helped.referral,
            learnt_at=now,
            data_subject=str(helped.person),
        )
        .on_conflict_do_nothing()
    )


async def by_id(connection: AsyncConnection, identifier: UUID) -> Helped | None:
    """Whom the booking is for and where, if its confirmation was seen."""
    row = (
        await connection.execute(sa.select(booking).where(booking.c.id == identifier))
    ).one_or_none()
    if row is None:
        return None
    return Helped(organisation=row.organisation, person=row.person, referral=row.referral)

"""SQL of who can be told something now, and under which name of the person."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.organisation import State
from partners.storage.tables import organisation, outward_id


class Found(NamedTuple):
    """An active organisation; `outward` is None while it has no id for the person."""

    organisation: UUID
    slug: str
    outward: UUID | None


async def find(
    connection: AsyncConnection,
    organisations: Sequence[UUID],
    *,
    slugs: Sequence[str],
    person: UUID | None,
) -> list[Found]:
    """Those of the organisations that are active and bear one of the slugs, by slug.

    Where an organisation was given two ids for the person, the one it was given first.
    """
    first = (
        sa.select(outward_id.c.outward)
        .where(outward_id.c.person == person, outward_id.c.organisation == organisation.c.id)
        .order_by(outward_id.c.learnt_at, outward_id.c.outward)
        .limit(1)
        .scalar_subquery()
    )
    rows = await connection.execute(
        sa.select(organisation.c.id, organisation.c.slug, first)
        .where(
            organisation.c.id.in_(organisations),
            organisation.c.slug.in_(slugs),
            organisation.c.state == State.ACTIVE,
        )
        .order_by(organisation.c.slug)
    )
    return [Found(*row) for row in rows]

"""SQL of the outward ids: how each organisation names a person, and who that is inside."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.outgoing import OutwardId
from partners.storage.tables import outward_id

# Any fixed number: the first half of the key of our advisory locks, so that locks taken for
# another purpose in this database cannot meet these.
_LOCK_CLASS = 0x6F75  # "ou"
# The keys of an array are locked in its order.
_LOCK = sa.text(
    "SELECT pg_advisory_xact_lock(:class, key) FROM unnest(CAST(:keys AS int[])) AS key"
)


async def person_of(
    connection: AsyncConnection, outward: UUID, *, organisation: UUID
) -> UUID | None:
    """Who that is, if this organisation was given the id; another's id is as unknown."""
    statement = sa.select(outward_id.c.person).where(
        outward_id.c.outward == outward, outward_id.c.organisation == organisation
    )
    return (await connection.execute(statement)).scalar_one_or_none()


async def known(
    connection: AsyncConnection, outwards: Sequence[UUID], *, organisation: UUID
) -> set[UUID]:
    """Those of the ids that this organisation was given."""
    statement = sa.select(outward_id.c.outward).where(
        outward_id.c.outward.in_(outwards), outward_id.c.organisation == organisation
    )
    return set((await connection.execute(statement)).scalars())


async def keep(connection: AsyncConnection, ids: Sequence[OutwardId], *, now: datetime) -> None:
    """Remember them; a second time changes nothing."""
    rows = [
        {
            "outward": each.outward,
            "organisation": each.organisation,
            "person": each.person,
            "learnt_at": now,
            "data_subject": str(each.person),
        }
        for each in ids
    ]
    await connection.execute(insert(outward_id).on_conflict_do_nothing(), rows)


async def lock(connection: AsyncConnection, outwards: Sequence[UUID]) -> None:
    """Hold these ids until the transaction ends, known or not.

    Whoever starts to wait for an id and whoever brings it both hold it: else each could look before
    the other commits, and the submission would wait for what has come. Taken in one order by all,
    so that two transactions never wait for each other.
    """
    keys = sorted({_lock_key(outward) for outward in outwards})
    await connection.execute(_LOCK, {"class": _LOCK_CLASS, "keys": keys})


def _lock_key(outward: UUID) -> int:
    return int.from_bytes(outward.bytes[-4:], signed=True)

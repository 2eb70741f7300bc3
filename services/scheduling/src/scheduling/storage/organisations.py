"""SQL of the organisations that the directory told us of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.directory import Organisation, Standing
from scheduling.storage.tables import organisation


async def find(connection: AsyncConnection, organisation_id: UUID) -> Organisation | None:
    """The organisation, its row locked until the transaction ends, or None."""
    query = select(organisation).where(organisation.c.id == organisation_id).with_for_update()
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else _organisation(row)


async def standings(connection: AsyncConnection, *ids: UUID) -> dict[UUID, Standing]:
    """How each organisation stands; one that we were never told of is left out."""
    found = await connection.execute(_STANDINGS, {"ids": list(ids)})
    return {row.id: Standing(row.standing) for row in found}


_STANDINGS = text("SELECT id, standing FROM organisation WHERE id = ANY(CAST(:ids AS uuid[]))")


async def keep(connection: AsyncConnection, kept: Organisation) -> None:
    """Write the organisation over what was known of it."""
    values = {"slug": kept.slug, "name": kept.name, "standing": kept.standing.value}
    statement = insert(organisation).values(id=kept.id, **values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[organisation.c.id], set_=values)
    )


async def page(
    connection: AsyncConnection, *, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Organisation]:
    """At most `limit` organisations by name, from just after the given name and id."""
    query = select(organisation).order_by(organisation.c.name, organisation.c.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(organisation.c.name, organisation.c.id) > after)
    return [_organisation(row) for row in (await connection.execute(query)).mappings()]


def _organisation(row: RowMapping) -> Organisation:
    return Organisation(
        id=row["id"], slug=row["slug"], name=row["name"], standing=Standing(row["standing"])
    )

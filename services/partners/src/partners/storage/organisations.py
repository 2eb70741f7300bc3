"""SQL of organisations and of their facts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.organisation import Organisation, State
from partners.domain.rights import Kind, Right, Scope
from partners.storage.tables import credential, organisation, organisation_fact

# Built once: every event that is sent asks for them.
_BY_ID = sa.select(organisation).where(organisation.c.id == sa.bindparam("id"))
_BEARER = (
    sa.select(
        organisation, credential.c.scopes, credential.c.revoked_at.is_not(None).label("revoked")
    )
    .join_from(credential, organisation, organisation.c.id == credential.c.organisation)
    .where(credential.c.id == sa.bindparam("id"))
)


class Bearer(NamedTuple):
    """The organisation of a credential, and what it may do with it."""

    organisation: Organisation
    scopes: frozenset[Scope]
    revoked: bool


async def add(connection: AsyncConnection, new: Organisation, *, now: datetime) -> bool:
    """Insert it; False when the slug is taken (by a call that ran at the same time)."""
    statement = (
        insert(organisation)
        .values(id=new.id, slug=new.slug, registered_at=now, **_changing(new))
        .on_conflict_do_nothing(index_elements=["slug"])
    )
    return (await connection.execute(statement)).rowcount == 1


async def save(connection: AsyncConnection, changed: Organisation) -> None:
    """Write what may change of it."""
    await connection.execute(
        sa.update(organisation).where(organisation.c.id == changed.id).values(**_changing(changed))
    )


async def add_fact(
    connection: AsyncConnection,
    changed: Organisation,
    *,
    fact: str,
    reason: str | None,
    now: datetime,
    by: str,
) -> None:
    """Append a line to what happened to it."""
    await connection.execute(
        sa.insert(organisation_fact).values(
            organisation=changed.id,
            sequence=changed.sequence,
            fact=fact,
            reason=reason,
            recorded_at=now,
            recorded_by=by,
        )
    )


async def by_slug(
    connection: AsyncConnection, slug: str, *, lock: bool = False
) -> Organisation | None:
    """The organisation of that name; locked until the transaction ends when `lock`."""
    statement = sa.select(organisation).where(organisation.c.slug == slug)
    statement = statement.with_for_update() if lock else statement
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _read(row)


async def by_id(connection: AsyncConnection, identifier: UUID) -> Organisation | None:
    """The organisation of that id."""
    row = (await connection.execute(_BY_ID, {"id": identifier})).mappings().one_or_none()
    return None if row is None else _read(row)


async def by_credential(connection: AsyncConnection, credential_id: UUID) -> Bearer | None:
    """Whose credential that is."""
    row = (await connection.execute(_BEARER, {"id": credential_id})).mappings().one_or_none()
    if row is None:
        return None
    return Bearer(_read(row), frozenset(map(Scope, row["scopes"])), row["revoked"])


async def every(connection: AsyncConnection) -> list[Organisation]:
    """All of them, by name: a consortium has some hundreds."""
    rows = await connection.execute(sa.select(organisation).order_by(organisation.c.name))
    return [_read(row) for row in rows.mappings()]


async def facts(connection: AsyncConnection, identifier: UUID) -> list[Mapping[str, Any]]:
    """What happened to it, oldest first."""
    rows = await connection.execute(
        sa.select(organisation_fact)
        .where(organisation_fact.c.organisation == identifier)
        .order_by(organisation_fact.c.sequence)
    )
    return [dict(row) for row in rows.mappings()]


def _changing(of: Organisation) -> dict[str, Any]:
    return {
        "name": of.name,
        "kind": of.kind,
        "commune": of.commune,
        "rights": sorted(of.rights),
        "state": of.state,
        "sequence": of.sequence,
    }


def _read(row: sa.RowMapping) -> Organisation:
    return Organisation(
        id=row["id"],
        slug=row["slug"],
        name=row["name"],
        kind=Kind(row["kind"]),
        commune=row["commune"],
        rights=frozenset(map(Right, row["rights"])),
        state=State(row["state"]),
        sequence=row["sequence"],
    )

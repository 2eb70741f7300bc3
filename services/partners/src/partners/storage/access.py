"""SQL of credentials and colleagues: who may come in."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.credential import Credential
from partners.domain.rights import Role, Scope
from partners.storage.tables import colleague, credential, organisation


class Colleague(NamedTuple):
    """Someone who signs in, with the organisation they act for."""

    login: str
    name: str
    roles: frozenset[Role]
    organisation: UUID
    slug: str
    organisation_name: str
    state: str


class NewColleague(NamedTuple):
    """A colleague as they shall be, by whom and when."""

    login: str
    organisation: UUID
    name: str
    roles: frozenset[Role]
    recorded_at: datetime
    recorded_by: str


async def add_credential(
    connection: AsyncConnection, new: Credential, *, secret_hash: str, now: datetime, by: str
) -> None:
    """Keep it with the hash of its secret."""
    await connection.execute(
        sa.insert(credential).values(
            id=new.id,
            client_id=new.client_id,
            organisation=new.organisation,
            label=new.label,
            secret_hash=secret_hash,
            scopes=sorted(new.scopes),
            roles=sorted(new.roles),
            issued_at=now,
            issued_by=by,
        )
    )


async def credential_by_client(
    connection: AsyncConnection, client_id: str
) -> tuple[Credential, str] | None:
    """The credential and the hash of its secret."""
    row = (
        (await connection.execute(sa.select(credential).where(credential.c.client_id == client_id)))
        .mappings()
        .one_or_none()
    )
    return None if row is None else (_read(row), row["secret_hash"])


async def credential_by_id(connection: AsyncConnection, identifier: UUID) -> Credential | None:
    """The credential of that id."""
    row = (
        (await connection.execute(sa.select(credential).where(credential.c.id == identifier)))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _read(row)


async def credentials_of(connection: AsyncConnection, organisation_id: UUID) -> list[Credential]:
    """The credentials of an organisation, oldest first, the revoked included."""
    rows = await connection.execute(
        sa.select(credential)
        .where(credential.c.organisation == organisation_id)
        .order_by(credential.c.id)
    )
    return [_read(row) for row in rows.mappings()]


async def revoke(
    connection: AsyncConnection, organisation_id: UUID, identifier: UUID, *, now: datetime, by: str
) -> None:
    """Revoke it, unless it already is: the first time and the first name stand."""
    await connection.execute(
        sa.update(credential)
        .where(
            credential.c.organisation == organisation_id,
            credential.c.id == identifier,
            credential.c.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by=by)
    )


async def add_colleague(connection: AsyncConnection, new: NewColleague) -> bool:
    """Insert; False when the login is borne already, by whomever."""
    statement = insert(colleague).values(login=new.login, **_values(new))
    result = await connection.execute(statement.on_conflict_do_nothing(index_elements=["login"]))
    return result.rowcount == 1


async def hold_colleague(
    connection: AsyncConnection, login: str, *, organisation_id: UUID
) -> frozenset[Role] | None:
    """The roles they hold, which nobody else changes before this transaction ends."""
    roles = await connection.scalar(
        sa.select(colleague.c.roles)
        .where(colleague.c.login == login, colleague.c.organisation == organisation_id)
        .with_for_update()
    )
    return None if roles is None else frozenset(map(Role, roles))


async def change_colleague(connection: AsyncConnection, new: NewColleague) -> None:
    """Write over what was kept under the login."""
    await connection.execute(
        sa.update(colleague)
        .where(colleague.c.login == new.login, colleague.c.organisation == new.organisation)
        .values(**_values(new))
    )


async def colleague_by_login(connection: AsyncConnection, login: str) -> Colleague | None:
    """The colleague, with their organisation."""
    rows = await connection.execute(_COLLEAGUES.where(colleague.c.login == login))
    row = rows.mappings().one_or_none()
    return None if row is None else _colleague(row)


async def every_colleague(connection: AsyncConnection) -> list[Colleague]:
    """Everyone of the active organisations, by organisation then name."""
    rows = await connection.execute(
        _COLLEAGUES.where(organisation.c.state == "active").order_by(
            organisation.c.name, colleague.c.name
        )
    )
    return [_colleague(row) for row in rows.mappings()]


_COLLEAGUES = sa.select(
    colleague.c.login,
    colleague.c.name,
    colleague.c.roles,
    organisation.c.id.label("organisation"),
    organisation.c.slug,
    organisation.c.name.label("organisation_name"),
    organisation.c.state,
).join(organisation, organisation.c.id == colleague.c.organisation)


def _values(new: NewColleague) -> dict[str, Any]:
    values = {**new._asdict(), "roles": sorted(new.roles)}
    del values["login"]
    return values


def _colleague(row: sa.RowMapping) -> Colleague:
    return Colleague(**{**row, "roles": frozenset(map(Role, row["roles"]))})


def _read(row: sa.RowMapping) -> Credential:
    return Credential(
        id=row["id"],
        client_id=row["client_id"],
        organisation=row["organisation"],
        label=row["label"],
        scopes=frozenset(map(Scope, row["scopes"])),
        roles=frozenset(map(Role, row["roles"])),
        revoked=row["revoked_at"] is not None,
    )

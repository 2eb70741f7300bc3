"""Persons, the vault of their identities, and the ids under which each organisation knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_keep
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.persons import Identity
from referrals.storage.tables import identity, outward_id, person, person_reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: UUID
    registered_by: UUID
    anonymous: bool
    commune: str | None
    birth_band: str | None


async def claim_reference(
    connection: AsyncConnection, *, organisation: UUID, reference: str, fresh: UUID
) -> UUID:
    """The person under an organisation's own reference: `fresh` if there was none.

    Whoever comes second waits here for the first to commit. The row of the person is to be made
    (or locked) next.
    """
    row = {"organisation": organisation, "reference": reference, "person": fresh}
    await connection.execute(insert_or_keep(person_reference).values(row).on_conflict_do_nothing())
    found = await connection.execute(
        select(person_reference.c.person).where(
            person_reference.c.organisation == organisation,
            person_reference.c.reference == reference,
        )
    )
    person_id: UUID = found.scalar_one()
    return person_id


async def add(connection: AsyncConnection, one: Person, *, registered_at: datetime) -> None:
    values = {
        "id": one.id,
        "registered_by": one.registered_by,
        "anonymous": one.anonymous,
        "commune": one.commune,
        "birth_band": one.birth_band,
        "registered_at": registered_at,
    }
    await connection.execute(insert(person), values)


async def find(connection: AsyncConnection, person_id: UUID) -> Person | None:
    found = await connection.execute(select(person).where(person.c.id == person_id))
    row = found.one_or_none()
    if row is None:
        return None
    return Person(
        id=row.id,
        registered_by=row.registered_by,
        anonymous=row.anonymous,
        commune=row.commune,
        birth_band=row.birth_band,
    )


async def put_identity(
    connection: AsyncConnection, person_id: UUID, names: Identity, *, written_at: datetime
) -> None:
    """Write the vault's row: the latest, for yesterday's phone number helps nobody."""
    row = {
        "family_name": names.family_name,
        "given_name": names.given_name,
        "birth_year": names.birth_year,
        "phone": names.phone,
        "email": names.email,
        "preferred_contact": names.preferred_contact,
        "written_at": written_at,
    }
    statement = insert_or_keep(identity).values(person=person_id, **row)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=[identity.c.person], set_=row)
    )


async def place(
    connection: AsyncConnection, person_id: UUID, *, commune: str | None, birth_band: str | None
) -> None:
    """Say where a person lives now, and the years she was born in."""
    await connection.execute(
        update(person)
        .where(person.c.id == person_id)
        .values(commune=commune, birth_band=birth_band)
    )


async def lock_identity(connection: AsyncConnection, person_id: UUID) -> Identity | None:
    """The vault's row, locked until the end of the transaction."""
    return await _identity(connection, person_id, lock=True)


async def read_identity(connection: AsyncConnection, person_id: UUID) -> Identity | None:
    """The vault's row. Ask `application.names` for it: only there the agreement is checked."""
    return await _identity(connection, person_id, lock=False)


async def assign_outward(
    connection: AsyncConnection,
    fresh: Mapping[UUID, UUID],
    *,
    person_id: UUID,
    assigned_at: datetime,
) -> set[UUID]:
    """Give the person an outward id at each organisation that has none yet; which got theirs.

    `fresh` holds the ids by organisation, in the order in which all take the rows.
    """
    rows = [
        {
            "outward": outward,
            "organisation": organisation,
            "person": person_id,
            "assigned_at": assigned_at,
        }
        for organisation, outward in fresh.items()
    ]
    statement = insert_or_keep(outward_id).values(rows).on_conflict_do_nothing()
    return set(await connection.scalars(statement.returning(outward_id.c.organisation)))


async def outward_of(
    connection: AsyncConnection, *, organisation: UUID, person_id: UUID
) -> UUID | None:
    """The id under which an organisation knows a person, if it does."""
    found = await connection.execute(
        select(outward_id.c.outward).where(
            outward_id.c.organisation == organisation, outward_id.c.person == person_id
        )
    )
    return found.scalar_one_or_none()


async def person_behind(
    connection: AsyncConnection, *, organisation: UUID, outward: UUID
) -> Person | None:
    """The person an organisation means by an outward id; another's id means nobody."""
    found = await connection.execute(
        select(outward_id.c.person).where(
            outward_id.c.outward == outward, outward_id.c.organisation == organisation
        )
    )
    person_id = found.scalar_one_or_none()
    return None if person_id is None else await find(connection, person_id)


async def _identity(connection: AsyncConnection, person_id: UUID, *, lock: bool) -> Identity | None:
    statement = (
        select(identity, person.c.commune)
        .join(person, person.c.id == identity.c.person)
        .where(identity.c.person == person_id)
    )
    if lock:
        statement = statement.with_for_update(of=[identity, person])
    found = await connection.execute(statement)
    row = found.one_or_none()
    if row is None:
        return None
    return Identity(
        family_name=row.family_name,
        given_name=row.given_name,
        birth_year=row.birth_year,
        commune=row.commune,
        phone=row.phone,
        email=row.email,
        preferred_contact=row.preferred_contact,
    )

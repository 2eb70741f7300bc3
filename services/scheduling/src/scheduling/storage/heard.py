"""SQL of what referrals told us: who is known, and which referral is whose."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.heard import Person, Referral
from scheduling.storage.tables import person, referral

_KEEP_REFERRAL = insert(referral).on_conflict_do_nothing()
_KEEP_PERSON = insert(person).on_conflict_do_nothing()
_ADD_TARGETS = text("""
    UPDATE referral SET targets = ARRAY(
        SELECT DISTINCT asked FROM unnest(targets || CAST(:targets AS uuid[])) AS asked)
    WHERE id = :id
""")


async def keep_referral(connection: AsyncConnection, heard: Referral) -> None:
    """Write the referral as it was sent; told again it is the same."""
    values = {
        "id": heard.id,
        "sender": heard.sender,
        "targets": list(heard.targets),
        "person": heard.person.id,
        "commune": heard.person.commune,
        "birth_band": heard.person.birth_band,
        "correlation": heard.correlation,
    }
    await connection.execute(_KEEP_REFERRAL, values)


async def add_targets(
    connection: AsyncConnection, referral_id: UUID, targets: AbstractSet[UUID]
) -> None:
    """More organisations are asked; told again they are added once."""
    values = {"id": referral_id, "targets": sorted(targets)}
    await connection.execute(_ADD_TARGETS, values)


async def keep_person(connection: AsyncConnection, heard: Person) -> None:
    """Write the person as she was registered; told again it is the same."""
    values = {"id": heard.id, "commune": heard.commune, "birth_band": heard.birth_band}
    await connection.execute(_KEEP_PERSON, values)


async def find_referral(connection: AsyncConnection, referral_id: UUID) -> Referral | None:
    """The referral, or None when we have not heard of it (yet)."""
    found = await connection.execute(select(referral).where(referral.c.id == referral_id))
    row = found.one_or_none()
    if row is None:
        return None
    return Referral(
        id=row.id,
        sender=row.sender,
        targets=frozenset(row.targets),
        person=Person(id=row.person, commune=row.commune, birth_band=row.birth_band),
        correlation=row.correlation,
    )


async def find_person(connection: AsyncConnection, person_id: UUID) -> Person | None:
    """The person, or None when we have not heard of her (yet)."""
    found = await connection.execute(select(person).where(person.c.id == person_id))
    row = found.one_or_none()
    return (
        None if row is None else Person(id=row.id, commune=row.commune, birth_band=row.birth_band)
    )

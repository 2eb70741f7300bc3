"""SQL of places."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.events import PlaceRegistered
from scheduling.domain.places import Description, Place
from scheduling.storage.tables import place


async def lock(connection: AsyncConnection, place_id: UUID) -> Place | None:
    """The place, its row locked until the transaction ends, or None."""
    return await _locked(connection, place.c.id == place_id)


async def lock_by_reference(
    connection: AsyncConnection, *, organisation: UUID, reference: str
) -> Place | None:
    """The organisation's place of that reference, locked, or None."""
    return await _locked(
        connection, place.c.organisation == organisation, place.c.reference == reference
    )


async def find(connection: AsyncConnection, place_id: UUID) -> Place | None:
    """The place as it is, or None."""
    found = (await connection.execute(_FIND, {"place": place_id})).mappings().one_or_none()
    return None if found is None else read(found)


_FIND = select(place).where(place.c.id == bindparam("place"))


async def add(connection: AsyncConnection, fact: PlaceRegistered, *, reference: str) -> bool:
    """Write a new place; False when the reference was given to another one meanwhile."""
    statement = insert(place).values(
        id=fact.place, reference=reference, sequence=1, **_described(fact)
    )
    result = await connection.execute(
        statement.on_conflict_do_nothing(index_elements=[place.c.organisation, place.c.reference])
    )
    return result.rowcount == 1


async def change(connection: AsyncConnection, fact: PlaceRegistered, *, sequence: int) -> None:
    """Write the description over the one before."""
    values = {key: value for key, value in _described(fact).items() if key != "organisation"}
    statement = update(place).where(place.c.id == fact.place)
    await connection.execute(statement.values(sequence=sequence, **values))


async def close(
    connection: AsyncConnection, closed: Place, *, closed_at: datetime, sequence: int
) -> None:
    """Nothing is held there any more."""
    statement = update(place).where(place.c.id == closed.id)
    await connection.execute(statement.values(closed_at=closed_at, sequence=sequence))


def _described(fact: PlaceRegistered) -> dict[str, object]:
    names = ("organisation", "name", "kind", "commune", "online_booking", "address", "access")
    return {name: getattr(fact, name) for name in names}


async def _locked(connection: AsyncConnection, *which: ColumnElement[bool]) -> Place | None:
    found = await connection.execute(select(place).where(*which).with_for_update())
    row = found.mappings().one_or_none()
    return None if row is None else read(row)


def read(row: RowMapping) -> Place:
    """The place of one row of the table."""
    return Place(
        id=row["id"],
        organisation=row["organisation"],
        reference=row["reference"],
        description=Description(
            name=row["name"],
            kind=row["kind"],
            commune=row["commune"],
            online_booking=row["online_booking"],
            address=row["address"],
            access=row["access"],
        ),
        closed_at=row["closed_at"],
        sequence=row["sequence"],
    )

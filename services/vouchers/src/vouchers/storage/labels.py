"""SQL of places, as the directory tells of them, and of their labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEEP_PLACE = text("""
    INSERT INTO place (id, organisation, name) VALUES (:id, :organisation, :name)
    ON CONFLICT (id) DO UPDATE SET organisation = excluded.organisation, name = excluded.name
""")
_CLOSE_PLACE = text("UPDATE place SET closed = true WHERE id = :id")
_KNOWN = text("SELECT true FROM place WHERE id = :id")
_OVERLAPPING = text("""
    SELECT true FROM label WHERE programme = :programme AND place = :place
    AND valid && daterange(:from_on, :until_on, '[]') LIMIT 1
""")
_ADD = text("""
    INSERT INTO label (id, programme, place, valid, sequence, operation)
    VALUES (:id, :programme, :place, daterange(:from_on, :until_on, '[]'), 1, :operation)
""")
_LOCK = text("""
    SELECT id, programme, place, lower(valid) AS from_on, upper(valid) - 1 AS until_on, sequence
    FROM label WHERE id = :id FOR UPDATE
""")
_END = text("""
    UPDATE label SET valid = daterange(lower(valid), :until_on, '[]'), end_reason = :reason,
        sequence = sequence + 1
    WHERE id = :id
""")
_LABELLED = text("""
    SELECT programme FROM label WHERE place = :place AND valid @> CAST(:day AS date)
""")
_OF_PLACES = text("""
    SELECT place.id, place.name, place.organisation, place.closed,
        label.id AS label, label.programme, lower(valid) AS from_on, upper(valid) - 1 AS until_on
    FROM place LEFT JOIN label ON label.place = place.id
    WHERE CAST(:organisation AS uuid) IS NULL OR place.organisation = :organisation
    ORDER BY place.name, place.id, lower(valid)
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A place accepts a programme's vouchers from a day to a day, both inclusive."""

    id: UUID
    programme: UUID
    place: UUID
    from_on: date
    until_on: date | None
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPlace:
    """A place, with one of its labels if it has any."""

    id: UUID
    name: str
    organisation: UUID
    closed: bool
    label: UUID | None
    programme: UUID | None
    from_on: date | None
    until_on: date | None


async def keep_place(
    connection: AsyncConnection, place: UUID, *, organisation: UUID, name: str
) -> None:
    await connection.execute(_KEEP_PLACE, {"id": place, "organisation": organisation, "name": name})


async def close_place(connection: AsyncConnection, place: UUID) -> None:
    await connection.execute(_CLOSE_PLACE, {"id": place})


async def knows_place(connection: AsyncConnection, place: UUID) -> bool:
    return (await connection.execute(_KNOWN, {"id": place})).first() is not None


async def overlaps(
    connection: AsyncConnection,
    *,
    programme: UUID,
    place: UUID,
    from_on: date,
    until_on: date | None,
) -> bool:
    """Whether the place has a label of the programme on one of these days."""
    values = {"programme": programme, "place": place, "from_on": from_on, "until_on": until_on}
    return (await connection.execute(_OVERLAPPING, values)).first() is not None


async def add(connection: AsyncConnection, label: Label, *, operation: int) -> None:
    values = {
        "id": label.id,
        "programme": label.programme,
        "place": label.place,
        "from_on": label.from_on,
        "until_on": label.until_on,
        "operation": operation,
    }
    await connection.execute(_ADD, values)


async def lock(connection: AsyncConnection, label: UUID) -> Label | None:
    row = (await connection.execute(_LOCK, {"id": label})).one_or_none()
    if row is None:
        return None
    return Label(
        id=row.id,
        programme=row.programme,
        place=row.place,
        from_on=row.from_on,
        until_on=row.until_on,
        sequence=row.sequence,
    )


async def end(connection: AsyncConnection, label: UUID, *, until_on: date, reason: str) -> None:
    await connection.execute(_END, {"id": label, "until_on": until_on, "reason": reason})


async def programmes_at(connection: AsyncConnection, place: UUID, *, day: date) -> set[UUID]:
    """The programmes whose vouchers the place accepts on that day."""
    rows = await connection.execute(_LABELLED, {"place": place, "day": day})
    return set(rows.scalars())


async def places(connection: AsyncConnection, organisation: UUID | None) -> Sequence[LabelledPlace]:
    """The places of an organisation, or all, one line a label."""
    rows = await connection.execute(_OF_PLACES, {"organisation": organisation})
    return [
        LabelledPlace(
            id=row.id,
            name=row.name,
            organisation=row.organisation,
            closed=row.closed,
            label=row.label,
            programme=row.programme,
            from_on=row.from_on,
            until_on=row.until_on,
        )
        for row in rows
    ]

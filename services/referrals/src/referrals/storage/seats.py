"""Places, sessions and seats as this service has heard of them, and which are free."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.offering import FreeSeat
from referrals.storage.tables import booking, organisation, place, session


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the directory tells of a place, whole."""

    id: UUID
    organisation: UUID
    name: str
    commune: str
    online_booking: bool
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    id: UUID
    place: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    need: str
    level: str | None
    capacity: int
    direct_booking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. `level` None: any. Places of `not_of` organisations are left out."""

    need: str
    level: str | None
    after: datetime
    until: datetime
    not_of: Collection[UUID] = ()
    only_of: Collection[UUID] = ()


async def put_place(connection: AsyncConnection, one: Place) -> None:
    row = {
        "organisation": one.organisation,
        "name": one.name,
        "commune": one.commune,
        "online_booking": one.online_booking,
        "address": one.address,
        "closed": False,
    }
    statement = insert(place).values(id=one.id, **row)
    await connection.execute(statement.on_conflict_do_update(index_elements=[place.c.id], set_=row))


async def close_place(connection: AsyncConnection, place_id: UUID) -> None:
    await connection.execute(update(place).where(place.c.id == place_id).values(closed=True))


async def add_session(connection: AsyncConnection, one: Session) -> None:
    await connection.execute(
        insert(session)
        .values(
            id=one.id,
            place=one.place,
            kind=one.kind,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            need=one.need,
            level=one.level,
            capacity=one.capacity,
            direct_booking=one.direct_booking,
            cancelled=False,
        )
        .on_conflict_do_nothing()
    )


async def cancel_session(connection: AsyncConnection, session_id: UUID) -> None:
    await connection.execute(
        update(session).where(session.c.id == session_id).values(cancelled=True)
    )


async def set_free(connection: AsyncConnection, session_id: UUID, *, free: int) -> None:
    await connection.execute(update(session).where(session.c.id == session_id).values(free=free))


async def add_booking(connection: AsyncConnection, booking_id: UUID, *, session_id: UUID) -> None:
    row = {"id": booking_id, "session": session_id, "cancelled": False}
    await connection.execute(insert(booking).values(row).on_conflict_do_nothing())


async def cancel_booking(connection: AsyncConnection, booking_id: UUID) -> None:
    await connection.execute(
        update(booking).where(booking.c.id == booking_id).values(cancelled=True)
    )


async def is_booked(connection: AsyncConnection, booking_id: UUID) -> bool:
    """Whether the booking has been heard of."""
    found = await connection.scalar(select(booking.c.id).where(booking.c.id == booking_id))
    return found is not None


async def free_seats(connection: AsyncConnection, wanted: Wanted) -> list[FreeSeat]:
    """Sessions to come with a free seat for the need and level, in no order.

    A session without level is for everybody; a place that is not known yet has none to show.
    """
    rows = await connection.execute(_free(wanted))
    return [
        FreeSeat(
            session=row.id,
            place=row.place,
            place_name=row.place_name,
            organisation=row.organisation,
            organisation_name=row.organisation_name or row.place_name,
            commune=row.commune,
            address=row.address,
            kind=row.kind,
            need=row.need,
            level=row.level,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            free=row.seats,
            on_the_spot=row.online_booking and row.direct_booking,
        )
        for row in rows
    ]


def _free(wanted: Wanted) -> Select[Any]:
    taken = (
        select(func.count())
        .where(booking.c.session == session.c.id, booking.c.cancelled.is_(False))
        .scalar_subquery()
    )
    seats = func.coalesce(session.c.free, session.c.capacity - taken)
    query = (
        select(
            session,
            seats.label("seats"),
            place.c.organisation,
            place.c.name.label("place_name"),
            place.c.commune,
            place.c.address,
            place.c.online_booking,
            organisation.c.name.label("organisation_name"),
        )
        .join(place, place.c.id == session.c.place)
        .outerjoin(organisation, organisation.c.id == place.c.organisation)
        .where(
            session.c.need == wanted.need,
            session.c.cancelled.is_(False),
            session.c.starts_at > wanted.after,
            session.c.starts_at <= wanted.until,
            place.c.closed.is_(False),
            place.c.organisation.not_in(list(wanted.not_of)),
            seats > 0,
        )
    )
    if wanted.level is not None:
        query = query.where(or_(session.c.level.is_(None), session.c.level == wanted.level))
    if wanted.only_of:
        query = query.where(place.c.organisation.in_(list(wanted.only_of)))
    return query

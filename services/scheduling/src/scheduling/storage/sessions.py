"""SQL of sessions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.events import SessionScheduled
from scheduling.domain.sessions import Kind, Programme, Session
from scheduling.storage.tables import place, session


async def hold(connection: AsyncConnection, session_id: UUID) -> Session | None:
    """The session, kept from being cancelled until the transaction ends; many may hold it."""
    return await _found(connection, session_id, shared=True)


async def lock(connection: AsyncConnection, session_id: UUID) -> Session | None:
    """The session, nobody else booking it until the transaction ends."""
    return await _found(connection, session_id, shared=False)


class MediatorBusyError(Exception):
    """The mediator holds another session at that time."""


async def add(
    connection: AsyncConnection,
    fact: SessionScheduled,
    *,
    correlation: UUID,
    declared_at: datetime,
    learnt_at: datetime,
) -> None:
    """Write a new session; its first fact has the sequence 1.

    Raises:
        MediatorBusyError: by the exclusion constraint, not by what was read before.
    """
    statement = insert(session).values(
        id=fact.session,
        place=fact.place,
        organisation=fact.organisation,
        kind=fact.kind,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        need=fact.need,
        level=fact.level,
        capacity=fact.capacity,
        direct_booking=fact.direct_booking,
        mediator=fact.mediator,
        correlation=correlation,
        sequence=1,
        declared_at=declared_at,
        learnt_at=learnt_at,
    )
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) == _EXCLUSION_VIOLATION:
            raise MediatorBusyError from error
        raise


_EXCLUSION_VIOLATION = "23P01"


async def cancel(
    connection: AsyncConnection, session_id: UUID, *, reason: str, sequence: int
) -> None:
    """Write that the session will not be held."""
    statement = update(session).where(session.c.id == session_id)
    await connection.execute(statement.values(cancelled_reason=reason, sequence=sequence))


async def to_come(connection: AsyncConnection, place_id: UUID, *, after: datetime) -> int:
    """How many sessions of the place end after the instant and are not cancelled."""
    found = await connection.execute(
        select(func.count())
        .select_from(session)
        .where(
            session.c.place == place_id,
            session.c.ends_at > after,
            session.c.cancelled_reason.is_(None),
        )
    )
    return found.scalar_one()


_SESSION = (
    select(session, place.c.online_booking)
    .join(place, place.c.id == session.c.place)
    .where(session.c.id == bindparam("session"))
)
_HOLD, _LOCK = (_SESSION.with_for_update(read=shared, of=session) for shared in (True, False))


async def _found(connection: AsyncConnection, session_id: UUID, *, shared: bool) -> Session | None:
    found = await connection.execute(_HOLD if shared else _LOCK, {"session": session_id})
    row = found.one_or_none()
    if row is None:
        return None
    return Session(
        id=row.id,
        place=row.place,
        organisation=row.organisation,
        programme=Programme(
            kind=Kind(row.kind),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            need=row.need,
            level=row.level,
            capacity=row.capacity,
            direct_booking=row.direct_booking,
            mediator=row.mediator,
        ),
        open_to_others=row.direct_booking and row.online_booking,
        cancelled=row.cancelled_reason is not None,
        correlation=row.correlation,
        sequence=row.sequence,
    )

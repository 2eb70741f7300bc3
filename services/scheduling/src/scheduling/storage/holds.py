"""SQL of holds: whose they are, and what became of them. The seat itself is a row of `seat`."""

from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.holds import Hold, HoldState
from scheduling.storage.tables import hold


async def add(connection: AsyncConnection, new: Hold, *, who: str) -> None:
    """Write a hold; its seat is taken already."""
    await connection.execute(
        insert(hold).values(
            id=new.id,
            session=new.session,
            referral=new.referral,
            organisation=new.organisation,
            seat_no=new.seat_no,
            state=new.state.value,
            held_at=new.held_at,
            held_until=new.held_until,
            who=who,
        )
    )


async def lock(connection: AsyncConnection, hold_id: UUID) -> Hold | None:
    """The hold, nobody else changing it until the transaction ends, or None."""
    return await _found(connection, select(hold).where(hold.c.id == hold_id).with_for_update())


async def find(connection: AsyncConnection, hold_id: UUID) -> Hold | None:
    """The hold as it is, or None."""
    return await _found(connection, select(hold).where(hold.c.id == hold_id))


async def standing(
    connection: AsyncConnection, *, referral: UUID, session: UUID, organisation: UUID
) -> Hold | None:
    """The hold that the organisation made last for the referral in the session, or None."""
    query = (
        select(hold)
        .where(
            hold.c.referral == referral,
            hold.c.session == session,
            hold.c.organisation == organisation,
        )
        .order_by(hold.c.held_at.desc())
        .limit(1)
    )
    return await _found(connection, query)


async def advance(connection: AsyncConnection, hold_id: UUID, state: HoldState) -> None:
    """Write where a hold stands that the caller has locked."""
    await connection.execute(update(hold).where(hold.c.id == hold_id).values(state=state.value))


async def _found(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> Hold | None:
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    return Hold(
        id=row.id,
        session=row.session,
        referral=row.referral,
        organisation=row.organisation,
        seat_no=row.seat_no,
        state=HoldState(row.state),
        held_at=row.held_at,
        held_until=row.held_until,
    )

"""Telling how many seats are left: a snapshot, often enough, never one per booking."""

from chassis.database import Transaction
from scheduling.domain.events import SeatsChanged
from scheduling.storage import seats, telling


async def tell_seats(tx: Transaction) -> int:
    """Free the seats whose holds have lapsed, and tell the sessions whose seats changed; how many.

    Whatever happened to a session since the last time is one fact. Others take it as a hint:
    whether a seat is left is decided when it is asked for.
    """
    await seats.lapse(tx.connection, now=tx.now)
    sessions = await telling.changed(tx.connection, now=tx.now)
    if not sessions:
        return 0
    await telling.advance(tx.connection, [each.session for each in sessions])
    for each in sessions:
        tx.emit(
            SeatsChanged(
                session=each.session,
                capacity=each.capacity,
                free=each.capacity - each.booked - each.held,
                held=each.held,
            ),
            key=each.session,
            sequence=each.sequence + 1,
            happened_at=tx.now,
            correlation=each.correlation,
        )
    return len(sessions)

"""SQL of the sessions whose seats changed since it was last told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# A second of the busiest day; what is left over is told in the next one.
SESSIONS_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """The seats of a session that is still to come, and the number of its last fact."""

    session: UUID
    capacity: int
    booked: int
    held: int
    correlation: UUID
    sequence: int


# A session that somebody is just booking, or calling off, is left for the next time: its seats are
# not settled, and whoever waits here for one of them could block who waits for another.
_LOCK = text("""
    SELECT id FROM session
    WHERE id IN (SELECT DISTINCT session FROM seat_change LIMIT :limit)
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
""")
_FORGET = text("DELETE FROM seat_change WHERE session = ANY(:sessions)")
# Once it has begun, or will not be held, nobody looks for a seat in it.
_COUNT = text("""
    SELECT session.id, session.capacity, session.correlation, session.sequence,
        count(seat.booking) FILTER (WHERE seat.held_until IS NULL) AS booked,
        count(seat.booking) FILTER (WHERE seat.held_until > :now) AS held
    FROM session LEFT JOIN seat ON seat.session = session.id
    WHERE session.id = ANY(:sessions) AND session.cancelled_reason IS NULL
        AND session.starts_at > :now
    GROUP BY session.id ORDER BY session.id
""")
_ADVANCE = text("UPDATE session SET sequence = sequence + 1 WHERE id = ANY(:sessions)")


async def changed(connection: AsyncConnection, *, now: datetime) -> Sequence[Seats]:
    """The sessions to come whose seats changed, each locked until the transaction ends.

    Their marks are gone with it, and those of the sessions that nobody looks at any more.
    """
    locked = list((await connection.execute(_LOCK, {"limit": SESSIONS_MAX})).scalars())
    if not locked:
        return []
    await connection.execute(_FORGET, {"sessions": locked})
    found = await connection.execute(_COUNT, {"sessions": locked, "now": now})
    return [
        Seats(
            session=row.id,
            capacity=row.capacity,
            booked=row.booked,
            held=row.held,
            correlation=row.correlation,
            sequence=row.sequence,
        )
        for row in found
    ]


async def advance(connection: AsyncConnection, sessions: Sequence[UUID]) -> None:
    """Count one more fact of each session, which the caller has locked."""
    await connection.execute(_ADVANCE, {"sessions": list(sessions)})

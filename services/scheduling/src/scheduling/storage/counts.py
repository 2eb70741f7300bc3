"""How many of everything there are, counted in the tables themselves."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.domain.bookings import State
from scheduling.storage.tables import booking, place, session, visit

_OF_STATE: Final[Mapping[str, State]] = MappingProxyType(
    {
        "bookings_cancelled": State.CANCELLED,
        "attendances_seen": State.SEEN,
        "attendances_missed": State.MISSED,
        "attendances_excused": State.EXCUSED,
    }
)

# Sessions that were called off offer nothing; a place that closed was one all the same.
_TOTALS: Final = select(
    select(func.count()).select_from(place).scalar_subquery().label("places"),
    select(func.count()).select_from(visit).scalar_subquery().label("visits"),
    func.count().label("sessions"),
    func.coalesce(func.sum(session.c.capacity), 0).label("seats_offered"),
).where(session.c.cancelled_reason.is_(None))
_BOOKINGS: Final = select(booking.c.state, func.count().label("bookings")).group_by(booking.c.state)


async def of_everything(connection: AsyncConnection) -> dict[str, int]:
    """By name: places, sessions and their seats, bookings by what became of them, visits."""
    totals: Row[tuple[int, int, int, int]] = (await connection.execute(_TOTALS)).one()
    by_state = {row.state: row.bookings for row in await connection.execute(_BOOKINGS)}
    return {
        "places": totals.places,
        "sessions": totals.sessions,
        "seats_offered": totals.seats_offered,
        "bookings": sum(by_state.values()),
        **{name: by_state.get(state.value, 0) for name, state in _OF_STATE.items()},
        "visits": totals.visits,
    }

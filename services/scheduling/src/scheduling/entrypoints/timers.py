"""What scheduling does by itself, again and again."""

from collections.abc import Sequence

from chassis.database import Database
from scheduling.application.telling import tell_seats
from web.process import Timer

# A seat taken is seen at the prescribers' within a second, and a busy second is one fact a session.
TELL_SEATS_EVERY_S = 0.5


def timers(database: Database) -> Sequence[Timer]:
    """Every sweep of scheduling."""

    async def seats() -> None:
        async with database.transaction() as tx:
            await tell_seats(tx)

    return (Timer(name="seats", every_s=TELL_SEATS_EVERY_S, run=seats),)

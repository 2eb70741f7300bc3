"""What is done from time to time."""

from collections.abc import Awaitable, Callable

from chassis.database import Database
from reporting.application.dashboard import log_size
from reporting.metrics import Metrics


def measure_log(database: Database, metrics: Metrics) -> Callable[[], Awaitable[None]]:
    """Say how large the log is."""

    async def measure() -> None:
        async with database.reading() as connection:
            metrics.log_events.set(await log_size(connection))

    return measure

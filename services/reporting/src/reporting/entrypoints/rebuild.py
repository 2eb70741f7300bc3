"""`python -m reporting rebuild`: the figures anew, from the log alone."""

import asyncio
import sys
from typing import Final

from chassis.clock import SystemClock
from chassis.database import Database
from pages import french
from reporting.application.rebuild import Rebuild, is_current
from reporting.entrypoints.inbound import facts_of
from reporting.settings import Settings

SOURCE: Final = "/reporting"


def run(settings: Settings) -> None:
    """Rebuild and say so on the standard output; the service may run meanwhile."""
    asyncio.run(_run(settings))


def bring_up_to_date(settings: Settings) -> None:
    """Fold the log anew when the figures were folded by an earlier version of this program."""
    asyncio.run(_bring_up_to_date(settings))


async def rebuild(database: Database) -> Rebuild:
    """Read the log, then replace the figures in one transaction: readers see the old or the new."""
    making = Rebuild(read=facts_of)
    async with database.reading() as connection:
        await making.catch_up(connection, _tell)
    async with database.transaction() as tx:
        await making.replace_figures(tx, _tell)
    return making


async def _run(settings: Settings) -> None:
    database = Database.connect(
        settings.database_url, clock=SystemClock(), source=SOURCE, pool_size=2
    )
    try:
        done = await rebuild(database)
    finally:
        await database.close()
    events = french.count(done.events, "événement relu", "événements relus")
    sys.stdout.write(f"Chiffres recalculés : {events} dans le journal.\n")


async def _bring_up_to_date(settings: Settings) -> None:
    database = Database.connect(
        settings.database_url, clock=SystemClock(), source=SOURCE, pool_size=2
    )
    try:
        async with database.reading() as connection:
            current = await is_current(connection)
        if not current:
            await rebuild(database)
    finally:
        await database.close()


def _tell(events: int, head: int) -> None:
    sys.stdout.write(
        f"{french.count(events, 'événement relu', 'événements relus')} (journal : {head})\n"
    )
    sys.stdout.flush()

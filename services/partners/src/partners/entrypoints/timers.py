"""The sweeps of partners."""

from collections.abc import Sequence

from partners.application.answers import refuse_overdue
from partners.domain.refusals import UnknownPerson
from partners.entrypoints.context import Context
from partners.storage import submissions
from web.process import Timer


def timers(here: Context) -> Sequence[Timer]:
    """What runs by itself, each bearing company: rows in hand are locked and passed over."""

    async def refuse() -> None:
        async with here.database.transaction() as tx:
            refused = await refuse_overdue(tx, kafka_doors=here.settings.door_slugs)
        for door in refused:
            here.metrics.submissions_total.labels(door, UnknownPerson.code).inc()

    async def measure() -> None:
        async with here.database.reading() as connection:
            waiting = await submissions.count_waiting(connection)
        here.metrics.waiting_submissions.set(waiting)

    return (
        # A second more than promised is not felt; the index holds only those that wait.
        Timer(name="refuse-unknown-persons", every_s=1, run=refuse),
        Timer(name="measure-waiting", every_s=5, run=measure),
    )

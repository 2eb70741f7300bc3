"""The outward ids of persons: learnt from referrals, and what waited for them goes on."""

from collections.abc import Sequence

from chassis.database import Transaction
from partners.application.intake import go_on
from partners.domain.outgoing import OutwardId, outward_token
from partners.storage import outward_ids, submissions


async def learn_outward_ids(tx: Transaction, learnt: Sequence[OutwardId]) -> int:
    """Keep them; how many submissions went on. Facts that waited for them are told as well."""
    if not learnt:
        return 0
    await outward_ids.lock(tx.connection, [each.outward for each in learnt])
    await outward_ids.keep(tx.connection, learnt, now=tx.now)
    persons = {(each.organisation, each.outward): each.person for each in learnt}
    waiting = await submissions.waiting_for(tx.connection, sorted(persons))
    for outward, waited in waiting:
        await go_on(tx, waited, person=persons[waited.submission.organisation, outward])
    tx.arrived(*(outward_token(each.organisation, each.person) for each in learnt))
    return len(waiting)

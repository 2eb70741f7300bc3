"""The outward ids of persons: learnt from referrals, and what waited for them goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from partners.application.intake import go_on
from partners.domain.outgoing import outward_token
from partners.storage import outward_ids, submissions


@dataclass(frozen=True, slots=True, kw_only=True)
class OutwardId:
    """An organisation knows the person under this id."""

    outward: UUID
    organisation: UUID
    person: UUID


async def learn_outward_ids(tx: Transaction, learnt: Sequence[OutwardId]) -> int:
    """Keep them; how many submissions went on. Facts that waited for them are told as well."""
    await outward_ids.lock(tx.connection, [each.outward for each in learnt])
    resumed = 0
    for each in learnt:
        await outward_ids.keep(
            tx.connection,
            each.outward,
            organisation=each.organisation,
            person=each.person,
            now=tx.now,
        )
        for waiting in await submissions.waiting_for(
            tx.connection, each.organisation, each.outward
        ):
            await go_on(tx, waiting, person=each.person)
            resumed += 1
    tx.arrived(*(outward_token(each.organisation, each.person) for each in learnt))
    return resumed

"""Keeping up with the consortium's directory."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from scheduling.domain.directory import Fact, evolve
from scheduling.storage import organisations


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOrganisation:
    """Take one fact about one organisation as the directory told it."""

    organisation: UUID
    fact: Fact


async def follow_organisation(transaction: Transaction, command: FollowOrganisation) -> None:
    """Bring our copy of the organisation up to the fact.

    Raises:
        NeverRegistered: the fact is about an organisation we were never told of.
    """
    known = await organisations.find(transaction.connection, command.organisation)
    after = evolve(known, command.fact, organisation=command.organisation)
    if after != known:
        await organisations.keep(transaction.connection, after)

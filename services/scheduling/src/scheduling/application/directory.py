"""Keeping up with the consortium's directory."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from scheduling.application.acts import RefusedError
from scheduling.domain.directory import Fact, Standing, evolve
from scheduling.domain.refusals import OrganisationNotActive, UnknownOrganisation
from scheduling.storage import organisations


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOrganisation:
    """Take one fact about one organisation as the directory told it."""

    organisation: UUID
    fact: Fact


async def follow_organisation(transaction: Transaction, command: FollowOrganisation) -> None:
    """Bring our copy of the organisation up to the fact; who waited for it goes on here.

    Raises:
        NeverRegistered: the fact is about an organisation we were never told of.
    """
    known = await organisations.find(transaction.connection, command.organisation)
    after = evolve(known, command.fact, organisation=command.organisation)
    if after != known:
        await organisations.keep(transaction.connection, after)
    if after.standing is Standing.ACTIVE:
        transaction.arrived(f"organisation:{command.organisation}")


async def check_standing(transaction: Transaction, *names: UUID) -> None:
    """Let only active organisations go on.

    Raises:
        RefusedError: one is suspended, or not known to be active yet.
    """
    known = await organisations.standings(transaction.connection, *names)
    for organisation in names:
        standing = known.get(organisation)
        if standing is Standing.SUSPENDED:
            raise RefusedError(OrganisationNotActive(organisation))
        if standing is not Standing.ACTIVE:
            # Its activation may be on its way.
            raise RefusedError(UnknownOrganisation(organisation))

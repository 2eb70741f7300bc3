"""Organisations: registered, described, activated, suspended, reinstated."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from partners.domain.organisation import (
    Description,
    Organisation,
    OrganisationEvent,
    Step,
    SuspensionReason,
    describe,
    register,
    take_step,
)
from partners.domain.refusals import UnknownOrganisation
from partners.storage import organisations


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOrganisation:
    """Make the organisation of that slug be as described; `new_id` if there is none yet."""

    description: Description
    new_id: UUID
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    slug: str
    step: Step
    by: str
    reason: SuspensionReason | None = None


async def put_organisation(tx: Transaction, command: PutOrganisation) -> tuple[Organisation, bool]:
    """The organisation, and whether it is new. The same again changes nothing and tells nobody.

    Raises:
        BadOrganisation: the description is not acceptable.
    """
    new, registered = register(command.description, new=command.new_id)
    if await organisations.add(tx.connection, new, now=tx.now):
        await _tell(tx, new, registered, by=command.by)
        return new, True
    before = await _locked(tx, command.description.slug)
    after, changed = describe(before, command.description)
    if after != before:
        await organisations.save(tx.connection, after)
    if changed is not None:
        await _tell(tx, after, changed, by=command.by)
    return after, False


async def take_organisation_step(tx: Transaction, command: TakeStep) -> Organisation:
    """The organisation after the step.

    Raises:
        UnknownOrganisation: no organisation has the slug.
        TransitionRefused: its state does not allow the step.
        BadOrganisation: a suspension without its reason.
    """
    before = await _locked(tx, command.slug)
    after, fact = take_step(before, command.step, reason=command.reason)
    await organisations.save(tx.connection, after)
    await _tell(tx, after, fact, by=command.by)
    return after


async def _locked(tx: Transaction, slug: str) -> Organisation:
    found = await organisations.by_slug(tx.connection, slug, lock=True)
    if found is None:
        raise UnknownOrganisation
    return found


async def _tell(
    tx: Transaction, organisation: Organisation, fact: OrganisationEvent, *, by: str
) -> None:
    """Write the line of its history and send the fact; the row lock keeps both in one order."""
    name = type(fact).__name__.removeprefix("Organisation").lower()
    await organisations.add_fact(
        tx.connection,
        organisation,
        fact=name,
        reason=getattr(fact, "reason", None),
        now=tx.now,
        by=by,
    )
    tx.emit(fact, key=organisation.id, sequence=organisation.sequence, happened_at=tx.now)

"""Reading a name: gated by the agreement each time, and written into the journal each time."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from chassis.database import Transaction
from referrals.domain.persons import Identity
from referrals.domain.refusals import NoAgreement
from referrals.domain.sharing import WIDE_SCOPE, Permission, permit
from referrals.storage import lookups, persons, referrals
from referrals.storage.lookups import Lookup
from referrals.storage.persons import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpName:
    organisation: UUID
    who: str
    person: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Anonymous:
    """No name was ever deposited."""

    person: Person


async def look_up_name(
    tx: Transaction, command: LookUpName
) -> Identity | Anonymous | NoAgreement | None:
    """The name, or why not; None when there is no such person.

    The answer no is journalled too, so the transaction is to be committed either way.
    """
    person = await persons.find(tx.connection, command.person)
    if person is None:
        return None
    if person.anonymous:
        return Anonymous(person=person)
    permission = permit(
        registered_by_us=person.registered_by == command.organisation,
        shares=await referrals.shares(
            tx.connection, organisation=command.organisation, person_id=person.id
        ),
        wide_agreement=await referrals.agreement_of_scope(
            tx.connection, person_id=person.id, scope=WIDE_SCOPE
        ),
    )
    await lookups.append(tx.connection, _note(command, permission), looked_up_at=tx.now)
    if isinstance(permission, NoAgreement):
        return permission
    return await persons.read_identity(tx.connection, person.id)


async def find_outward(tx: Transaction, *, organisation: UUID, outward: UUID) -> UUID | None:
    """The person that an organisation means by an outward id; another's id means nobody."""
    person = await persons.person_behind(tx.connection, organisation=organisation, outward=outward)
    return None if person is None else person.id


def _note(command: LookUpName, permission: Permission | NoAgreement) -> Lookup:
    asked = partial(
        Lookup, organisation=command.organisation, who=command.who, person=command.person
    )
    if isinstance(permission, NoAgreement):
        return asked(act="withheld", ground=permission.code)
    return asked(
        act="read",
        ground=permission.ground,
        referral=permission.referral,
        agreement=permission.agreement,
    )

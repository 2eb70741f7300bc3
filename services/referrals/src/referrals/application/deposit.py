"""The door by which names come in: an organisation deposits a person under its own reference."""

from dataclasses import dataclass, replace
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from referrals.application.acts import RefusedError
from referrals.application.communes import Commune, recognise
from referrals.application.outward import introduce
from referrals.domain.events import PersonRegistered
from referrals.domain.persons import Identity, birth_band
from referrals.domain.refusals import UnknownCommune
from referrals.storage import lookups, persons
from referrals.storage.lookups import Lookup
from referrals.storage.persons import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositPerson:
    """`identity.commune` is as it was written: a code, or a name to be recognised."""

    organisation: UUID
    who: str
    reference: str
    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposited:
    """`person` is the outward id; `commune` stands here when it is not what was written."""

    person: UUID
    inner: UUID
    created: bool
    corrected_commune: Commune | None


async def deposit_person(tx: Transaction, command: DepositPerson) -> Deposited:
    """Make the person of this reference, or bring its identity up to date; the same is the same.

    Raises:
        RefusedError: the commune is not recognised; nothing was written.
    """
    commune = _commune(command.identity.commune)
    names = replace(command.identity, commune=commune.code if commune else None)
    person_id = await persons.claim_reference(
        tx.connection,
        organisation=command.organisation,
        reference=command.reference,
        fresh=new_id(),
    )
    before = await persons.lock_identity(tx.connection, person_id)
    if before is None:
        await _open(tx, command, person_id, names)
    elif names.changed_from(before):
        await _update(tx, command, person_id, names)
    outward = await persons.outward_of(
        tx.connection, organisation=command.organisation, person_id=person_id
    )
    if outward is None:
        raise TypeError("a deposited person without outward id")
    return Deposited(
        person=outward,
        inner=person_id,
        created=before is None,
        corrected_commune=commune if commune and commune.corrected else None,
    )


def _commune(written: str | None) -> Commune | None:
    if written is None:
        return None
    commune = recognise(written)
    if isinstance(commune, UnknownCommune):
        raise RefusedError(commune)
    return commune


async def _open(tx: Transaction, command: DepositPerson, person_id: UUID, names: Identity) -> None:
    person = Person(
        id=person_id,
        registered_by=command.organisation,
        anonymous=False,
        commune=names.commune,
        birth_band=birth_band(names.birth_year),
    )
    await persons.add(tx.connection, person, registered_at=tx.now)
    await persons.put_identity(tx.connection, person_id, names, written_at=tx.now)
    await _note(tx, command, person_id, ground="deposited")
    fact = PersonRegistered(
        person=person_id,
        registered_by=person.registered_by,
        commune=person.commune,
        birth_band=person.birth_band,
    )
    tx.emit(fact, key=person_id, sequence=1, happened_at=tx.now, data_subject=person_id)
    await introduce(tx, person_id, [command.organisation])


async def _update(
    tx: Transaction, command: DepositPerson, person_id: UUID, names: Identity
) -> None:
    await persons.put_identity(tx.connection, person_id, names, written_at=tx.now)
    await persons.place(
        tx.connection,
        person_id,
        commune=names.commune,
        birth_band=birth_band(names.birth_year),
    )
    await _note(tx, command, person_id, ground="changed")


async def _note(tx: Transaction, command: DepositPerson, person_id: UUID, *, ground: str) -> None:
    note = Lookup(
        organisation=command.organisation,
        who=command.who,
        person=person_id,
        act="written",
        ground=ground,
    )
    await lookups.append(tx.connection, note, looked_up_at=tx.now)

"""Under which id an organisation knows a person: never the one another organisation has."""

from collections.abc import Iterable
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from referrals.domain.events import OutwardIdAssigned
from referrals.storage import persons


async def introduce(tx: Transaction, person: UUID, organisations: Iterable[UUID]) -> None:
    """Give each organisation that has none an id for the person, and tell partners' doors."""
    # One order for all, or two could wait in a ring.
    fresh = {organisation: new_id() for organisation in sorted(organisations)}
    assigned = await persons.assign_outward(
        tx.connection, fresh, person_id=person, assigned_at=tx.now
    )
    for organisation in sorted(assigned):
        outward = fresh[organisation]
        fact = OutwardIdAssigned(outward=outward, organisation=organisation, person=person)
        tx.emit(fact, key=outward, sequence=1, happened_at=tx.now, data_subject=person)
        tx.arrived(f"person:{person}")

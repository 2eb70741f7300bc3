"""Under which id an organisation knows a person: never the one another organisation has."""

from collections.abc import Iterable
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from referrals.domain.events import OutwardIdAssigned
from referrals.storage import persons


async def introduce(tx: Transaction, person: UUID, organisations: Iterable[UUID]) -> None:
    """Give each organisation that has none an id for the person, and tell partners' doors."""
    for organisation in sorted(organisations):  # one order for all, or two could wait in a ring
        fresh = new_id()
        assigned = await persons.assign_outward(
            tx.connection,
            organisation=organisation,
            person_id=person,
            fresh=fresh,
            assigned_at=tx.now,
        )
        if assigned:
            fact = OutwardIdAssigned(outward=fresh, organisation=organisation, person=person)
            tx.emit(fact, key=fresh, sequence=1, happened_at=tx.now, data_subject=person)
            tx.arrived(f"person:{person}")

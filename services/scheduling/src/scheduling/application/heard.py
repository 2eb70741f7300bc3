"""Hearing of persons and referrals, so that bookings can follow them."""

from collections.abc import Set as AbstractSet
from uuid import UUID

from chassis.database import Transaction
from scheduling.domain.heard import Person, Referral
from scheduling.storage import heard


async def hear_of_person(tx: Transaction, person: Person) -> None:
    """Somebody is known; what waited for her goes on here."""
    await heard.keep_person(tx.connection, person)
    tx.arrived(f"person:{person.id}")


async def hear_of_referral(tx: Transaction, referral: Referral) -> None:
    """A referral left; what waited for it goes on here."""
    await heard.keep_referral(tx.connection, referral)
    tx.arrived(f"referral:{referral.id}")


async def hear_of_redirection(tx: Transaction, referral: UUID, targets: AbstractSet[UUID]) -> None:
    """Others are asked in the place of a target; whoever was asked before may still take a seat."""
    await heard.add_targets(tx.connection, referral, targets)

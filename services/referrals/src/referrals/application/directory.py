"""What this service hears of organisations: enough to know who may send and receive."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Transaction
from referrals.domain.sending import Standing
from referrals.storage import organisations


async def hear_of_organisation(tx: Transaction, *, organisation: UUID, name: str) -> None:
    """It exists; it may not act before it is active."""
    await organisations.enter(
        tx.connection, organisation_id=organisation, name=name, heard_at=tx.now
    )


async def hear_of_name(tx: Transaction, *, organisation: UUID, name: str) -> None:
    await organisations.rename(tx.connection, organisation_id=organisation, name=name)


async def hear_of_standing(tx: Transaction, *, organisation: UUID, standing: Standing) -> None:
    """Note the standing; who waited for an organisation to be active goes on here.

    Raises:
        LookupError: its registration never came, which the order of its facts rules out.
    """
    known = await organisations.stand(
        tx.connection, organisation_id=organisation, standing=standing
    )
    if not known:
        raise LookupError("an organisation that was never registered")
    if standing is Standing.ACTIVE:
        tx.arrived(f"organisation:{organisation}")


async def may_act(connection: AsyncConnection, organisation: UUID) -> bool:
    """Whether an organisation is active, as this service knows it now."""
    found = await organisations.find(connection, [organisation])
    return organisation in found and found[organisation].standing is Standing.ACTIVE

"""The journal of the vault: who read or wrote whose name, when and why. Rows are only added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.storage.tables import name_lookup


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """`ground` is the code of the permission, of its absence, or of the door of a deposit."""

    organisation: UUID
    who: str
    person: UUID
    act: Literal["read", "withheld", "written"]
    ground: str
    referral: UUID | None = None
    agreement: UUID | None = None


async def append(connection: AsyncConnection, one: Lookup, *, looked_up_at: datetime) -> None:
    await connection.execute(
        insert(name_lookup).values(
            looked_up_at=looked_up_at,
            organisation=one.organisation,
            who=one.who,
            person=one.person,
            act=one.act,
            ground=one.ground,
            referral=one.referral,
            agreement=one.agreement,
        )
    )

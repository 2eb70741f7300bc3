"""What was already decided: one row per submission, or per form that a colleague sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.storage.tables import decision

# Built once: a statement that is put together anew costs more than it takes to run.
_CLAIM = insert(decision).on_conflict_do_nothing()
_CONCERN = update(decision).where(decision.c.act == bindparam("claimed"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    act: UUID
    organisation: UUID
    reason: str | None = None
    subject: UUID | None = None


async def claim(connection: AsyncConnection, one: Decision, *, decided_at: datetime) -> bool:
    """Write the decision on an act, once: False when the act is already decided.

    Whoever comes second waits here until the first has committed or given up.
    """
    values = {
        "act": one.act,
        "organisation": one.organisation,
        "outcome": "accepted" if one.reason is None else "refused",
        "reason": one.reason,
        "subject": one.subject,
        "decided_at": decided_at,
    }
    return (await connection.execute(_CLAIM, values)).rowcount == 1


async def concern(connection: AsyncConnection, act: UUID, *, subject: UUID) -> None:
    """Say which referral the claimed act made or changed."""
    await connection.execute(_CONCERN, {"claimed": act, "subject": subject})


async def find(connection: AsyncConnection, act: UUID) -> Decision | None:
    found = await connection.execute(select(decision).where(decision.c.act == act))
    row = found.one_or_none()
    if row is None:
        return None
    return Decision(
        act=row.act, organisation=row.organisation, reason=row.reason, subject=row.subject
    )

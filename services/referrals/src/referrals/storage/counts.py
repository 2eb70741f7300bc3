"""How many of each there are, as this service's own tables know: what a fold is compared with."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.referrals import State
from referrals.storage.tables import person, referral, referral_transition

# A step that travels as a fact of its own, by the name under which the facts are counted. Of the
# sending there is one fact for all targets, so the referrals themselves are counted.
_TOLD: Final = {
    State.ACCEPTED: "targets_accepted",
    State.REFUSED: "targets_refused",
    State.COMPLETED: "referrals_completed",
    State.REDIRECTED: "targets_redirected",
}


async def all_counts(connection: AsyncConnection) -> dict[str, int]:
    """Every count by its name; what never happened counts 0."""
    rows = await connection.execute(
        select(referral_transition.c.state, func.count())
        .where(referral_transition.c.state.in_(list(_TOLD)))
        .group_by(referral_transition.c.state)
    )
    steps = {State(state): number for state, number in rows}
    persons = await connection.scalar(select(func.count()).select_from(person))
    referrals = await connection.scalar(select(func.count()).select_from(referral))
    return {
        "persons": persons or 0,
        "referrals_sent": referrals or 0,
        **{name: steps.get(state, 0) for state, name in _TOLD.items()},
    }

"""What every command of an organisation has: it is decided once, and not too far from now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from scheduling.domain.instants import check_reach, settle
from scheduling.domain.refusals import Refusal
from scheduling.storage import decisions
from scheduling.storage.decisions import Decision


class RefusedError(Exception):
    """A rule said no inside a command: the edge undoes what was written, and answers."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who says it, and when it happened.

    `id` is the submission's, or that of the form a colleague sent: the same act twice is decided
    once. `who` names the door or the colleague, for the history kept here alone.
    """

    id: UUID
    organisation: UUID
    who: str
    at: datetime
    received_at: datetime | None = None
    history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a command came to. `fresh` is False when the act had been decided before."""

    fresh: bool
    subject: UUID | None
    correlation: UUID | None = None
    person: UUID | None = None


async def begin(tx: Transaction, act: Act, *, makes: UUID | None = None) -> datetime | Done:
    """Claim the act, and answer when it happened; or what it came to the first time.

    `makes` is the id of what it will have made; where that is not known yet, `decisions.concern`
    says it later.

    Raises:
        RefusedError: it lies too far back, or ahead.
    """
    claim = Decision(act=act.id, organisation=act.organisation, subject=makes)
    if not await decisions.claim(tx.connection, claim, decided_at=tx.now):
        earlier = await decisions.find(tx.connection, act.id)
        own = earlier is not None and earlier.organisation == act.organisation
        return Done(fresh=False, subject=earlier.subject if earlier and own else None)
    received_at = act.received_at or tx.now
    refuse_if(check_reach(act.at, now=received_at, history=act.history))
    return settle(act.at, now=received_at)


def refuse_if(refusal: Refusal | None) -> None:
    """Leave the command if a rule said no."""
    if refusal is not None:
        raise RefusedError(refusal)

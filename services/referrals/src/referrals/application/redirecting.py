"""Others are asked in the place of a target that is silent, or refused."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from referrals.application.acts import Act, Done, RefusedError, begin
from referrals.application.outward import introduce
from referrals.domain.instants import bring_up
from referrals.domain.redirecting import Redirection, decide_redirection
from referrals.domain.referrals import State
from referrals.domain.refusals import Refusal, UnknownReferral
from referrals.storage import decisions, organisations, referrals
from referrals.storage.referrals import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class RedirectReferral:
    """`from_organisation` is asked no longer; `reason` is a code."""

    act: Act
    referral: UUID
    from_organisation: UUID
    targets: tuple[UUID, ...]
    reason: str | None = None


async def redirect_referral(tx: Transaction, command: RedirectReferral) -> Done:
    """Decide a redirection under the referral's lock; the new targets are asked at once.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    act = command.act
    begun = await begin(tx, act)
    if isinstance(begun, Done):
        return begun
    held = await referrals.lock(tx.connection, command.referral)
    if held is None:
        raise RefusedError(UnknownReferral(command.referral))
    redirection = Redirection(
        by=act.organisation,
        from_organisation=command.from_organisation,
        targets=tuple(dict.fromkeys(command.targets)),
        reason=command.reason,
    )
    found = await organisations.find(tx.connection, redirection.targets)
    standings = {one.id: one.standing for one in found.values()}
    at = bring_up(begun, to=held.referral.last_step_at(command.from_organisation))
    event = decide_redirection(held.referral, redirection, standings=standings, at=at)
    if isinstance(event, Refusal):
        raise RefusedError(event)
    step = Transition(
        referral=command.referral,
        organisation=command.from_organisation,
        state=State.REDIRECTED,
        happened_at=at,
        learnt_at=tx.now,
        code=command.reason or "",
        message=None,
        who=act.who,
    )
    await referrals.advance(tx.connection, step, sequence=held.sequence + 1)
    await referrals.ask(tx.connection, event.targets, after=step)
    await introduce(tx, held.person, event.targets)
    await decisions.concern(tx.connection, act.id, subject=command.referral)
    tx.emit(
        event,
        key=command.referral,
        sequence=held.sequence + 1,
        happened_at=at,
        correlation=held.correlation,
        data_subject=held.person,
        extensions=act.stamps,
    )
    return Done(
        fresh=True, subject=command.referral, correlation=held.correlation, person=held.person
    )

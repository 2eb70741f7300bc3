"""A target answers: prendre en charge, refuser, clôturer."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from referrals.application.acts import Act, Done, RefusedError, begin
from referrals.domain.instants import bring_up
from referrals.domain.referrals import Answer, Step, decide, evolve
from referrals.domain.refusals import Refusal, UnknownReferral
from referrals.storage import decisions, referrals
from referrals.storage.referrals import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReferral:
    """`code` is the reason of a refusal or the outcome of an end; `message` holds no name."""

    act: Act
    referral: UUID
    step: Step
    code: str = ""
    message: str | None = None


async def answer_referral(tx: Transaction, command: AnswerReferral) -> Done:
    """Decide one answer under the referral's lock.

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
    answer = Answer(organisation=act.organisation, step=command.step, code=command.code)
    at = bring_up(begun, to=held.referral.last_step_at(act.organisation))
    event = decide(held.referral, answer, at=at)
    if isinstance(event, Refusal):
        raise RefusedError(event)
    after = evolve(held.referral, event, at=at).target(act.organisation)
    if after is None:  # `decide` says yes to targets only
        raise TypeError("an answer without its target")
    step = Transition(
        referral=command.referral,
        organisation=act.organisation,
        state=after.state,
        happened_at=at,
        learnt_at=tx.now,
        code=command.code,
        message=command.message,
        who=act.who,
    )
    await referrals.advance(tx.connection, step, sequence=held.sequence + 1)
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

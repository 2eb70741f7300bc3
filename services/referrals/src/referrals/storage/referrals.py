"""Referrals as their rules need them: locked, with every target; and what each step adds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.events import AgreementRecorded, ReferralSent
from referrals.domain.referrals import Referral, State, Target
from referrals.domain.sharing import Share
from referrals.storage.tables import agreement, referral, referral_target, referral_transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A referral under lock. `sequence` is that of its last fact."""

    referral: Referral
    person: UUID
    correlation: UUID
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of one target, with both its times. `message` never leaves this database."""

    referral: UUID
    organisation: UUID
    state: State
    happened_at: datetime
    learnt_at: datetime
    code: str
    message: str | None
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """When, under which parcours, by whom and with what reference a referral left."""

    correlation: UUID
    sent_at: datetime
    learnt_at: datetime
    who: str
    partner_reference: str | None


async def lock(connection: AsyncConnection, referral_id: UUID) -> Held | None:
    """The referral, locked until the end of the transaction: answers come one after another."""
    found = await connection.execute(
        select(
            referral.c.id,
            referral.c.sender,
            referral.c.person,
            referral.c.correlation,
            referral.c.sequence,
            referral.c.sent_at,
        )
        .where(referral.c.id == referral_id)
        .with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        return None
    return Held(
        referral=Referral(
            id=row.id,
            sender=row.sender,
            sent_at=row.sent_at,
            targets=await _targets(connection, referral_id),
        ),
        person=row.person,
        correlation=row.correlation,
        sequence=row.sequence,
    )


async def add(connection: AsyncConnection, fact: ReferralSent, departure: Departure) -> None:
    """Write a new referral with its targets; its first fact has the sequence 1."""
    values = {
        "id": fact.referral,
        "sender": fact.sender,
        "person": fact.person,
        "need": fact.need,
        "urgency": fact.urgency,
        "due_on": fact.due_on,
        "level": fact.level,
        "commune": fact.commune,
        "birth_band": fact.birth_band,
        "agreement": fact.agreement,
        "partner_reference": departure.partner_reference,
        "correlation": departure.correlation,
        "sequence": 1,
        "sent_at": departure.sent_at,
        "learnt_at": departure.learnt_at,
    }
    await connection.execute(insert(referral), values)
    await connection.execute(
        insert(referral_target),
        [
            {
                "referral": fact.referral,
                "organisation": target,
                "state": State.SENT,
                "changed_at": departure.sent_at,
            }
            for target in fact.targets
        ],
    )
    await _append(connection, [_sent_row(fact, target, departure) for target in fact.targets])


async def advance(connection: AsyncConnection, step: Transition, *, sequence: int) -> None:
    """Add a step of one target to a referral that the caller has locked."""
    await _append(connection, [step])
    await connection.execute(
        update(referral_target)
        .where(
            referral_target.c.referral == step.referral,
            referral_target.c.organisation == step.organisation,
        )
        .values(state=step.state, changed_at=step.happened_at)
    )
    await connection.execute(
        update(referral).where(referral.c.id == step.referral).values(sequence=sequence)
    )


async def ask(
    connection: AsyncConnection, organisations: Sequence[UUID], *, after: Transition
) -> None:
    """Add targets in the place of the one that `after` closed, to a referral under lock."""
    asked = [replace(after, organisation=each, state=State.SENT, code="") for each in organisations]
    await connection.execute(
        insert(referral_target),
        [
            {
                "referral": step.referral,
                "organisation": step.organisation,
                "state": step.state,
                "changed_at": step.happened_at,
                "instead_of": after.organisation,
            }
            for step in asked
        ],
    )
    await _append(connection, asked)


async def take_in(connection: AsyncConnection, step: Transition, *, sequence: int) -> None:
    """Add an organisation that took the person without having been asked, to one under lock."""
    await connection.execute(
        insert(referral_target).values(
            referral=step.referral,
            organisation=step.organisation,
            state=step.state,
            changed_at=step.happened_at,
        )
    )
    await advance(connection, step, sequence=sequence)


async def number(connection: AsyncConnection, referral_id: UUID, *, sequence: int) -> None:
    """Note the number of the last fact of a referral that the caller has locked."""
    await connection.execute(
        update(referral).where(referral.c.id == referral_id).values(sequence=sequence)
    )


async def add_agreement(
    connection: AsyncConnection, fact: AgreementRecorded, *, recorded_at: datetime
) -> None:
    await connection.execute(
        insert(agreement).values(
            id=fact.agreement,
            person=fact.person,
            organisation=fact.organisation,
            scope=fact.scope,
            channel=fact.channel,
            text_version=fact.text_version,
            taken_on=fact.taken_on,
            recorded_at=recorded_at,
        )
    )


async def shares(
    connection: AsyncConnection, *, organisation: UUID, person_id: UUID
) -> Sequence[Share]:
    """The referrals of a person to an organisation, the latest first."""
    rows = await connection.execute(
        select(referral.c.id, referral.c.agreement, referral_target.c.state)
        .join(referral_target, referral_target.c.referral == referral.c.id)
        .where(referral.c.person == person_id, referral_target.c.organisation == organisation)
        .order_by(referral.c.sent_at.desc(), referral.c.id.desc())
    )
    return [Share(referral=row.id, agreement=row.agreement, state=State(row.state)) for row in rows]


async def agreement_of_scope(
    connection: AsyncConnection, *, person_id: UUID, scope: str
) -> UUID | None:
    """The latest agreement of a person with this scope."""
    found = await connection.execute(
        select(agreement.c.id)
        .where(agreement.c.person == person_id, agreement.c.scope == scope)
        .order_by(agreement.c.taken_on.desc(), agreement.c.id.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def _targets(connection: AsyncConnection, referral_id: UUID) -> tuple[Target, ...]:
    rows = await connection.execute(
        select(
            referral_target.c.organisation, referral_target.c.state, referral_target.c.changed_at
        ).where(referral_target.c.referral == referral_id)
    )
    return tuple(
        Target(organisation=row.organisation, state=State(row.state), changed_at=row.changed_at)
        for row in rows
    )


async def _append(connection: AsyncConnection, steps: Sequence[Transition]) -> None:
    await connection.execute(
        insert(referral_transition),
        [
            {
                "referral": step.referral,
                "organisation": step.organisation,
                "state": step.state,
                "happened_at": step.happened_at,
                "learnt_at": step.learnt_at,
                "code": step.code,
                "message": step.message,
                "who": step.who,
            }
            for step in steps
        ],
    )


def _sent_row(fact: ReferralSent, target: UUID, departure: Departure) -> Transition:
    return Transition(
        referral=fact.referral,
        organisation=target,
        state=State.SENT,
        happened_at=departure.sent_at,
        learnt_at=departure.learnt_at,
        code="",
        message=None,
        who=departure.who,
    )

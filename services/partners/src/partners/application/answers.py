"""The one final answer of a submission: its owner's verdict, or the door's own refusal."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from partners.domain.organisation import Organisation
from partners.domain.refusals import SubmissionRefused, UnknownPerson
from partners.domain.submission import (
    Door,
    PartnerAnswer,
    Submission,
    TurnedAway,
    accepted,
    refused,
)
from partners.storage import bookings, organisations, referrals, submissions


class VerdictOfNothing(Exception):
    """No submission of that organisation bears the id: intake commits its row before it speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yes:
    """The owner accepted: `subject` is what it opened or changed."""

    subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class No:
    """The owner refused."""

    reason: str
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an owner decided on the intent of a submission."""

    submission: UUID
    organisation: UUID
    intent: str
    decision: Yes | No
    correlation: UUID | None = None
    person: UUID | None = None
    """Whom it turned out to be about, named as inside."""
    command: UUID | None = None
    """The message of ours that it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAway:
    """A record that cannot be taken in, with what could be read of it."""

    refusal: SubmissionRefused
    organisation: Organisation
    new_id: UUID
    offset: int
    event_id: str | None = None
    type: str | None = None
    partner_reference: str | None = None


async def take_verdict(
    tx: Transaction, verdict: Verdict, *, kafka_doors: AbstractSet[str]
) -> Submission:
    """The submission with its final answer, told to the partner.

    Raises:
        VerdictOfNothing: the verdict names no submission that was put before an owner.
        AnsweredTwice: the submission had its answer.
    """
    before = await submissions.by_id(tx.connection, verdict.submission, lock=True)
    if before is None or before.organisation != verdict.organisation:
        raise VerdictOfNothing
    if before.type != verdict.intent or before.forwarded_at is None:
        raise VerdictOfNothing
    after = _decided(before, verdict, now=tx.now)
    await submissions.answer(tx.connection, after)
    person = verdict.person or await _person_about(tx, after.about)
    if person is not None:
        await submissions.concern(tx.connection, after.id, verdict.command, person=person)
    await _tell(tx, after, by_intake=False, kafka_doors=kafka_doors, person=person)
    return after


async def _person_about(tx: Transaction, about: UUID | None) -> UUID | None:
    """A refusal names nobody; what it was about may be a referral or a booking told of before."""
    if about is None:
        return None
    if referral := await referrals.by_id(tx.connection, about):
        return referral.person
    booking = await bookings.by_id(tx.connection, about)
    return booking.person if booking else None


def _decided(before: Submission, verdict: Verdict, *, now: datetime) -> Submission:
    correlation = verdict.correlation
    match verdict.decision:
        case Yes() as yes:
            return accepted(before, subject=yes.subject, correlation=correlation, now=now)
        case No() as no:
            return refused(
                before, reason=no.reason, detail=no.detail, correlation=correlation, now=now
            )


async def turn_away(
    tx: Transaction, command: TurnAway, *, kafka_doors: AbstractSet[str]
) -> Submission:
    """Keep and tell that a record was not taken in; it uses up no identity."""
    received = Submission(
        id=command.new_id,
        organisation=command.organisation.id,
        door=Door.KAFKA,
        type=command.type,
        event_id=command.event_id,
        content_hash=None,
        partner_reference=command.partner_reference,
        happened_at=None,
        received_at=tx.now,
        offset=command.offset,
    )
    after = refused(
        received, reason=command.refusal.code, detail=command.refusal.detail, now=tx.now
    )
    await submissions.add_turned_away(tx.connection, after)
    await _turned_away(tx, after, kafka_doors)
    return after


async def refuse_overdue(
    tx: Transaction, *, kafka_doors: AbstractSet[str], size: int = 200
) -> list[Door]:
    """Refuse those whose person did not become known in time; by which doors they came."""
    overdue = await submissions.overdue(tx.connection, now=tx.now, size=size)
    for waiting in overdue:
        refusal = UnknownPerson()
        after = refused(waiting.submission, reason=refusal.code, detail=refusal.detail, now=tx.now)
        await submissions.answer(tx.connection, after)
        await _turned_away(tx, after, kafka_doors)
    return [waiting.submission.door for waiting in overdue]


async def _turned_away(
    tx: Transaction, submission: Submission, kafka_doors: AbstractSet[str]
) -> None:
    tx.emit(TurnedAway(submission=submission), key=submission.id, sequence=1, happened_at=tx.now)
    await _tell(tx, submission, by_intake=True, kafka_doors=kafka_doors)


async def _tell(
    tx: Transaction,
    submission: Submission,
    *,
    by_intake: bool,
    kafka_doors: AbstractSet[str],
    person: UUID | None = None,
) -> None:
    """Answer on the organisation's own topic, where it has one."""
    organisation = await organisations.by_id(tx.connection, submission.organisation)
    if organisation is None or organisation.slug not in kafka_doors:
        return
    tx.emit(
        PartnerAnswer(slug=organisation.slug, submission=submission, by_intake=by_intake),
        key=submission.id,
        sequence=None,
        happened_at=tx.now,
        correlation=submission.correlation,
        data_subject=person,
        extensions={"organisation": str(organisation.id), "submission": str(submission.id)},
    )

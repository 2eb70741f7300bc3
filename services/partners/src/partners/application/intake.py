"""Intake: what a partner sends becomes a submission, and a command for the owner who decides."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Transaction
from partners.domain.organisation import Organisation, State
from partners.domain.refusals import (
    CredentialRevoked,
    OrganisationNotActive,
    SubmissionRefused,
    TimeOutOfRange,
)
from partners.domain.rights import Scope, check_type_allowed
from partners.domain.submission import (
    Command,
    Door,
    Intent,
    Submission,
    check_correlation,
    check_same_content,
    check_time,
)
from partners.storage import organisations, outward_ids, submissions
from partners.storage.submissions import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who sends, established by the door: never by what is sent."""

    organisation: Organisation
    door: Door
    history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """An intent of good form; `new_id` will name the submission unless it was sent before."""

    intent: Intent
    new_id: UUID


async def sender_by_credential(
    connection: AsyncConnection, credential: UUID, *, scopes: AbstractSet[str]
) -> Sender:
    """The sender, by the database and not by the token, which may be five minutes old.

    `scopes` are those of the token, which its bearer may have asked to be narrower.

    Raises:
        CredentialRevoked: revoked, or gone.
        OrganisationNotActive: its organisation may not submit.
    """
    found = await organisations.by_credential(connection, credential)
    if found is None or found.revoked:
        raise CredentialRevoked
    return Sender(
        organisation=_active(found.organisation),
        door=Door.HTTP,
        history=Scope.HISTORY in found.scopes & scopes,
    )


async def sender_by_topic(connection: AsyncConnection, slug: str) -> Sender:
    """The sender whose own topic this is.

    Raises:
        OrganisationNotActive: unknown here, or it may not submit.
    """
    organisation = await organisations.by_slug(connection, slug)
    return Sender(organisation=_active(organisation), door=Door.KAFKA)


async def submit(tx: Transaction, command: Submit, *, sender: Sender, wait: timedelta) -> UUID:
    """The submission's id: of this one, or of the one that was the same.

    Raises:
        TypeNotAllowed, CorrelationNotYours, IdReused, TimeOutOfRange: nothing was taken in.
    """
    intent, organisation = command.intent, sender.organisation
    check_type_allowed(organisation.rights, intent.type)
    check_correlation(intent)
    try:
        check_time(intent.happened_at, now=tx.now, history=sender.history)
    except TimeOutOfRange:
        # What was taken in once gets its answer again, however late it is repeated.
        kept = await submissions.find_identity(tx.connection, organisation.id, intent.identity)
        if kept is None:
            raise
    else:
        kept = await _take_in(tx, command, sender, until=tx.now + wait)
    if kept is None:
        return command.new_id
    check_same_content(kept.content_hash, intent.content_hash)
    return kept.id


async def submit_batch(
    tx: Transaction, commands: Sequence[Submit], *, sender: Sender, wait: timedelta
) -> Mapping[UUID, UUID | SubmissionRefused]:
    """The submission or the refusal of each, by its `new_id`.

    One transaction for all. The batches by HTTP take their locks in one order (the ids of persons,
    then the identities), so that two which share events do not deadlock. The Kafka door does not:
    it takes its records one by one, in their order, up to a batch of them in a transaction. When
    the two meet crosswise PostgreSQL undoes one of them: the Kafka door tries its batch again, the
    sender by HTTP is answered 503 and sends again, which has no second effect.
    """
    await _hold_unknown_persons(tx, commands, sender.organisation.id)
    answers: dict[UUID, UUID | SubmissionRefused] = {}
    for command in sorted(commands, key=lambda each: each.intent.identity):
        try:
            answers[command.new_id] = await submit(tx, command, sender=sender, wait=wait)
        except SubmissionRefused as refusal:
            answers[command.new_id] = refusal
    return answers


async def go_on(tx: Transaction, waited: Waiting, *, person: UUID) -> None:
    """The person is known: what waited goes before its owner."""
    await submissions.forward(tx.connection, waited.submission.id, person=person, now=tx.now)
    _forward(tx, waited.submission, waited.data, person=person)


async def _take_in(
    tx: Transaction, command: Submit, sender: Sender, *, until: datetime
) -> submissions.Kept | None:
    """Keep it and put it before its owner, or let it wait; what bore its identity before, if so."""
    intent, organisation = command.intent, sender.organisation
    person = None
    if intent.person is not None:
        person = await _person(tx, intent.person, organisation.id)
    wait = None
    if intent.person is not None and person is None:
        wait = submissions.Wait(intent.person, until, intent.data)
    new = _received(command, sender, now=tx.now, waits=wait is not None)
    kept = await submissions.claim(
        tx.connection, new, identity=intent.identity, person=person, wait=wait
    )
    if kept is None and wait is None:
        _forward(tx, new, intent.data, person=person)
    return kept


def _forward(
    tx: Transaction, submission: Submission, data: Mapping[str, Any], *, person: UUID | None
) -> None:
    """The command for the owner: organisation stamped by us, the person named as inside."""
    extensions = {
        "organisation": str(submission.organisation),
        "submission": str(submission.id),
    }
    if submission.history:
        extensions["history"] = "true"
    tx.emit(
        Command(
            type=str(submission.type),
            data=dict(data) if person is None else {**data, "person": str(person)},
        ),
        key=submission.about or submission.id,
        sequence=None,
        happened_at=submission.happened_at or submission.received_at,
        data_subject=person,
        extensions=extensions,
    )


async def _person(tx: Transaction, outward: UUID, organisation: UUID) -> UUID | None:
    person = await outward_ids.person_of(tx.connection, outward, organisation=organisation)
    if person is None:
        # Whoever brings the id holds the same lock: under it, either the id is there now, or its
        # bringer will see that we wait.
        await outward_ids.lock(tx.connection, [outward])
        person = await outward_ids.person_of(tx.connection, outward, organisation=organisation)
    return person


async def _hold_unknown_persons(
    tx: Transaction, commands: Sequence[Submit], organisation: UUID
) -> None:
    cited = {each.intent.person for each in commands if each.intent.person is not None}
    known = await outward_ids.known(tx.connection, sorted(cited), organisation=organisation)
    await outward_ids.lock(tx.connection, sorted(cited - known))


def _received(command: Submit, sender: Sender, *, now: datetime, waits: bool) -> Submission:
    intent = command.intent
    return Submission(
        id=command.new_id,
        organisation=sender.organisation.id,
        door=sender.door,
        type=intent.type,
        event_id=intent.event_id,
        content_hash=intent.content_hash,
        partner_reference=intent.partner_reference,
        happened_at=intent.happened_at,
        received_at=now,
        history=sender.history,
        about=intent.about,
        forwarded_at=None if waits else now,
    )


def _active(organisation: Organisation | None) -> Organisation:
    if organisation is None:
        raise OrganisationNotActive("unknown")
    if organisation.state is not State.ACTIVE:
        raise OrganisationNotActive(organisation.state)
    return organisation

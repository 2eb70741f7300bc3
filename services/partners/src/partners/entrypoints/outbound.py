"""From what partners decides to the messages that the contracts promise."""

import functools
from dataclasses import asdict

from chassis.database import Wire
from contracts import catalogue
from contracts.events import partners as messages
from contracts.message import Message
from contracts.topics import INTAKE, partner_out
from contracts.verdicts import IntentAccepted, IntentRefused
from partners.domain.organisation import (
    OrganisationActivated,
    OrganisationChanged,
    OrganisationRegistered,
    OrganisationReinstated,
    OrganisationSuspended,
)
from partners.domain.outgoing import OutgoingFact
from partners.domain.submission import (
    Command,
    PartnerAnswer,
    Submission,
    SubmissionState,
    TurnedAway,
)


@functools.singledispatch
def wire(fact: object) -> Wire:
    """The message for a fact of the domain.

    Raises:
        TypeError: no message is declared for facts of this class.
    """
    raise TypeError(f"partners has no message for {type(fact).__name__}")


@wire.register
def _(fact: OrganisationRegistered) -> Wire:
    return _wire(messages.OrganisationRegistered.model_validate(asdict(fact)))


@wire.register
def _(fact: OrganisationChanged) -> Wire:
    return _wire(messages.OrganisationChanged.model_validate(asdict(fact)))


@wire.register
def _(fact: OrganisationActivated) -> Wire:
    return _wire(messages.OrganisationActivated.model_validate(asdict(fact)))


@wire.register
def _(fact: OrganisationSuspended) -> Wire:
    return _wire(messages.OrganisationSuspended.model_validate(asdict(fact)))


@wire.register
def _(fact: OrganisationReinstated) -> Wire:
    return _wire(messages.OrganisationReinstated.model_validate(asdict(fact)))


@wire.register
def _(fact: TurnedAway) -> Wire:
    """For the platform's own eyes: without the words of the partner."""
    return _wire(_turned_away(fact.submission, echo=False))


@wire.register
def _(fact: Command) -> Wire:
    schema = catalogue.intent(fact.type).dataschema()
    return Wire(topic=INTAKE, type=fact.type, data=dict(fact.data), dataschema=schema)


@wire.register
def _(fact: PartnerAnswer) -> Wire:
    submission = fact.submission
    message = _turned_away(submission, echo=True) if fact.by_intake else _verdict(submission)
    return _wire(message, topic=partner_out(fact.slug), outward=True)


@wire.register
def _(fact: OutgoingFact) -> Wire:
    message = catalogue.message(fact.type).model_validate(fact.data)
    return _wire(message, topic=partner_out(fact.slug))


def _verdict(submission: Submission) -> Message:
    """The owner's answer, with the partner's own words for it; pydantic refuses what lacks."""
    answer = {
        "submission": submission.id,
        "intent": submission.type,
        "event_id": submission.event_id,
        "partner_reference": submission.partner_reference,
    }
    if submission.state is SubmissionState.ACCEPTED:
        return IntentAccepted.model_validate(answer | {"subject": submission.subject})
    return IntentRefused.model_validate(
        answer | {"reason": submission.reason, "detail": submission.detail}
    )


def _turned_away(submission: Submission, *, echo: bool) -> messages.SubmissionRefused:
    return messages.SubmissionRefused.model_validate(
        {
            "submission": submission.id,
            "organisation": submission.organisation,
            "reason": submission.reason,
            "detail": submission.detail,
            "door": submission.door,
            "offset": submission.offset,
            "event_id": submission.event_id if echo else None,
            "partner_reference": submission.partner_reference if echo else None,
        }
    )


def _wire(message: Message, *, topic: str | None = None, outward: bool = False) -> Wire:
    return Wire(
        topic=topic or message.topic,
        type=message.type,
        data=message.to_data(),
        dataschema=message.dataschema(),
        outward=outward,
    )

"""What became so, in the words of the contract."""

from dataclasses import asdict
from functools import singledispatch

from chassis.database import Wire
from contracts.events import referrals as facts
from contracts.message import Message
from contracts.topics import REFERRALS
from contracts.verdicts import IntentAccepted, IntentRefused, Verdict
from referrals.domain import events


def wire(fact: object) -> Wire:
    """Translate a fact of the domain into the message that carries it.

    Raises:
        TypeError: no message carries it.
    """
    message = to_message(fact)
    topic = REFERRALS if isinstance(message, Verdict) else message.topic
    return Wire(
        topic=topic, type=message.type, data=message.to_data(), dataschema=message.dataschema()
    )


@singledispatch
def to_message(fact: object) -> Message:
    """The message of one kind of fact, checked against its contract."""
    raise TypeError(f"no message carries {type(fact).__name__}")


@to_message.register
def _(fact: events.PersonRegistered) -> Message:
    return facts.PersonRegistered.model_validate(
        {
            "person": fact.person,
            "registered_by": fact.registered_by,
            "commune": fact.commune,
            "birth_band": fact.birth_band,
        }
    )


@to_message.register
def _(fact: events.OutwardIdAssigned) -> Message:
    return facts.OutwardIdAssigned(
        outward=fact.outward, organisation=fact.organisation, person=fact.person
    )


@to_message.register
def _(fact: events.AgreementRecorded) -> Message:
    return facts.AgreementRecorded.model_validate(
        {
            "agreement": fact.agreement,
            "person": fact.person,
            "organisation": fact.organisation,
            "scope": fact.scope,
            "channel": fact.channel,
            "text_version": fact.text_version,
            "taken_on": fact.taken_on,
        }
    )


@to_message.register
def _(fact: events.ReferralSent) -> Message:
    return facts.ReferralSent.model_validate(
        {
            "referral": fact.referral,
            "sender": fact.sender,
            "person": fact.person,
            "targets": list(fact.targets),
            "need": fact.need,
            "urgency": fact.urgency,
            "due_on": fact.due_on,
            "level": fact.level,
            "commune": fact.commune,
            "birth_band": fact.birth_band,
            "agreement": fact.agreement,
        }
    )


@to_message.register
def _(fact: events.ReferralAccepted) -> Message:
    return facts.ReferralAccepted(referral=fact.referral, organisation=fact.organisation)


@to_message.register
def _(fact: events.ReferralRefused) -> Message:
    return facts.ReferralRefused.model_validate(
        {"referral": fact.referral, "organisation": fact.organisation, "reason": fact.reason}
    )


@to_message.register
def _(fact: events.ReferralCompleted) -> Message:
    return facts.ReferralCompleted.model_validate(
        {"referral": fact.referral, "organisation": fact.organisation, "outcome": fact.outcome}
    )


@to_message.register
def _(fact: events.ReferralRedirected) -> Message:
    return facts.ReferralRedirected.model_validate(
        {
            "referral": fact.referral,
            "from_organisation": fact.from_organisation,
            "targets": list(fact.targets),
            "reason": fact.reason,
        }
    )


@to_message.register
def _(fact: events.AppointmentSet) -> Message:
    return facts.ReferralAppointmentSet(
        referral=fact.referral,
        organisation=fact.organisation,
        booking=fact.booking,
        session=fact.session,
        place=fact.place,
        starts_at=fact.starts_at,
    )


@to_message.register
def _(fact: events.ReferralAttended) -> Message:
    return facts.ReferralAttended.model_validate(asdict(fact))


@to_message.register
def _(fact: events.ReferralMissed) -> Message:
    return facts.ReferralMissed.model_validate(asdict(fact))


@to_message.register
def _(fact: events.SubmissionAccepted) -> Message:
    return IntentAccepted(submission=fact.submission, intent=fact.intent, subject=fact.subject)


@to_message.register
def _(fact: events.SubmissionRefused) -> Message:
    return IntentRefused(
        submission=fact.submission, intent=fact.intent, reason=fact.reason, detail=fact.detail
    )

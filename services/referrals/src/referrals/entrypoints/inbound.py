"""What referrals reads of others: partners' intents, the directory, and scheduling's seats."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging import Handler, Poison, Refused, Subscription, Waiting
from contracts.nir import contains_nir
from contracts.topics import DIRECTORY, INTAKE, SCHEDULING
from referrals.application.acts import Act, Done, RefusedError
from referrals.application.answering import AnswerReferral, answer_referral
from referrals.application.directory import (
    hear_of_name,
    hear_of_organisation,
    hear_of_standing,
)
from referrals.application.redirecting import RedirectReferral, redirect_referral
from referrals.application.sending import Nameless, SendReferral, send_referral
from referrals.application.verdicts import Submission, accept_submission, refuse_submission
from referrals.domain.referrals import Step
from referrals.domain.refusals import (
    Refusal,
    UnknownOrganisation,
    UnknownPerson,
    UnknownReferral,
)
from referrals.domain.sending import AgreementTaken, Standing
from referrals.entrypoints import scheduling
from referrals.entrypoints.reading import Reader, read
from referrals.entrypoints.wording import NIR_REFUSED, sentence, sentence_of
from referrals.metrics import Metrics


class Anonymous(Reader):
    commune: str
    birth_band: str


class Agreement(Reader):
    taken_on: date
    channel: str
    text_version: str
    scope: str


class Sent(Reader):
    person: UUID | None = None
    anonymous: Anonymous | None = None
    need: str
    urgency: str
    due_on: date | None = None
    level: str | None = None
    targets: tuple[UUID, ...]
    agreement: Agreement | None = None
    partner_reference: str | None = None


class Accepted(Reader):
    referral: UUID
    message: str | None = None


class Declined(Reader):
    referral: UUID
    reason: str
    message: str | None = None


class Completed(Reader):
    referral: UUID
    outcome: str
    message: str | None = None


class Redirected(Reader):
    referral: UUID
    from_organisation: UUID
    targets: tuple[UUID, ...]
    reason: str | None = None


class Described(Reader):
    organisation: UUID
    name: str


class Named(Reader):
    organisation: UUID


SENT: Final = "maillage.intent.referral.sent.v1"
ACCEPTED: Final = "maillage.intent.referral.accepted.v1"
REFUSED: Final = "maillage.intent.referral.refused.v1"
COMPLETED: Final = "maillage.intent.referral.completed.v1"
REDIRECTED: Final = "maillage.intent.referral.redirected.v1"
REGISTERED: Final = "maillage.organisation.registered.v1"
CHANGED: Final = "maillage.organisation.changed.v1"
ACTIVATED: Final = "maillage.organisation.activated.v1"
SUSPENDED: Final = "maillage.organisation.suspended.v1"
REINSTATED: Final = "maillage.organisation.reinstated.v1"

READS: Final[Mapping[str, type[BaseModel]]] = {
    SENT: Sent,
    ACCEPTED: Accepted,
    REFUSED: Declined,
    COMPLETED: Completed,
    REDIRECTED: Redirected,
    REGISTERED: Described,
    CHANGED: Described,
    ACTIVATED: Named,
    SUSPENDED: Named,
    REINSTATED: Named,
    **scheduling.READS,
}
"""Which reader takes which message; what a consumer needs is all it may come to depend on."""


def subscriptions(metrics: Metrics) -> tuple[Subscription, ...]:
    """Everything this service reads."""
    intents: Mapping[str, Callable[[Transaction, Event], Awaitable[Done]]] = {
        SENT: _sent,
        ACCEPTED: _accepted,
        REFUSED: _declined,
        COMPLETED: _completed,
        REDIRECTED: _redirected,
    }
    return (
        Subscription(
            name="referrals.intake",
            topics=(INTAKE,),
            handlers={type_: _decides(act, metrics) for type_, act in intents.items()},
            refuse=_refuses(metrics),
        ),
        Subscription(
            name="referrals.directory",
            topics=(DIRECTORY,),
            handlers={
                REGISTERED: _registered,
                CHANGED: _changed,
                ACTIVATED: _stands(Standing.ACTIVE),
                SUSPENDED: _stands(Standing.SUSPENDED),
                REINSTATED: _stands(Standing.ACTIVE),
                **scheduling.PLACES,
            },
        ),
        Subscription(name="referrals.scheduling", topics=(SCHEDULING,), handlers=scheduling.SEATS),
    )


def _decides(act: Callable[[Transaction, Event], Awaitable[Done]], metrics: Metrics) -> Handler:
    async def handle(tx: Transaction, event: Event) -> None:
        submission = _submission(event)
        try:
            done = await act(tx, event)
        except RefusedError as error:
            raise _outcome(error.refusal) from error
        accept_submission(tx, submission, done)
        metrics.decisions_total.labels("intake", "accepted").inc()

    return handle


def _refuses(metrics: Metrics) -> Callable[[Transaction, Event, Refused], Awaitable[None]]:
    async def refuse(tx: Transaction, event: Event, refused: Refused) -> None:
        detail = refused.detail or sentence_of(refused.code)
        await refuse_submission(tx, _submission(event), reason=refused.code, detail=detail)
        metrics.decisions_total.labels("intake", refused.code).inc()

    return refuse


def _outcome(refusal: Refusal) -> Waiting | Refused:
    """What is not known yet is waited for: a partner's first two calls race (messages.md §2.6)."""
    match refusal:
        case UnknownReferral(referral):
            return Waiting(f"referral:{referral}")
        case UnknownOrganisation(organisation):
            return Waiting(f"organisation:{organisation}")
        case UnknownPerson(person):
            return Waiting(f"person:{person}")
        case _:
            return Refused(refusal.code, sentence(refusal))


async def _sent(tx: Transaction, event: Event) -> Done:
    said = read(Sent, event)
    if said.anonymous is not None:
        person: UUID | Nameless = Nameless(
            commune=said.anonymous.commune, birth_band=said.anonymous.birth_band
        )
    elif said.person is not None:
        person = said.person
    else:
        raise Poison("nobody-sent", "neither person nor anonymous")
    command = SendReferral(
        act=_act(event),
        person=person,
        need=said.need,
        urgency=said.urgency,
        due_on=said.due_on,
        level=said.level,
        targets=said.targets,
        agreement=_agreement(said.agreement),
        partner_reference=said.partner_reference,
    )
    return await send_referral(tx, command)


async def _accepted(tx: Transaction, event: Event) -> Done:
    said = read(Accepted, event)
    return await _answer(tx, event, said.referral, Step.ACCEPT, message=said.message)


async def _declined(tx: Transaction, event: Event) -> Done:
    said = read(Declined, event)
    return await _answer(tx, event, said.referral, Step.REFUSE, said.reason, message=said.message)


async def _completed(tx: Transaction, event: Event) -> Done:
    said = read(Completed, event)
    return await _answer(
        tx, event, said.referral, Step.COMPLETE, said.outcome, message=said.message
    )


async def _redirected(tx: Transaction, event: Event) -> Done:
    said = read(Redirected, event)
    command = RedirectReferral(
        act=_act(event),
        referral=said.referral,
        from_organisation=said.from_organisation,
        targets=said.targets,
        reason=said.reason,
    )
    return await redirect_referral(tx, command)


async def _answer(
    tx: Transaction,
    event: Event,
    referral: UUID,
    step: Step,
    code: str = "",
    *,
    message: str | None,
) -> Done:
    if message is not None and contains_nir(message, free_text=True):
        # Intake has looked already; the vault's own service does not rely on it.
        raise Refused(NIR_REFUSED, sentence_of(NIR_REFUSED))
    command = AnswerReferral(
        act=_act(event), referral=referral, step=step, code=code, message=message
    )
    return await answer_referral(tx, command)


async def _registered(tx: Transaction, event: Event) -> None:
    said = read(Described, event)
    await hear_of_organisation(tx, organisation=said.organisation, name=said.name)


async def _changed(tx: Transaction, event: Event) -> None:
    said = read(Described, event)
    await hear_of_name(tx, organisation=said.organisation, name=said.name)


def _stands(standing: Standing) -> Handler:
    async def handle(tx: Transaction, event: Event) -> None:
        said = read(Named, event)
        await hear_of_standing(tx, organisation=said.organisation, standing=standing)

    return handle


def _agreement(said: Agreement | None) -> AgreementTaken | None:
    if said is None:
        return None
    return AgreementTaken(
        taken_on=said.taken_on,
        channel=said.channel,
        text_version=said.text_version,
        scope=said.scope,
    )


def _act(event: Event) -> Act:
    submission = _submission(event)
    return Act(
        id=submission.id,
        organisation=submission.organisation,
        who=event.source,
        at=event.time,
        received_at=event.recordedtime,
        history=event.extensions.get("history") == "true",
        submitted=True,
    )


def _submission(event: Event) -> Submission:
    """Who says it, as intake stamped it; a partner cannot write these.

    Raises:
        Poison: intake did not stamp it.
    """
    stamps = event.extensions
    try:
        number, organisation = UUID(stamps["submission"]), UUID(stamps["organisation"])
    except (KeyError, ValueError):
        raise Poison("no-stamp", "submission and organisation are not stamped") from None
    return Submission(id=number, organisation=organisation, intent=event.type)

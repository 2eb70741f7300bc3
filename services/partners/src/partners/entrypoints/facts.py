"""The facts of referrals that partners' doors tell on: what of them is read, and goes out.

A field that is not named here does not go out, however the fact may grow.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from chassis.events import Event
from partners.application.telling import (
    Answered,
    Redirected,
    Sent,
    tell_redirected,
    tell_sender,
    tell_targets,
)
from partners.domain.outgoing import Asked, Referral
from partners.entrypoints.reading import Reader, read, read_uuid
from partners.entrypoints.telling import Tell


class ReferralSent(Reader):
    referral: UUID
    sender: UUID
    person: UUID
    targets: tuple[UUID, ...]
    need: str
    urgency: str
    due_on: date | None = None
    level: str | None = None
    commune: str | None = None
    birth_band: str | None = None
    agreement: UUID | None = None


class ReferralAnswered(Reader):
    referral: UUID
    organisation: UUID


class ReferralRefused(ReferralAnswered):
    reason: str


class ReferralCompleted(ReferralAnswered):
    outcome: str


class AppointmentSet(ReferralAnswered):
    booking: UUID
    session: UUID
    place: UUID
    starts_at: datetime


class Presence(ReferralAnswered):
    booking: UUID
    session: UUID
    starts_at: datetime
    status: str


class ReferralRedirected(Reader):
    referral: UUID
    from_organisation: UUID
    targets: tuple[UUID, ...]
    reason: str | None = None


SENT: Final = "maillage.referral.sent.v1"
REDIRECTED: Final = "maillage.referral.redirected.v1"
ANSWERS: Final[Mapping[str, type[ReferralAnswered]]] = {
    "maillage.referral.accepted.v1": ReferralAnswered,
    "maillage.referral.refused.v1": ReferralRefused,
    "maillage.referral.completed.v1": ReferralCompleted,
    "maillage.referral.appointment-set.v1": AppointmentSet,
    "maillage.referral.attended.v1": Presence,
    "maillage.referral.missed.v1": Presence,
}
READS: Final[Mapping[str, type[Reader]]] = {
    SENT: ReferralSent,
    REDIRECTED: ReferralRedirected,
    **ANSWERS,
}


def of_referrals(*, kafka_doors: AbstractSet[str]) -> Mapping[str, Tell]:
    """How each fact of referrals is told: how many organisations heard it."""

    async def sent(tx: Transaction, event: Event) -> int:
        return await tell_targets(tx, _sent(event), kafka_doors=kafka_doors)

    async def answered(tx: Transaction, event: Event) -> int:
        return await tell_sender(tx, _answered(event), kafka_doors=kafka_doors)

    async def redirected(tx: Transaction, event: Event) -> int:
        return await tell_redirected(tx, _redirected(event), kafka_doors=kafka_doors)

    return {SENT: sent, REDIRECTED: redirected, **dict.fromkeys(ANSWERS, answered)}


def _sent(event: Event) -> Sent:
    said = read(ReferralSent, event)
    submission = event.extensions.get("submission")
    return Sent(
        type=event.type,
        referral=Referral(
            id=said.referral,
            sender=said.sender,
            targets=said.targets,
            person=said.person,
            correlation=read_uuid(event, "correlationid", event.correlationid),
            submission=read_uuid(event, "submission", submission) if submission else None,
        ),
        asked=Asked(
            need=said.need,
            urgency=said.urgency,
            due_on=said.due_on,
            level=said.level,
            commune=said.commune,
            birth_band=said.birth_band,
            agreement=said.agreement,
        ),
        happened_at=event.time,
    )


def _answered(event: Event) -> Answered:
    said = read(ANSWERS[event.type], event)
    return Answered(
        type=event.type,
        referral=said.referral,
        organisation=said.organisation,
        happened_at=event.time,
        code=said.model_dump(exclude={"referral", "organisation"}),
    )


def _redirected(event: Event) -> Redirected:
    said = read(ReferralRedirected, event)
    return Redirected(
        type=event.type,
        sent_type=SENT,
        referral=said.referral,
        from_organisation=said.from_organisation,
        targets=said.targets,
        reason=said.reason,
        happened_at=event.time,
    )

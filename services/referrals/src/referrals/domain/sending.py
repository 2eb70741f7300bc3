"""May this referral leave, and what becomes so when it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from referrals.domain.events import AgreementRecorded, ReferralSent
from referrals.domain.instants import day_in_france
from referrals.domain.refusals import (
    AgreementAhead,
    OrganisationNotActive,
    OwnOrganisation,
    Refusal,
    UnknownOrganisation,
)


class Standing(StrEnum):
    """How an organisation stands in the consortium's directory."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTaken:
    """Accord de partage as the sender took it: when, how, on which text, for what."""

    taken_on: date
    channel: str
    text_version: str
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Le besoin, in codes; `commune` (INSEE) and `birth_band` are the person's as of that day."""

    need: str
    urgency: str | None
    due_on: date | None
    level: str | None
    commune: str | None
    birth_band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    referral: UUID
    sender: UUID
    person: UUID
    need: Need
    targets: tuple[UUID, ...]
    agreement: AgreementTaken | None
    agreement_id: UUID


def decide_sending(
    sending: Sending, *, standings: Mapping[UUID, Standing], at: datetime
) -> list[AgreementRecorded | ReferralSent] | Refusal:
    """Decide a sending that happened at `at`, by the directory as this service knows it.

    Without agreement it leaves all the same: the receivers can prepare, and the name stays closed
    until an agreement is recorded (catalogue.md, `referral.sent`).
    """
    refusal = (
        _check_own(sending)
        or check_standing(sending.targets, standings)
        or _check_agreement(sending.agreement, at)
    )
    return refusal or [*_agreement(sending), _sent(sending)]


def _check_own(sending: Sending) -> Refusal | None:
    # A referral to one's own house would count as cooperation where there was none (dora #100).
    return OwnOrganisation() if sending.sender in sending.targets else None


def check_standing(targets: tuple[UUID, ...], standings: Mapping[UUID, Standing]) -> Refusal | None:
    """Say which target may not be asked now, if one may not."""
    for target in targets:
        if standings.get(target) is Standing.SUSPENDED:
            return OrganisationNotActive(target)
    for target in targets:
        # One that never was active is not yet in the consortium: its activation may be on its way.
        if standings.get(target) is not Standing.ACTIVE:
            return UnknownOrganisation(target)
    return None


def _check_agreement(agreement: AgreementTaken | None, at: datetime) -> Refusal | None:
    if agreement is not None and agreement.taken_on > day_in_france(at):
        return AgreementAhead()
    return None


def _agreement(sending: Sending) -> list[AgreementRecorded]:
    taken = sending.agreement
    if taken is None:
        return []
    return [
        AgreementRecorded(
            agreement=sending.agreement_id,
            person=sending.person,
            organisation=sending.sender,
            scope=taken.scope,
            channel=taken.channel,
            text_version=taken.text_version,
            taken_on=taken.taken_on,
        )
    ]


def _sent(sending: Sending) -> ReferralSent:
    return ReferralSent(
        referral=sending.referral,
        sender=sending.sender,
        person=sending.person,
        targets=sending.targets,
        need=sending.need.need,
        urgency=sending.need.urgency,
        due_on=sending.need.due_on,
        level=sending.need.level,
        commune=sending.need.commune,
        birth_band=sending.need.birth_band,
        agreement=None if sending.agreement is None else sending.agreement_id,
    )

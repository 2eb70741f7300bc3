"""What became so at referrals. Codes and opaque ids only: no name, no free text."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered:
    """Une personne accompagnée est connue, nommée au coffre ou anonyme."""

    person: UUID
    registered_by: UUID
    commune: str | None
    birth_band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutwardIdAssigned:
    """The one id under which `organisation` speaks of `person`; no other organisation has it."""

    outward: UUID
    organisation: UUID
    person: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRecorded:
    """Accord de partage: the person agrees that the receivers know who is sent to them."""

    agreement: UUID
    person: UUID
    organisation: UUID
    scope: str
    channel: str
    text_version: str
    taken_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSent:
    referral: UUID
    sender: UUID
    person: UUID
    targets: tuple[UUID, ...]
    need: str
    urgency: str | None
    due_on: date | None
    level: str | None
    commune: str | None
    birth_band: str | None
    agreement: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted:
    referral: UUID
    organisation: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRefused:
    referral: UUID
    organisation: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCompleted:
    referral: UUID
    organisation: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRedirected:
    """Others are asked in the place of `from_organisation` (réorientation)."""

    referral: UUID
    from_organisation: UUID
    targets: tuple[UUID, ...]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentSet:
    """The person has a seat in a session, at a place of `organisation` (rendez-vous)."""

    referral: UUID
    organisation: UUID
    booking: UUID
    session: UUID
    place: UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAttended:
    """The person came (venue); `status` is a code."""

    referral: UUID
    organisation: UUID
    booking: UUID
    session: UUID
    starts_at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralMissed:
    """The person did not come, excused or not (absence); `status` is a code."""

    referral: UUID
    organisation: UUID
    booking: UUID
    session: UUID
    starts_at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAccepted:
    """The verdict yes; `subject` is the referral that was made or changed."""

    submission: UUID
    intent: str
    subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRefused:
    submission: UUID
    intent: str
    reason: str
    detail: str


Answered = ReferralAccepted | ReferralRefused | ReferralCompleted

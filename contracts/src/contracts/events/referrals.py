"""The facts of referrals. Free text never travels in a fact: messages stay at referrals."""

from typing import ClassVar

from contracts.codes import (
    AgreementScope,
    AttendanceStatus,
    BirthBand,
    Channel,
    Level,
    Need,
    Outcome,
    RedirectReason,
    RefusalReason,
    Urgency,
)
from contracts.fields import (
    Commune,
    Date,
    Epci,
    Id,
    Instant,
    PartnerReference,
    Targets,
    TextVersion,
)
from contracts.message import Message
from contracts.topics import OUTWARD_IDS, REFERRALS


class PersonRegistered(Message):
    """A person (bénéficiaire) is known; the name stays in the vault."""

    type: ClassVar[str] = "maillage.person.registered.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "person"
    about: ClassVar[str | None] = "person"

    person: Id
    registered_by: Id
    """The organisation through which the person became known."""
    commune: Commune | None = None
    birth_band: BirthBand | None = None


class AgreementRecorded(Message):
    """A person agreed that the name be shared (accord de partage)."""

    type: ClassVar[str] = "maillage.agreement.recorded.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "agreement"
    about: ClassVar[str | None] = "person"

    agreement: Id
    person: Id
    organisation: Id
    """The organisation that took the agreement."""
    scope: AgreementScope
    channel: Channel
    text_version: TextVersion
    taken_on: Date


class ReferralSent(Message):
    """A referral (orientation) is on its way to its targets.

    On a partner's own topic it names no other target than that partner, and the person as that
    partner knows them.
    """

    type: ClassVar[str] = "maillage.referral.sent.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"
    about: ClassVar[str | None] = "person"

    referral: Id
    sender: Id
    """The organisation that sends the person."""
    person: Id
    targets: Targets
    need: Need
    urgency: Urgency
    due_on: Date | None = None
    level: Level | None = None
    commune: Commune | None = None
    epci: Epci | None = None
    """Instead of a commune of under 200 inhabitants; on a partner's own topic only."""
    birth_band: BirthBand | None = None
    agreement: Id | None = None


class ReferralAccepted(Message):
    """One target takes the person (prise en charge)."""

    type: ClassVar[str] = "maillage.referral.accepted.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"

    referral: Id
    organisation: Id
    partner_reference: PartnerReference | None = None
    """The sender's own word for the case; on the sender's own topic only."""


class ReferralRefused(Message):
    """One target does not take the person (refus)."""

    type: ClassVar[str] = "maillage.referral.refused.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"

    referral: Id
    organisation: Id
    reason: RefusalReason
    partner_reference: PartnerReference | None = None
    """The sender's own word for the case; on the sender's own topic only."""


class ReferralCompleted(Message):
    """One target says what came of it (suite donnée)."""

    type: ClassVar[str] = "maillage.referral.completed.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"

    referral: Id
    organisation: Id
    outcome: Outcome
    partner_reference: PartnerReference | None = None
    """The sender's own word for the case; on the sender's own topic only."""


class ReferralRedirected(Message):
    """Others are asked in the place of one target, which is asked no longer (réorientation)."""

    type: ClassVar[str] = "maillage.referral.redirected.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"

    referral: Id
    from_organisation: Id
    targets: Targets | None = None
    """Absent on the own topic of `from_organisation`: no target is told who else was asked."""
    reason: RedirectReason | None = None
    partner_reference: PartnerReference | None = None
    """The sender's own word for the case; on the sender's own topic only."""


class ReferralAppointmentSet(Message):
    """The person has a seat in a session that follows the referral (rendez-vous)."""

    type: ClassVar[str] = "maillage.referral.appointment-set.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"

    referral: Id
    organisation: Id
    """The organisation of the place."""
    booking: Id
    session: Id
    place: Id
    starts_at: Instant
    partner_reference: PartnerReference | None = None
    """The sender's own word for the case; on the sender's own topic only."""


class _Presence(Message):
    """Whether the person came to the appointment."""

    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "referral"

    referral: Id
    organisation: Id
    """The organisation of the place."""
    booking: Id
    session: Id
    starts_at: Instant
    status: AttendanceStatus
    partner_reference: PartnerReference | None = None
    """The sender's own word for the case; on the sender's own topic only."""


class ReferralAttended(_Presence):
    """The person came (venue). A correction is told by `referral.missed` of the same booking."""

    type: ClassVar[str] = "maillage.referral.attended.v1"


class ReferralMissed(_Presence):
    """The person did not come, excused or not (absence). A correction is told the same way."""

    type: ClassVar[str] = "maillage.referral.missed.v1"


class OutwardIdAssigned(Message):
    """An organisation knows the person under this id; no two organisations share one."""

    type: ClassVar[str] = "maillage.outward-id.assigned.v1"
    topic: ClassVar[str] = OUTWARD_IDS
    key: ClassVar[str] = "outward"
    about: ClassVar[str | None] = "person"

    outward: Id
    organisation: Id
    person: Id

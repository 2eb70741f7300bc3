"""The intents that referrals decides."""

from typing import Any, ClassVar, Self

from pydantic import ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from contracts.codes import (
    AgreementScope,
    BirthBand,
    Channel,
    Level,
    Need,
    Outcome,
    RedirectReason,
    RefusalReason,
    Urgency,
)
from contracts.fields import Commune, Date, Id, Targets, TextVersion, TravellingText
from contracts.intents.intent import Intent
from contracts.message import Part


class AnonymousPerson(Part):
    """A person of whom no name was deposited."""

    commune: Commune
    """INSEE code of the commune where the person lives."""
    birth_band: BirthBand
    """Ten years of birth."""


class AgreementTaken(Part):
    """The person's agreement to share (accord de partage), as it was taken."""

    taken_on: Date
    channel: Channel
    text_version: TextVersion
    """Which wording the person was shown or read."""
    scope: AgreementScope


_EITHER_PERSON: dict[str, Any] = {
    "oneOf": [{"required": ["person"]}, {"required": ["anonymous"]}],
}


class ReferralSent(Intent):
    """A professional sends a person, who agrees, to one or several organisations (orientation)."""

    model_config = ConfigDict(json_schema_extra=_EITHER_PERSON)
    type: ClassVar[str] = "maillage.intent.referral.sent.v1"
    decided_by: ClassVar[str] = "referrals"
    about: ClassVar[str | None] = "person"

    person: Id | None = None
    """The id that `PUT /v1/persons/{reference}` answered to your organisation."""
    anonymous: AnonymousPerson | None = None
    """Instead of `person`, when no name was deposited."""
    need: Need
    level: Level | None = None
    urgency: Urgency = Urgency.ORDINARY
    due_on: Date | None = None
    """The day by which help is needed, when there is one."""
    targets: Targets
    """Ids of the organisations asked."""
    agreement: AgreementTaken | None = None
    """Without it the referral is sent all the same, but nobody can look the name up."""

    @model_validator(mode="after")
    def _one_person_either_way(self) -> Self:
        if (self.person is None) == (self.anonymous is None):
            raise PydanticCustomError("person-or-anonymous", "give either person or anonymous")
        return self


class ReferralAccepted(Intent):
    """A target takes the person (prise en charge)."""

    type: ClassVar[str] = "maillage.intent.referral.accepted.v1"
    decided_by: ClassVar[str] = "referrals"
    key: ClassVar[str] = "referral"

    referral: Id
    message: TravellingText | None = None
    """To the professional who sent the person; without names."""


class ReferralRefused(Intent):
    """A target does not take the person (refus)."""

    type: ClassVar[str] = "maillage.intent.referral.refused.v1"
    decided_by: ClassVar[str] = "referrals"
    key: ClassVar[str] = "referral"

    referral: Id
    reason: RefusalReason
    message: TravellingText | None = None
    """To the professional who sent the person; without names."""


class ReferralCompleted(Intent):
    """A target says what came of it (suite donnée)."""

    type: ClassVar[str] = "maillage.intent.referral.completed.v1"
    decided_by: ClassVar[str] = "referrals"
    key: ClassVar[str] = "referral"

    referral: Id
    outcome: Outcome
    message: TravellingText | None = None
    """To the professional who sent the person; without names."""


class ReferralRedirected(Intent):
    """Others are asked in the place of a target that has not taken the person (réorientation).

    Said by the sender, or by that target itself.
    """

    type: ClassVar[str] = "maillage.intent.referral.redirected.v1"
    decided_by: ClassVar[str] = "referrals"
    key: ClassVar[str] = "referral"

    referral: Id
    from_organisation: Id
    """The target that is asked no longer."""
    targets: Targets
    """Ids of the organisations asked instead; none may have been asked before."""
    reason: RedirectReason | None = None

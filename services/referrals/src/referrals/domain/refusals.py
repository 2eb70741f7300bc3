"""Every "no" that referrals can say, as data; the words for it are made at the edge.

Refusal
├── of any command     TimeOutOfRange
├── of a sending       OwnOrganisation · OrganisationNotActive · UnknownOrganisation
│                      UnknownPerson · UnknownCommune · AgreementAhead · NobodyNear
├── of an answer       UnknownReferral · NotAddressedToYou · NotATarget · AlreadyAnswered
│                      NotAccepted · AlreadyCompleted · AlreadyRedirected · BeforeSending
│                      BeforeAcceptance
├── of a redirection   those of a sending's targets · AlreadyRedirected · NotAsked · AlreadyAsked
│                      AlreadyTaken · BeforeAnswer
└── of a name          NoAgreement
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule said no. `code` is what a verdict, a problem or a page carries."""

    code: ClassVar[str]


@dataclass(frozen=True, slots=True)
class TimeOutOfRange(Refusal):
    """Too far back for a credential without the scope `history`, or ahead of now."""

    code: ClassVar[str] = "time-out-of-range"


@dataclass(frozen=True, slots=True)
class OwnOrganisation(Refusal):
    code: ClassVar[str] = "own-organisation"


@dataclass(frozen=True, slots=True)
class OrganisationNotActive(Refusal):
    code: ClassVar[str] = "organisation-not-active"
    organisation: UUID


@dataclass(frozen=True, slots=True)
class UnknownOrganisation(Refusal):
    code: ClassVar[str] = "unknown-organisation"
    organisation: UUID


@dataclass(frozen=True, slots=True)
class UnknownPerson(Refusal):
    """Nobody, or nobody whom this organisation may cite: the same words for both."""

    code: ClassVar[str] = "unknown-person"
    person: UUID


@dataclass(frozen=True, slots=True)
class UnknownCommune(Refusal):
    code: ClassVar[str] = "unknown-commune"
    given: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NobodyNear(Refusal):
    """The nearest were to be asked, and no free seat is known for this need and level."""

    code: ClassVar[str] = "nobody-near"


@dataclass(frozen=True, slots=True)
class AgreementAhead(Refusal):
    code: ClassVar[str] = "agreement-in-the-future"


@dataclass(frozen=True, slots=True)
class UnknownReferral(Refusal):
    code: ClassVar[str] = "unknown-referral"
    referral: UUID


@dataclass(frozen=True, slots=True)
class NotAddressedToYou(Refusal):
    """Neither sent by this organisation nor addressed to it; says no more than that."""

    code: ClassVar[str] = "not-addressed-to-you"


@dataclass(frozen=True, slots=True)
class NotATarget(Refusal):
    """The sender itself wants to answer what it sent."""

    code: ClassVar[str] = "not-a-target"


@dataclass(frozen=True, slots=True)
class AlreadyAnswered(Refusal):
    code: ClassVar[str] = "already-answered"


@dataclass(frozen=True, slots=True)
class NotAccepted(Refusal):
    code: ClassVar[str] = "not-accepted"


@dataclass(frozen=True, slots=True)
class AlreadyCompleted(Refusal):
    code: ClassVar[str] = "already-completed"


@dataclass(frozen=True, slots=True)
class BeforeSending(Refusal):
    code: ClassVar[str] = "before-sending"


@dataclass(frozen=True, slots=True)
class BeforeAcceptance(Refusal):
    code: ClassVar[str] = "before-acceptance"


@dataclass(frozen=True, slots=True)
class AlreadyRedirected(Refusal):
    """This target is asked no longer: others are, in its place."""

    code: ClassVar[str] = "already-redirected"


@dataclass(frozen=True, slots=True)
class NotAsked(Refusal):
    """The sender names an organisation in whose place others should be asked, and it never was."""

    code: ClassVar[str] = "not-asked"


@dataclass(frozen=True, slots=True)
class AlreadyAsked(Refusal):
    code: ClassVar[str] = "already-asked"


@dataclass(frozen=True, slots=True)
class AlreadyTaken(Refusal):
    """The target has taken the person: what becomes of it is an outcome, no redirection."""

    code: ClassVar[str] = "already-taken"


@dataclass(frozen=True, slots=True)
class BeforeAnswer(Refusal):
    code: ClassVar[str] = "before-answer"


@dataclass(frozen=True, slots=True)
class NoAgreement(Refusal):
    """The person did not agree to this organisation knowing the name, or no longer."""

    code: ClassVar[str] = "no-agreement"

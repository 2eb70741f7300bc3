"""The facts of others that figures are made of, in this service's own words.

`type` is the name under which the log keeps such a fact; `event` identifies it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event as it was told, by a topic or by our own log: facts are read from it."""

    event_id: str
    type: str
    sequence: int | None
    happened_at: datetime
    data: Mapping[str, Any]


class Status(StrEnum):
    """Where an organisation stands."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralSent:
    """A referral left (*orientation émise*)."""

    type: ClassVar[str] = "maillage.referral.sent.v1"
    event: str
    happened_at: datetime
    referral: UUID
    sender: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralAccepted:
    """One of its targets takes the person on (*prise en charge*)."""

    type: ClassVar[str] = "maillage.referral.accepted.v1"
    event: str
    happened_at: datetime
    referral: UUID
    organisation: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralRefused:
    """One of its targets says no, with a coded reason."""

    type: ClassVar[str] = "maillage.referral.refused.v1"
    event: str
    happened_at: datetime
    referral: UUID
    organisation: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCompleted:
    """The help ended (*réalisée*); refusing training is an outcome, not a failure."""

    type: ClassVar[str] = "maillage.referral.completed.v1"
    event: str
    happened_at: datetime
    referral: UUID
    organisation: UUID
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationNamed:
    """An organisation bears this name from the fact numbered `sequence` on."""

    event: str
    organisation: UUID
    sequence: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationStands:
    """An organisation has this status from the fact numbered `sequence` on."""

    event: str
    organisation: UUID
    sequence: int
    status: Status


Fact = (
    ReferralSent
    | ReferralAccepted
    | ReferralRefused
    | ReferralCompleted
    | OrganisationNamed
    | OrganisationStands
)

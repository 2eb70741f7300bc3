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
    commune: str = ""
    """Where the person lives, under the code of that day; empty when it was not said."""


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
class ReferralRedirected:
    """A target is exchanged for others (*réorientation*)."""

    type: ClassVar[str] = "maillage.referral.redirected.v1"
    event: str
    happened_at: datetime
    referral: UUID
    organisation: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered:
    """A person became known through an organisation; who it is does not matter here."""

    type: ClassVar[str] = "maillage.person.registered.v1"
    event: str
    happened_at: datetime
    organisation: UUID


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDescribed:
    """A place is so from the fact numbered `sequence` on."""

    event: str
    place: UUID
    sequence: int
    organisation: UUID
    name: str
    kind: str
    commune: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClosed:
    """Nothing is held at the place any more."""

    event: str
    happened_at: datetime
    place: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionScheduled:
    """A session is to be held; it counts on the day on which it begins."""

    type: ClassVar[str] = "maillage.session.scheduled.v1"
    event: str
    session: UUID
    place: UUID
    kind: str
    starts_at: datetime
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled:
    """The session will not be held."""

    event: str
    session: UUID


class SeatStatus(StrEnum):
    """What became of a seat: the last three are attendances."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    SEEN = "seen"
    MISSED = "missed"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatStands:
    """A seat has this status from the fact numbered `sequence` of its booking on."""

    event: str
    booking: UUID
    sequence: int
    session: UUID
    person: UUID
    status: SeatStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecorded:
    """Someone came without appointment; mostly nobody knows who."""

    type: ClassVar[str] = "maillage.visit.recorded.v1"
    event: str
    happened_at: datetime
    visit: UUID
    place: UUID
    person: UUID | None


class Step(StrEnum):
    """Where a title of payment has got to; each adds to what came before it."""

    ISSUED = "issued"
    HELD = "held"
    REDEEMED = "redeemed"
    REVERSED = "reversed"
    SETTLED = "settled"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitlesMoved:
    """Titles of payment took a step: `number` booklets when issued, vouchers else."""

    event: str
    happened_at: datetime
    step: Step
    programme: UUID
    number: int
    cents: int
    place: UUID | None = None
    split: tuple[tuple[UUID, int], ...] = ()
    """What each funder bears of the cents; empty where nobody bears anything yet."""


Fact = (
    ReferralSent
    | ReferralAccepted
    | ReferralRefused
    | ReferralCompleted
    | ReferralRedirected
    | PersonRegistered
    | OrganisationNamed
    | OrganisationStands
    | PlaceDescribed
    | PlaceClosed
    | SessionScheduled
    | SessionCancelled
    | SeatStands
    | VisitRecorded
    | TitlesMoved
)

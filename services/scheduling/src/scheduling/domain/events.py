"""What became so at scheduling. Codes and opaque ids only: no name, no free text on a person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRegistered:
    """Un lieu est connu; the whole public description, as after each change."""

    place: UUID
    organisation: UUID
    name: str
    kind: str
    commune: str
    online_booking: bool
    address: str | None
    access: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChanged(PlaceRegistered):
    """The description as it now is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceClosed:
    place: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionScheduled:
    """Une séance aura lieu: un atelier, ou un rendez-vous."""

    session: UUID
    place: UUID
    organisation: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    need: str
    level: str | None
    capacity: int
    direct_booking: bool
    mediator: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionCancelled:
    session: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsChanged:
    """How many seats of a session may be taken now, and how many are kept for a while."""

    session: UUID
    capacity: int
    free: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingConfirmed:
    """Une réservation: a person has a seat."""

    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    person: UUID
    referral: UUID | None
    booked_by: UUID
    kind: str
    need: str
    level: str | None
    starts_at: datetime
    ends_at: datetime
    commune: str | None
    birth_band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingCancelled:
    booking: UUID
    session: UUID
    person: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceRecorded:
    """La présence: whether the person came, what was worked on, whether a title was taken."""

    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    person: UUID
    referral: UUID | None
    status: str
    topics: tuple[str, ...]
    minutes: int | None
    title_presented: bool
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendanceCorrected(AttendanceRecorded):
    previous_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecorded:
    """Un passage sans rendez-vous."""

    visit: UUID
    place: UUID
    organisation: UUID
    minutes: int
    topics: tuple[str, ...]
    autonomy: str
    person: UUID | None
    commune: str | None
    birth_band: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAccepted:
    """The verdict yes; `subject` is what was made or changed."""

    submission: UUID
    intent: str
    subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRefused:
    submission: UUID
    intent: str
    reason: str
    detail: str


Attended = AttendanceRecorded | AttendanceCorrected

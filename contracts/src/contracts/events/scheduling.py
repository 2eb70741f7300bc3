"""The facts of scheduling: places and sessions, who has a seat, who came, who came without one.

A name, a contact or a free text about a person never travels: ids and codes only. On a partner's
own topic a person bears that partner's id, or none where the partner was given no id of them.
"""

from typing import ClassVar

from contracts.codes import (
    AttendanceStatus,
    Autonomy,
    BirthBand,
    BookingCancellation,
    Level,
    Need,
    PlaceKind,
    SessionCancellation,
    SessionKind,
)
from contracts.fields import (
    Capacity,
    Commune,
    Id,
    Instant,
    Minutes,
    PartnerReference,
    PublicLine,
    Seats,
    Topics,
)
from contracts.message import Message
from contracts.topics import DIRECTORY, SCHEDULING


class _Place(Message):
    """What the public may know of a place, whole."""

    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "place"

    place: Id
    organisation: Id
    """The organisation that declared the place and answers for it."""
    name: PublicLine
    kind: PlaceKind
    commune: Commune
    online_booking: bool
    """Whether others may be given seats here at all, without asking the place first."""
    address: PublicLine | None = None
    access: PublicLine | None = None
    """How to get there and in: bus, ramp, car park."""


class PlaceRegistered(_Place):
    """A place (lieu) where help is given is known."""

    type: ClassVar[str] = "maillage.place.registered.v1"


class PlaceChanged(_Place):
    """The place's description as it now is, whole."""

    type: ClassVar[str] = "maillage.place.changed.v1"


class PlaceClosed(Message):
    """No session will be held at the place any more."""

    type: ClassVar[str] = "maillage.place.closed.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "place"

    place: Id


class SessionScheduled(Message):
    """A session (séance) will be held: a workshop (atelier), or help for one (rendez-vous)."""

    type: ClassVar[str] = "maillage.session.scheduled.v1"
    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "session"

    session: Id
    place: Id
    organisation: Id
    """The organisation of the place."""
    kind: SessionKind
    starts_at: Instant
    ends_at: Instant
    need: Need
    level: Level | None = None
    capacity: Capacity
    direct_booking: bool
    """Whether other organisations may take a seat on the spot."""
    mediator: Id | None = None
    """Who holds it, where that is said; the work name stays at scheduling."""


class SessionCancelled(Message):
    """The session will not be held; each of its bookings is cancelled by a fact of its own."""

    type: ClassVar[str] = "maillage.session.cancelled.v1"
    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "session"

    session: Id
    reason: SessionCancellation


class SeatsChanged(Message):
    """How many seats of a session are free (places libres): a snapshot, told within a second.

    A hint for those who show seats: whether one is left is decided when it is asked for.
    """

    type: ClassVar[str] = "maillage.seats.changed.v1"
    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "session"

    session: Id
    capacity: Capacity
    free: Seats
    held: Seats
    """Kept for a few minutes for somebody who is being asked; not among the free ones."""


class BookingConfirmed(Message):
    """A person has a seat in a session (réservation)."""

    type: ClassVar[str] = "maillage.booking.confirmed.v1"
    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "booking"
    about: ClassVar[str | None] = "person"

    booking: Id
    session: Id
    place: Id
    organisation: Id
    """The organisation of the place."""
    person: Id | None = None
    """Of someone without a name: an id made for this booking. Always, but on a partner's topic."""
    referral: Id | None = None
    """The referral that the booking follows; its journey is the booking's."""
    booked_by: Id
    """The organisation that asked for the seat."""
    kind: SessionKind
    need: Need
    level: Level | None = None
    starts_at: Instant
    ends_at: Instant
    commune: Commune | None = None
    """Where the person lives."""
    birth_band: BirthBand | None = None
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class BookingCancelled(Message):
    """The seat is free again."""

    type: ClassVar[str] = "maillage.booking.cancelled.v1"
    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "booking"
    about: ClassVar[str | None] = "person"

    booking: Id
    session: Id
    person: Id | None = None
    """Always, but on a partner's topic."""
    reason: BookingCancellation
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class _Attendance(Message):
    """Whether the person came, and what was worked on."""

    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "booking"
    about: ClassVar[str | None] = "person"

    booking: Id
    session: Id
    place: Id
    organisation: Id
    """The organisation of the place."""
    person: Id | None = None
    """Always, but on a partner's topic."""
    referral: Id | None = None
    status: AttendanceStatus
    topics: Topics
    """None on the topic of the sender of the referral: what was worked on stays with the place."""
    minutes: Minutes | None = None
    title_presented: bool
    """Whether the person handed over a title of payment (chèque)."""
    starts_at: Instant
    """When the session began: the day on which a label or a title is judged."""
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class AttendanceRecorded(_Attendance):
    """It is known whether the person came (présence)."""

    type: ClassVar[str] = "maillage.attendance.recorded.v1"


class AttendanceCorrected(_Attendance):
    """What was recorded was wrong; this is how it is."""

    type: ClassVar[str] = "maillage.attendance.corrected.v1"

    previous_status: AttendanceStatus


class VisitRecorded(Message):
    """Someone came without appointment and was helped (passage)."""

    type: ClassVar[str] = "maillage.visit.recorded.v1"
    topic: ClassVar[str] = SCHEDULING
    key: ClassVar[str] = "visit"
    about: ClassVar[str | None] = "person"

    visit: Id
    place: Id
    organisation: Id
    """The organisation of the place."""
    minutes: Minutes
    topics: Topics
    autonomy: Autonomy
    person: Id | None = None
    """Only when the person is known already; most visits are nobody's."""
    commune: Commune | None = None
    birth_band: BirthBand | None = None

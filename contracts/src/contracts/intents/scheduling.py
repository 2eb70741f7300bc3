"""The intents that scheduling decides."""

from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

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
    PlaceReference,
    PublicLine,
    Topics,
)
from contracts.intents.intent import Intent
from contracts.intents.referrals import AnonymousPerson
from contracts.message import Part


class PlaceDeclared(Intent):
    """An organisation says where it helps (lieu); said again, the description is replaced."""

    type: ClassVar[str] = "maillage.intent.place.declared.v1"
    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "place"

    place: Id | None = None
    """The place's id, once known; without it the reference finds it."""
    reference: PlaceReference
    """Your own lasting word for the place: one place per reference and organisation."""
    name: PublicLine
    kind: PlaceKind
    commune: Commune
    """INSEE code of the commune where the place stands."""
    online_booking: bool = False
    """Whether others may take seats of your sessions here, where a session allows it too."""
    address: PublicLine | None = None
    access: PublicLine | None = None
    """How to get there and in: bus, ramp, car park."""


class SessionDeclared(Intent):
    """An organisation will hold a session at one of its places."""

    type: ClassVar[str] = "maillage.intent.session.declared.v1"
    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "place"

    place: Id
    kind: SessionKind
    starts_at: Instant
    ends_at: Instant
    """At most two hours after the start."""
    need: Need
    level: Level | None = None
    capacity: Capacity
    """One for a one-to-one session, six at most for a workshop."""
    direct_booking: bool = False
    """Whether other organisations may take a seat on the spot."""
    mediator: Id | None = None
    """Who holds it: an id that `PUT /v1/mediators/{reference}` of scheduling answered. Nobody is in
    two sessions at once."""


class SessionCancelled(Intent):
    """The session will not be held; every booking of it is cancelled."""

    type: ClassVar[str] = "maillage.intent.session.cancelled.v1"
    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "session"

    session: Id
    reason: SessionCancellation


_EITHER_PERSON: dict[str, Any] = {
    "oneOf": [{"required": ["person"]}, {"required": ["anonymous"]}],
}


class BookingRequested(Intent):
    """A seat is asked for, for someone (réservation)."""

    model_config = ConfigDict(json_schema_extra=_EITHER_PERSON)
    type: ClassVar[str] = "maillage.intent.booking.requested.v1"
    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "session"
    about: ClassVar[str | None] = "person"

    session: Id
    person: Id | None = None
    """The id that `PUT /v1/persons/{reference}` answered to your organisation."""
    anonymous: AnonymousPerson | None = None
    """Instead of `person`, when no name was deposited."""
    referral: Id | None = None
    """The referral that the booking follows, sent by you or to you: its person has the seat."""
    visit: Id | None = None
    """The visit that the booking follows, noted by you: its journey goes on. Beside `referral` it
    is not looked at."""

    @model_validator(mode="after")
    def _one_person_either_way(self) -> Self:
        if (self.person is None) == (self.anonymous is None):
            raise PydanticCustomError("person-or-anonymous", "give either person or anonymous")
        return self


class BookingCancelled(Intent):
    """The seat is given back, by whoever booked it or by the place."""

    type: ClassVar[str] = "maillage.intent.booking.cancelled.v1"
    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "booking"

    booking: Id
    reason: BookingCancellation


class _Attendance(Intent):
    """Whether the person came, as the place says."""

    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "booking"

    booking: Id
    status: AttendanceStatus
    topics: Topics = Field(default_factory=list)
    minutes: Minutes | None = None
    title_presented: bool = False
    """Whether the person handed over a title of payment (chèque)."""


class AttendanceRecorded(_Attendance):
    """The place says whether the person came (présence)."""

    type: ClassVar[str] = "maillage.intent.attendance.recorded.v1"


class AttendanceCorrected(_Attendance):
    """The place says that what it recorded was wrong, and how it is."""

    type: ClassVar[str] = "maillage.intent.attendance.corrected.v1"


class Anonymous(Part):
    """What is known of a visitor without a name; either may be left out."""

    commune: Commune | None = None
    birth_band: BirthBand | None = None


class VisitRecorded(Intent):
    """Someone came without appointment and was helped (passage)."""

    type: ClassVar[str] = "maillage.intent.visit.recorded.v1"
    decided_by: ClassVar[str] = "scheduling"
    key: ClassVar[str] = "place"
    about: ClassVar[str | None] = "person"

    place: Id
    minutes: Minutes
    topics: Topics = Field(default_factory=list)
    autonomy: Autonomy
    person: Id | None = None
    """Only for someone whom your organisation has deposited; most visits are nobody's."""
    anonymous: Anonymous | None = None
    """Beside `person` it is not looked at."""

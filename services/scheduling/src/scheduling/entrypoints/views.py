"""What scheduling takes from programs and answers to them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

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
from contracts.fields import Capacity, Commune, Minutes, PublicLine
from scheduling.domain.places import Place
from scheduling.storage.reading import Line, Seat, Step


class Body(BaseModel):
    """Closed: a field that we do not know is refused rather than dropped."""

    model_config = ConfigDict(extra="forbid")


Topics = Annotated[list[Need], Field(max_length=len(Need))]


class PlaceBody(Body):
    """A place as its organisation describes it, whole."""

    name: PublicLine
    kind: PlaceKind
    commune: Commune
    online_booking: bool = False
    address: PublicLine | None = None
    access: PublicLine | None = None
    organisation: UUID | None = None
    """For the platform's administrator alone: whose place it is."""


class MediatorBody(Body):
    """Who holds sessions."""

    label: PublicLine
    """A work name, without a person's name: « Conseiller numérique 1, Tela »."""
    organisation: UUID | None = None
    """For the platform's administrator alone: for whom the mediator works."""


class Dated(Body):
    """What may be said after the event by whoever enters the past."""

    at: AwareDatetime | None = None
    """When it happened, if not now: for the scope `history` alone."""


class SessionBody(Dated):
    place: UUID
    kind: SessionKind
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    need: Need
    level: Level | None = None
    capacity: Capacity
    direct_booking: bool = False
    mediator: UUID | None = None
    """Of one's own; in no other session at that time."""


class SomebodyBody(Body):
    commune: Commune | None = None
    birth_band: BirthBand | None = None


class BookingBody(Dated):
    """A seat for the person of a referral, or for someone without a name who may have come in."""

    session: UUID
    referral: UUID | None = None
    visit: UUID | None = None
    anonymous: SomebodyBody | None = None


class SessionReason(Dated):
    reason: SessionCancellation


class BookingReason(Dated):
    reason: BookingCancellation


class AttendanceBody(Dated):
    """Put once it is recorded, put again it is corrected."""

    status: AttendanceStatus
    topics: Topics = Field(default_factory=list)
    minutes: Minutes | None = None
    title_presented: bool = False


class VisitBody(Dated):
    place: UUID
    minutes: Minutes
    topics: Topics = Field(default_factory=list)
    autonomy: Autonomy
    anonymous: SomebodyBody | None = None


class Kept(BaseModel):
    """What was made or changed, and the journey it belongs to."""

    subject: UUID
    correlation_id: UUID | None = None


class PlaceView(BaseModel):
    place: UUID
    organisation: UUID
    reference: str
    name: str
    kind: str
    commune: str
    online_booking: bool
    address: str | None
    access: str | None


class MediatorView(BaseModel):
    mediator: UUID
    organisation: UUID
    reference: str
    label: str


class MediatorList(BaseModel):
    items: list[MediatorView]


class SessionView(BaseModel):
    """A session with its free seats; `km` by road is an estimate, when a commune was asked for."""

    session: UUID
    place: UUID
    place_name: str
    commune: str
    organisation: UUID
    organisation_name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    need: str
    level: str | None
    capacity: int
    free: int
    direct_booking: bool
    mediator: str | None
    """The work name of who holds it."""
    cancelled: str | None
    km: float | None = None


class SessionList(BaseModel):
    items: list[SessionView]


class PlaceList(BaseModel):
    items: list[PlaceView]


class StepView(BaseModel):
    state: str
    happened_at: datetime
    reason: str | None
    topics: list[str]
    minutes: int | None
    title_presented: bool


class BookingView(BaseModel):
    """A booking by pseudonym; `person` is shown to nobody: names are asked for at referrals."""

    booking: UUID
    session: UUID
    state: str
    referral: UUID | None
    booked_by: UUID
    correlation_id: UUID
    steps: list[StepView]


def place_view(place: Place) -> PlaceView:
    """One place."""
    said = place.description
    return PlaceView(
        place=place.id,
        organisation=place.organisation,
        reference=place.reference,
        name=said.name,
        kind=said.kind,
        commune=said.commune,
        online_booking=said.online_booking,
        address=said.address,
        access=said.access,
    )


def session_view(line: Line, *, km: float | None = None) -> SessionView:
    """One session."""
    return SessionView(
        session=line.id,
        place=line.place,
        place_name=line.place_name,
        commune=line.commune,
        organisation=line.organisation,
        organisation_name=line.organisation_name,
        kind=line.kind,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        need=line.need,
        level=line.level,
        capacity=line.capacity,
        free=line.free,
        direct_booking=line.open_to_others,
        mediator=line.mediator,
        cancelled=line.cancelled_reason,
        km=None if km is None else round(km, 1),
    )


def booking_view(seat: Seat, steps: list[Step]) -> BookingView:
    """One booking and what became of it."""
    return BookingView(
        booking=seat.booking,
        session=seat.session,
        state=seat.state,
        referral=seat.referral,
        booked_by=seat.booked_by,
        correlation_id=seat.correlation,
        steps=[
            StepView(
                state=step.state,
                happened_at=step.happened_at,
                reason=step.code or None,
                topics=list(step.topics),
                minutes=step.minutes,
                title_presented=step.title_presented,
            )
            for step in steps
        ],
    )

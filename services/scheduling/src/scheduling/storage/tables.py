"""The tables of scheduling's own database; the migrations make them, a test compares the two."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    column,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID, ExcludeConstraint

metadata = MetaData()

_ID = UUID(as_uuid=True)
_INSTANT = DateTime(timezone=True)
_BOOKING_STATES = "state IN ('confirmed', 'cancelled', 'seen', 'missed', 'excused')"
LIVE = text("state <> 'cancelled'")

organisation = Table(
    "organisation",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Index("organisation_by_name", "name", "id"),
)

place = Table(
    "place",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, nullable=False),
    Column("reference", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("commune", Text, nullable=False),
    Column("online_booking", Boolean, nullable=False),
    Column("address", Text),
    Column("access", Text),
    Column("closed_at", _INSTANT),
    Column("sequence", Integer, nullable=False),
    UniqueConstraint("organisation", "reference"),
    Index("place_by_name", "name", "id"),
)

mediator = Table(
    "mediator",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("organisation", _ID, nullable=False),
    Column("reference", Text, nullable=False),
    Column("label", Text, nullable=False),
    UniqueConstraint("organisation", "reference"),
)

session = Table(
    "session",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("place", _ID, ForeignKey("place.id"), nullable=False),
    Column("organisation", _ID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("starts_at", _INSTANT, nullable=False),
    Column("ends_at", _INSTANT, nullable=False),
    Column("need", Text, nullable=False),
    Column("level", Text),
    Column("capacity", SmallInteger, nullable=False),
    Column("direct_booking", Boolean, nullable=False),
    Column("cancelled_reason", Text),
    Column("correlation", _ID, nullable=False, unique=True),
    Column("sequence", Integer, nullable=False),
    Column("declared_at", _INSTANT, nullable=False),
    Column("learnt_at", _INSTANT, nullable=False),
    Column("mediator", _ID, ForeignKey("mediator.id")),
    UniqueConstraint("id", "capacity"),
    ExcludeConstraint(
        (column("mediator"), "="),
        (func.tstzrange(column("starts_at"), column("ends_at"), "[)"), "&&"),
        where=text("cancelled_reason IS NULL"),
        name="session_mediator_once",
    ),
    CheckConstraint("kind IN ('workshop', 'one_to_one')"),
    CheckConstraint("capacity BETWEEN 1 AND 6"),
    CheckConstraint("starts_at < ends_at"),
    CheckConstraint("kind = 'workshop' OR capacity = 1"),
    Index("session_by_place", "place", "starts_at"),
    Index("session_by_start", "starts_at", "id"),
)

booking = Table(
    "booking",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("session", _ID, nullable=False),
    Column("capacity", SmallInteger, nullable=False),
    Column("seat_no", SmallInteger, nullable=False),
    Column("person", _ID, nullable=False),
    Column("referral", _ID),
    Column("booked_by", _ID, nullable=False),
    Column("commune", Text),
    Column("birth_band", Text),
    Column("state", Text, nullable=False),
    Column("correlation", _ID, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("confirmed_at", _INSTANT, nullable=False),
    Column("changed_at", _INSTANT, nullable=False),
    Column("learnt_at", _INSTANT, nullable=False),
    ForeignKeyConstraint(["session", "capacity"], ["session.id", "session.capacity"]),
    CheckConstraint(_BOOKING_STATES),
    CheckConstraint("seat_no BETWEEN 1 AND capacity"),
    Index("booking_seat_key", "session", "seat_no", unique=True, postgresql_where=LIVE),
    Index("booking_person_key", "session", "person", unique=True, postgresql_where=LIVE),
    Index("booking_by_person", "person"),
)

# Whoever has a row here has the seat: a booking, or for a while a hold that may become it.
seat = Table(
    "seat",
    metadata,
    Column("session", _ID, primary_key=True),
    Column("seat_no", SmallInteger, primary_key=True),
    Column("capacity", SmallInteger, nullable=False),
    Column("booking", _ID, nullable=False, unique=True),
    Column("person", _ID, nullable=False),
    Column("held_until", _INSTANT),
    UniqueConstraint("session", "person", name="seat_person_key"),
    ForeignKeyConstraint(["session", "capacity"], ["session.id", "session.capacity"]),
    CheckConstraint("seat_no BETWEEN 1 AND capacity"),
    Index("seat_held", "held_until", postgresql_where=text("held_until IS NOT NULL")),
    Index("seat_by_person", "person"),
)

# Which sessions' seats changed since it was last told; a trigger on `seat` writes here.
seat_change = Table(
    "seat_change",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("session", _ID, nullable=False),
)

hold = Table(
    "hold",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("session", _ID, ForeignKey("session.id"), nullable=False),
    Column("referral", _ID, ForeignKey("referral.id"), nullable=False),
    Column("organisation", _ID, nullable=False),
    Column("seat_no", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("held_at", _INSTANT, nullable=False),
    Column("held_until", _INSTANT, nullable=False),
    Column("who", Text, nullable=False),
    CheckConstraint("state IN ('held', 'confirmed', 'released')"),
    CheckConstraint("held_at < held_until"),
    Index("hold_by_referral", "referral", "session"),
    Index("hold_by_session", "session"),
)

booking_transition = Table(
    "booking_transition",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("booking", _ID, ForeignKey("booking.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("topics", ARRAY(Text), nullable=False),
    Column("minutes", SmallInteger),
    Column("title_presented", Boolean, nullable=False),
    Column("happened_at", _INSTANT, nullable=False),
    Column("learnt_at", _INSTANT, nullable=False),
    Column("who", Text, nullable=False),
    CheckConstraint(_BOOKING_STATES),
    Index("booking_transition_by_booking", "booking", "id"),
)

visit = Table(
    "visit",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("place", _ID, ForeignKey("place.id"), nullable=False),
    Column("organisation", _ID, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("topics", ARRAY(Text), nullable=False),
    Column("autonomy", Text, nullable=False),
    Column("person", _ID),
    Column("commune", Text),
    Column("birth_band", Text),
    Column("correlation", _ID, nullable=False, unique=True),
    Column("happened_at", _INSTANT, nullable=False),
    Column("learnt_at", _INSTANT, nullable=False),
    Column("who", Text, nullable=False),
    CheckConstraint("minutes BETWEEN 1 AND 600"),
    Index("visit_by_place", "place", "happened_at"),
    Index("visit_by_person", "person"),
)

referral = Table(
    "referral",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("sender", _ID, nullable=False),
    Column("targets", ARRAY(_ID), nullable=False),
    Column("person", _ID, nullable=False),
    Column("commune", Text),
    Column("birth_band", Text),
    Column("correlation", _ID, nullable=False),
    Index("referral_by_person", "person"),
)

person = Table(
    "person",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("commune", Text),
    Column("birth_band", Text),
)

decision = Table(
    "decision",
    metadata,
    Column("act", _ID, primary_key=True),
    Column("organisation", _ID, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("subject", _ID),
    Column("decided_at", _INSTANT, nullable=False),
    CheckConstraint("outcome IN ('accepted', 'refused')"),
)

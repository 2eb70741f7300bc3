"""The tables of referrals. Names and contacts stand in `identity` alone: that table is the vault.

`migrations/` creates them; a test compares both.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)


_STATES: Final = "('sent', 'accepted', 'refused', 'completed', 'redirected')"


def _instant(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False)


# What this service has heard on the directory topic: a projection, never a source.
organisation: Final = Table(
    "organisation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("standing", Text, nullable=False),
    _instant("heard_at"),
    CheckConstraint("standing IN ('pending', 'active', 'suspended')", name="standing"),
)

person: Final = Table(
    "person",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("registered_by", Uuid, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("commune", Text),
    Column("birth_band", Text),
    _instant("registered_at"),
)

identity: Final = Table(
    "identity",
    metadata,
    Column("person", Uuid, ForeignKey("person.id"), primary_key=True),
    Column("family_name", Text, nullable=False),
    Column("given_name", Text, nullable=False),
    Column("birth_year", SmallInteger),
    Column("phone", Text),
    Column("email", Text),
    Column("preferred_contact", Text),
    _instant("written_at"),
)

# Deferred, so that the reference can be claimed before the person is made: whoever comes second
# with the same reference waits on the key instead of leaving an orphan.
person_reference: Final = Table(
    "person_reference",
    metadata,
    Column("organisation", Uuid),
    Column("reference", Text),
    Column(
        "person",
        Uuid,
        ForeignKey("person.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    PrimaryKeyConstraint("organisation", "reference"),
)

outward_id: Final = Table(
    "outward_id",
    metadata,
    Column("outward", Uuid, primary_key=True),
    Column("organisation", Uuid, nullable=False),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False, index=True),
    _instant("assigned_at"),
    UniqueConstraint("organisation", "person"),
)

# Append-only by privilege and by trigger: who read or wrote whose name, when and why.
name_lookup: Final = Table(
    "name_lookup",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _instant("looked_up_at"),
    Column("organisation", Uuid, nullable=False),
    Column("who", Text, nullable=False),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("referral", Uuid),
    Column("agreement", Uuid),
    CheckConstraint("act IN ('read', 'withheld', 'written')", name="act"),
)

# Append-only: a withdrawal will be a row of its own.
agreement: Final = Table(
    "agreement",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False, index=True),
    Column("organisation", Uuid, nullable=False),
    Column("scope", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("taken_on", Date, nullable=False),
    _instant("recorded_at"),
)

referral: Final = Table(
    "referral",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("sender", Uuid, nullable=False),
    Column("person", Uuid, ForeignKey("person.id"), nullable=False, index=True),
    Column("need", Text, nullable=False),
    Column("urgency", Text),
    Column("due_on", Date),
    Column("level", Text),
    Column("commune", Text),
    Column("birth_band", Text),
    Column("agreement", Uuid, ForeignKey("agreement.id"), unique=True),
    Column("partner_reference", Text),
    Column("correlation", Uuid, nullable=False, unique=True),
    Column("sequence", Integer, nullable=False),
    _instant("sent_at"),
    _instant("learnt_at"),
    Index(None, "sender", "sent_at"),
)

referral_target: Final = Table(
    "referral_target",
    metadata,
    Column("referral", Uuid, ForeignKey("referral.id")),
    Column("organisation", Uuid),
    Column("state", Text, nullable=False),
    _instant("changed_at"),
    # Who was asked before, where this target is asked in another's place.
    Column("instead_of", Uuid),
    PrimaryKeyConstraint("referral", "organisation"),
    CheckConstraint(f"state IN {_STATES}", name="state"),
    Index(None, "organisation", "state"),
)

# Append-only. The two unique keys are the last line of defence behind the lock on the referral:
# a target answers once, and ends once.
referral_transition: Final = Table(
    "referral_transition",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("referral", Uuid, ForeignKey("referral.id"), nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    _instant("happened_at"),
    _instant("learnt_at"),
    Column("code", Text, nullable=False),
    Column("message", Text),
    Column("who", Text, nullable=False),
    UniqueConstraint("referral", "organisation", "state"),
    CheckConstraint(f"state IN {_STATES}", name="state"),
    Index(
        "referral_transition_answer_key",
        "referral",
        "organisation",
        unique=True,
        # A seat given is no second answer, whatever was answered before.
        postgresql_where=text("state IN ('accepted', 'refused') AND code <> 'seat-taken'"),
    ),
)

# What this service has heard of places and seats: projections, never a source.
place: Final = Table(
    "place",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("commune", Text, nullable=False),
    Column("online_booking", Boolean, nullable=False),
    Column("address", Text),
    Column("closed", Boolean, nullable=False),
)

session: Final = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Without foreign key: the place is told on another topic, and may come later.
    Column("place", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    _instant("starts_at"),
    _instant("ends_at"),
    Column("need", Text, nullable=False),
    Column("level", Text),
    Column("capacity", SmallInteger, nullable=False),
    # As scheduling last told it; until then the bookings are counted.
    Column("free", SmallInteger),
    Column("direct_booking", Boolean, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Index("session_by_need", "need", "starts_at", postgresql_where=text("NOT cancelled")),
)

# Nothing of the person: whose seat it is matters here only where it follows a referral.
booking: Final = Table(
    "booking",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session", Uuid, nullable=False),
    Column("cancelled", Boolean, nullable=False),
    Index("booking_by_session", "session", postgresql_where=text("NOT cancelled")),
)

# Append-only: what became of each seat that follows a referral, step by step.
appointment: Final = Table(
    "appointment",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("referral", Uuid, ForeignKey("referral.id"), nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("booking", Uuid, nullable=False),
    Column("session", Uuid, nullable=False),
    Column("place", Uuid, nullable=False),
    Column("step", Text, nullable=False),
    _instant("starts_at"),
    _instant("happened_at"),
    _instant("learnt_at"),
    CheckConstraint("step IN ('set', 'cancelled', 'seen', 'missed', 'excused')", name="step"),
    Index("appointment_by_referral", "referral", "id"),
    Index("appointment_by_booking", "booking", "id"),
)

# One row per submission or per form sent: whoever brings the same act again finds it decided.
decision: Final = Table(
    "decision",
    metadata,
    Column("act", Uuid, primary_key=True),
    Column("organisation", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("subject", Uuid),
    _instant("decided_at"),
    CheckConstraint("outcome IN ('accepted', 'refused')", name="outcome"),
)

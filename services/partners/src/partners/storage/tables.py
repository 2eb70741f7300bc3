"""The tables of partners, as SQLAlchemy Core sees them; the migrations make them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = sa.MetaData()

_INSTANT = sa.TIMESTAMP(timezone=True)

organisation = sa.Table(
    "organisation",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("slug", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("commune", sa.Text),
    sa.Column("rights", ARRAY(sa.Text), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("registered_at", _INSTANT, nullable=False),
)

# Transitions are rows: what an organisation was on a day can always be told. Append-only.
organisation_fact = sa.Table(
    "organisation_fact",
    metadata,
    sa.Column("organisation", UUID(as_uuid=True), sa.ForeignKey("organisation.id")),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("fact", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("recorded_at", _INSTANT, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("organisation", "sequence"),
)

credential = sa.Table(
    "credential",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("client_id", sa.Text, nullable=False, unique=True),
    sa.Column("organisation", UUID(as_uuid=True), sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.Text, nullable=False),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("issued_at", _INSTANT, nullable=False),
    sa.Column("issued_by", sa.Text, nullable=False),
    sa.Column("revoked_at", _INSTANT),
    sa.Column("revoked_by", sa.Text),
    sa.Index("credential_organisation", "organisation"),
)

colleague = sa.Table(
    "colleague",
    metadata,
    sa.Column("login", sa.Text, primary_key=True),
    sa.Column("organisation", UUID(as_uuid=True), sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("roles", ARRAY(sa.Text), nullable=False),
    sa.Column("recorded_at", _INSTANT, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Index("colleague_organisation", "organisation"),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("organisation", UUID(as_uuid=True), sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("door", sa.Text, nullable=False),
    # Null where nothing readable came, or where the form was wrong: a refusal of form does not
    # use up the id, so that the sender may mend the event and send it again under the same one.
    sa.Column("identity", sa.Text),
    sa.Column("content_hash", sa.Text),
    sa.Column("event_id", sa.Text),
    sa.Column("type", sa.Text),
    sa.Column("partner_reference", sa.Text),
    sa.Column("happened_at", _INSTANT),
    sa.Column("received_at", _INSTANT, nullable=False),
    sa.Column("history", sa.Boolean, nullable=False),
    sa.Column("record_offset", sa.BigInteger),
    sa.Column("about", UUID(as_uuid=True)),
    # While the outward id of a person is not known yet: which one, until when, and the data.
    sa.Column("awaited", UUID(as_uuid=True)),
    sa.Column("wait_until", _INSTANT),
    sa.Column("kept_data", JSONB(none_as_null=True)),
    sa.Column("forwarded_at", _INSTANT),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("detail", sa.Text),
    sa.Column("subject", UUID(as_uuid=True)),
    sa.Column("correlation", UUID(as_uuid=True)),
    sa.Column("answered_at", _INSTANT),
    sa.Column("data_subject", sa.Text),
    sa.UniqueConstraint("organisation", "identity", name="submission_identity"),
    sa.Index("submission_list", "organisation", "id"),
    sa.Index(
        "submission_awaited",
        "organisation",
        "awaited",
        postgresql_where=sa.text("awaited IS NOT NULL"),
    ),
    sa.Index(
        "submission_wait_until",
        "wait_until",
        postgresql_where=sa.text("wait_until IS NOT NULL"),
    ),
    sa.Index(
        "submission_subject",
        "data_subject",
        postgresql_where=sa.text("data_subject IS NOT NULL"),
    ),
)

outward_id = sa.Table(
    "outward_id",
    metadata,
    sa.Column("outward", UUID(as_uuid=True), primary_key=True),
    sa.Column("organisation", UUID(as_uuid=True), nullable=False),
    sa.Column("person", UUID(as_uuid=True), nullable=False),
    sa.Column("learnt_at", _INSTANT, nullable=False),
    sa.Column("data_subject", sa.Text, nullable=False),
    sa.Index("outward_id_subject", "data_subject"),
    sa.Index("outward_id_person", "person", "organisation"),
)

# Whose facts are told to whom: one row per referral, from the day this service began to keep them.
referral = sa.Table(
    "referral",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("sender", UUID(as_uuid=True), nullable=False),
    sa.Column("targets", ARRAY(UUID(as_uuid=True)), nullable=False),
    sa.Column("person", UUID(as_uuid=True), nullable=False),
    sa.Column("correlation", UUID(as_uuid=True), nullable=False),
    # What the sender sent; null where a colleague sent it by the form of referrals.
    sa.Column("submission", UUID(as_uuid=True)),
    sa.Column("learnt_at", _INSTANT, nullable=False),
    sa.Column("data_subject", sa.Text, nullable=False),
    # What the targets are asked; null of a referral that was sent before it was kept.
    sa.Column("asked", JSONB),
    sa.Index("referral_subject", "data_subject"),
)

# What follows a booking names no referral, or not even the place: one row per booking.
booking = sa.Table(
    "booking",
    metadata,
    sa.Column("id", UUID(as_uuid=True), primary_key=True),
    sa.Column("organisation", UUID(as_uuid=True), nullable=False),
    sa.Column("person", UUID(as_uuid=True), nullable=False),
    sa.Column("referral", UUID(as_uuid=True)),
    sa.Column("learnt_at", _INSTANT, nullable=False),
    sa.Column("data_subject", sa.Text, nullable=False),
    sa.Index("booking_subject", "data_subject"),
)

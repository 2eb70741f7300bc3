"""The tables of this service; migrations/ makes them, and the chassis's own beside them."""

from typing import Final

from sqlalchemy import BigInteger, Column, Date, DateTime, Index, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

metadata: Final = MetaData()

_INSTANT: Final = DateTime(timezone=True)

# Every event read, once, in the order in which it was learnt. Nobody changes a row: the service
# role may not, and a trigger forbids it to the owner too.
event_log: Final = Table(
    "event_log",
    metadata,
    Column("log_seq", BigInteger, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("subject", Text),
    Column("correlation_id", Uuid),
    Column("causation_id", Text),
    Column("sequence", BigInteger),
    Column("happened_at", _INSTANT, nullable=False),
    Column("recorded_at", _INSTANT, nullable=False),
    Column("logged_at", _INSTANT, nullable=False),
    Column("data_subject", Text),
    Column("extensions", JSONB, nullable=False),
    Column("data", JSONB, nullable=False),
    Index("event_log_identity", "event_id", "source", unique=True),
    Index("event_log_type", "type", "log_seq"),
)
Index(
    "event_log_journey",
    *(event_log.c.correlation_id, event_log.c.log_seq),
    postgresql_where=event_log.c.correlation_id.is_not(None),
)
Index(
    "event_log_subject",
    event_log.c.data_subject,
    postgresql_where=event_log.c.data_subject.is_not(None),
)

# What was counted, by figure, civil day in Paris, organisation and code ('' where none).
figure_day: Final = Table(
    "figure_day",
    metadata,
    Column("figure", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("organisation", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

# When each referral was sent: its earliest fact says so. `sent_day` is the civil day in Paris.
referral_sent: Final = Table(
    "referral_sent",
    metadata,
    Column("referral", Uuid, primary_key=True),
    Column("sender", Uuid, nullable=False),
    Column("sent_at", _INSTANT, nullable=False),
    Column("sent_day", Date, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("commune", Text, nullable=False),
    Index("referral_sent_day", "sent_day", "sender"),
)

# When each referral was first answered, by whichever target. A table of its own because either
# fact may be learnt before the other; delays are derived from both when they are read.
referral_answered: Final = Table(
    "referral_answered",
    metadata,
    Column("referral", Uuid, primary_key=True),
    Column("answered_at", _INSTANT, nullable=False),
    Column("answered_day", Date, nullable=False),
    Column("event_id", Text, nullable=False),
)

# What organisations are called and where they stand, from the latest of the directory's facts.
organisation_name: Final = Table(
    "organisation_name",
    metadata,
    Column("organisation", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
)
organisation_standing: Final = Table(
    "organisation_standing",
    metadata,
    Column("organisation", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("event_id", Text, nullable=False),
)

# What is known of places where help is given, and which of them closed.
place: Final = Table(
    "place",
    metadata,
    Column("place", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("organisation", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("commune", Text, nullable=False),
)
place_closed: Final = Table(
    "place_closed",
    metadata,
    Column("place", Uuid, primary_key=True),
    Column("closed_day", Date, nullable=False),
    Column("closed_at", _INSTANT, nullable=False),
    Column("event_id", Text, nullable=False),
)

# Sessions by the civil day in Paris on which they begin, and those that were not held.
session_planned: Final = Table(
    "session_planned",
    metadata,
    Column("session", Uuid, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("place", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("starts_at", _INSTANT, nullable=False),
    Column("day", Date, nullable=False),
    Column("capacity", BigInteger, nullable=False),
    Index("session_planned_day", "day"),
)
session_cancelled: Final = Table(
    "session_cancelled",
    metadata,
    Column("session", Uuid, primary_key=True),
    Column("event_id", Text, nullable=False),
)

# What became of each seat, by the latest fact of its booking. `data_subject` is who has the seat:
# by it an erasure finds the row, and people are counted once however often they came.
seat: Final = Table(
    "seat",
    metadata,
    Column("booking", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("session", Uuid, nullable=False),
    Column("data_subject", Uuid, nullable=False),
    Column("status", Text, nullable=False),
    Index("seat_session", "session"),
    Index("seat_subject", "data_subject"),
)
visit: Final = Table(
    "visit",
    metadata,
    Column("visit", Uuid, primary_key=True),
    Column("event_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("place", Uuid, nullable=False),
    Column("data_subject", Uuid),
    Index("visit_day", "day"),
)
Index(
    "visit_subject",
    visit.c.data_subject,
    postgresql_where=visit.c.data_subject.is_not(None),
)

# Each step of titles of payment under the event that told it, and what each funder bears of it.
titles_moved: Final = Table(
    "titles_moved",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("step", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("programme", Uuid, nullable=False),
    Column("place", Uuid),
    Column("number", BigInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Index("titles_moved_day", "day", "step"),
)
titles_share: Final = Table(
    "titles_share",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("funder", Uuid, primary_key=True),
    Column("cents", BigInteger, nullable=False),
)

# By which version of the fold the tables were written; one row, none before the first rebuild.
fold_version: Final = Table(
    "fold_version", metadata, Column("version", BigInteger, primary_key=True)
)

FOLDED: Final = (
    *(figure_day, referral_sent, referral_answered),
    *(organisation_name, organisation_standing),
    *(place, place_closed, session_planned, session_cancelled),
    *(seat, visit, titles_moved, titles_share),
)
"""The tables that a rebuild writes anew from the log."""

"""The tables of scheduling' own database; the migrations make them, a test compares the two."""

from sqlalchemy import Column, Index, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import UUID

metadata = MetaData()

organisation = Table(
    "organisation",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Index("organisation_by_name", "name", "id"),
)

"""Identifiers: UUIDv7, which sort by birth and so are kind to B-trees."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562)."""
    return uuid7()

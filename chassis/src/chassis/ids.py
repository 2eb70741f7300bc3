"""Identifiers: UUIDv7 for what is new (sorted by birth), UUIDv5 for what is derived."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562)."""
    return uuid7()


def derived_id(namespace: UUID, name: str) -> UUID:
    """The same identifier for the same namespace and name, always (UUIDv5, RFC 9562)."""
    return uuid5(namespace, name)

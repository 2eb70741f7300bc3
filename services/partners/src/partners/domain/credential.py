"""Machine credentials: a 256-bit secret shown once, kept as a keyed hash."""

import hashlib
import hmac
from dataclasses import dataclass
from uuid import UUID

from partners.domain.refusals import BadGrant
from partners.domain.rights import Role, Scope

SECRET_BYTES = 32
LABEL_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a partner's program signs in with (RFC 6749 §4.4); an organisation may have several."""

    id: UUID
    client_id: str
    organisation: UUID
    label: str
    scopes: frozenset[Scope]
    roles: frozenset[Role]
    revoked: bool


def secret_hash(secret: str, *, key: bytes) -> str:
    """HMAC-SHA-256 of the secret, in hex.

    A slow password hash slows guessing, and there is nothing to guess in 256 random bits; at each
    sign-in it would only cost us time that an attacker could make us spend. The key, which the
    database does not hold, makes a stolen copy of the table useless to whoever would plant a hash
    of their own.
    """
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()


def secret_matches(secret: str, kept_hash: str, *, key: bytes) -> bool:
    """Whether this is the secret; the time taken says nothing about how nearly it was."""
    return hmac.compare_digest(secret_hash(secret, key=key), kept_hash)


def check_label(label: str) -> str:
    """The label, tidied.

    Raises:
        BadGrant: empty, too long or not printable.
    """
    tidy = " ".join(label.split())
    if not 1 <= len(tidy) <= LABEL_LENGTH_MAX or not tidy.isprintable():
        raise BadGrant(f"a label has 1 to {LABEL_LENGTH_MAX} printable characters")
    return tidy

"""Tokens: JWT (RFC 7519) signed with Ed25519 (RFC 8037), and the public key for those who check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from partners.settings import CURVE

AUDIENCE = "maillage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a token speaks for: a colleague, or a program of an organisation."""

    subject: str
    name: str
    roles: Sequence[str]
    scopes: Sequence[str] = ()
    organisation: UUID | None = None
    organisation_name: str | None = None
    slug: str | None = None
    credential: UUID | None = None


class Signer:
    """Signs tokens with the platform's one key; its id (`kid`) is the RFC 7638 thumbprint."""

    def __init__(self, key: OKPKey, *, issuer: str) -> None:
        self._key = key
        self._issuer = issuer

    def token(self, bearer: Bearer, *, jti: UUID, now: datetime, lifetime: timedelta) -> str:
        """A compact JWT, valid from now for `lifetime`."""
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": bearer.subject,
            "name": bearer.name,
            "roles": list(bearer.roles),
            "scope": " ".join(bearer.scopes),
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": str(jti),
        }
        optional = {
            "org": bearer.organisation,
            "org_name": bearer.organisation_name,
            "slug": bearer.slug,
            "cred": bearer.credential,
        }
        claims |= {name: str(value) for name, value in optional.items() if value is not None}
        header = {"alg": CURVE, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key, algorithms=[CURVE])

    def public_keys(self) -> dict[str, Any]:
        """The JWK set (RFC 7517) to be served."""
        return dict(KeySet([self._key]).as_dict(private=False))

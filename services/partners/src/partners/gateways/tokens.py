"""Tokens: JWT (RFC 7519) signed with Ed25519 (RFC 8037), and the public key for those who check."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeyParameters, KeySet, OKPKey

ALGORITHM = "Ed25519"
AUDIENCE = "maillage"


class BadSigningKey(ValueError):
    """The signing key in the settings is no private Ed25519 key."""

    def __init__(self) -> None:
        super().__init__("MAILLAGE_SIGNING_KEY must be a private Ed25519 key, PEM or JWK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whom a token speaks for: a colleague, or a program of an organisation."""

    subject: str
    name: str
    roles: Sequence[str]
    scopes: Sequence[str] = ()
    organisation: UUID | None = None
    slug: str | None = None
    credential: UUID | None = None


class Signer:
    """Signs tokens with the platform's one key; its id (`kid`) is the RFC 7638 thumbprint."""

    def __init__(self, key: str, *, issuer: str) -> None:
        self._key = _private_key(key)
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
        optional = {"org": bearer.organisation, "slug": bearer.slug, "cred": bearer.credential}
        claims |= {name: str(value) for name, value in optional.items() if value is not None}
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def public_keys(self) -> dict[str, Any]:
        """The JWK set (RFC 7517) to be served."""
        return dict(KeySet([self._key]).as_dict(private=False))


def _private_key(text: str) -> OKPKey:
    written = text.strip()
    parameters: KeyParameters = {"use": "sig", "alg": ALGORITHM}
    try:
        # A PEM in an environment file has its line ends written out.
        value = json.loads(written) if written[:1] == "{" else written.replace("\\n", "\n")
        key = OKPKey.import_key(value, parameters)
    except (JoseError, ValueError, KeyError, TypeError):
        raise BadSigningKey from None
    if key.curve_name != ALGORITHM or not key.is_private:
        raise BadSigningKey
    key.ensure_kid()
    return key

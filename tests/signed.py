"""Tokens as partners signs them, checked against the copy of its keys that a service keeps."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy import text

from chassis.database import Database

# Nobody listens there: the service falls back on its last good copy of the keys.
ISSUER = "http://127.0.0.1:9"
ORGANISATION = UUID("01980000-0000-7000-8000-0000000000ca")


class Issuer:
    """Signs tokens; `publish` leaves its public keys where the service keeps its copy."""

    def __init__(self) -> None:
        self._key = OKPKey.generate_key("Ed25519", {"kid": "test", "alg": "Ed25519", "use": "sig"})

    async def publish(self, database: Database) -> None:
        keys = json.dumps({"keys": [self._key.as_dict(private=False)]})
        statement = text(
            "INSERT INTO jwks_copy (issuer, keys, fetched_at) "
            "VALUES (:issuer, CAST(:keys AS jsonb), :now)"
        )
        async with database.transaction() as tx:
            values = {"issuer": ISSUER, "keys": keys, "now": tx.now}
            await tx.connection.execute(statement, values)

    def headers(self, *roles: str) -> dict[str, str]:
        """What a person of the CAF with these roles sends along."""
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "sub": "claire.dubois",
            "aud": "maillage",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "org": str(ORGANISATION),
            "slug": "caf",
            "name": "Claire Dubois",
            "roles": list(roles),
        }
        header = {"alg": "Ed25519", "kid": "test"}
        token = jwt.encode(header, claims, self._key, algorithms=["Ed25519"])
        return {"authorization": f"Bearer {token}"}

"""Who calls: a bearer token or the session cookie, both the same signed token, checked here.

Every route says who may use it, by `Depends(require(…))` or `Depends(public())`; a test walks the
routes and refuses one that says neither.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

import httpx
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey
from pydantic import BaseModel
from sqlalchemy import text

from chassis.database import Database
from web.problems import Problem

AUDIENCE = "maillage"
ALGORITHM = "Ed25519"
SESSION_COOKIE = "maillage_session"
LEEWAY_S = 5  # between the clocks of two machines
REFRESH_MIN_S = 5  # how often unknown keys, which anybody can invent, may make us ask
KEYS_MAX_AGE_S = 300  # how long a key that was withdrawn is still accepted
FETCH_TIMEOUT_S = 2

_COPY = text("SELECT keys FROM jwks_copy WHERE issuer = :issuer")
_KEEP = text("""
    INSERT INTO jwks_copy (issuer, keys, fetched_at)
    VALUES (:issuer, CAST(:keys AS jsonb), :now)
    ON CONFLICT (issuer) DO UPDATE SET keys = excluded.keys, fetched_at = excluded.fetched_at
""")

_BEARER = HTTPBearer(auto_error=False, description="A token of the issuer, or the session cookie")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who makes the request, as the issuer signed it."""

    subject: str
    name: str
    organisation: UUID | None = None
    organisation_name: str | None = None
    slug: str | None = None
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    credential: str | None = None


class TokenRefused(Exception):
    """The token is not one of ours, or no longer; `code` says which."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Claims(BaseModel):
    sub: str
    org: UUID | None = None
    org_name: str | None = None
    slug: str | None = None
    name: str | None = None
    roles: frozenset[str] = frozenset()
    scope: str = ""
    cred: str | None = None


@dataclass(kw_only=True)
class _Keys:
    """The issuer's public keys as last seen, and when they may and must be asked for again."""

    by_id: dict[str, OKPKey] = field(default_factory=dict)
    may_ask_at: float = 0
    must_ask_at: float = 0


class TokenVerifier:
    """Checks tokens against the issuer's public keys.

    The keys are fetched from `jwks_url` when an unknown one is named (at most every few seconds)
    or when they are old. The last good copy lies in the service's own database: while the issuer
    is away tokens are still checked, after a restart of this process too.
    """

    def __init__(
        self,
        jwks_url: str,
        *,
        issuer: str,
        database: Database,
        fetch: Callable[[], Awaitable[Any]] | None = None,
    ) -> None:
        self._jwks_url = jwks_url
        self._issuer = issuer
        self._database = database
        self._fetch = fetch or self._fetch_over_http
        self._keys = _Keys()
        self._asking = asyncio.Lock()

    async def verify(self, token: str) -> Caller:
        """Who signed in with this token.

        Raises:
            TokenRefused: with the code `token-invalid` or `token-expired`.
        """
        try:
            key = await self._key(_key_id(token))
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            self._check(claims)
            return _caller(claims)
        except ExpiredTokenError:
            raise TokenRefused("token-expired") from None
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            # What a stranger may put into a token ends in all of these.
            raise TokenRefused("token-invalid") from None

    def _check(self, claims: dict[str, Any]) -> None:
        now = int(self._database.clock.now().timestamp())
        jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(claims)

    async def _key(self, key_id: str) -> OKPKey:
        if self._is_due(key_id):
            async with self._asking:
                if self._is_due(key_id):  # else whoever held the lock has just asked
                    await self._ask()
        return self._keys.by_id[key_id]

    def _is_due(self, key_id: str) -> bool:
        now = asyncio.get_running_loop().time()
        due_at = self._keys.may_ask_at if key_id not in self._keys.by_id else self._keys.must_ask_at
        return now >= due_at

    async def _ask(self) -> None:
        now = asyncio.get_running_loop().time()
        self._keys.must_ask_at = now + REFRESH_MIN_S  # meanwhile the known keys serve
        try:
            document = await self._fetch()
            self._keys.by_id = _public_keys(document)
            self._keys.must_ask_at = now + KEYS_MAX_AGE_S
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("keys_not_fetched", error=type(error).__name__)
            self._keys.by_id = self._keys.by_id or await self._recall()
            return
        finally:
            self._keys.may_ask_at = now + REFRESH_MIN_S
        await self._keep(document)

    async def _fetch_over_http(self) -> Any:  # noqa: ANN401  JSON of another process
        async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S, trust_env=False) as client:
            answer = await client.get(self._jwks_url)
            return answer.raise_for_status().json()

    async def _recall(self) -> dict[str, OKPKey]:
        async with self._database.reading() as connection:
            copy = await connection.scalar(_COPY, {"issuer": self._issuer})
        return {} if copy is None else _public_keys(copy)

    async def _keep(self, document: Any) -> None:  # noqa: ANN401  checked by _public_keys
        async with self._database.transaction() as tx:
            values = {"issuer": self._issuer, "keys": json.dumps(document), "now": tx.now}
            await tx.connection.execute(_KEEP, values)


@dataclass(frozen=True, slots=True)
class Require:
    """The dependency of a route that asks who calls; FastAPI calls it and hands on the Caller."""

    roles: frozenset[str]
    scope: str | None

    async def __call__(
        self,
        request: Request,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    ) -> Caller:
        token = bearer.credentials if bearer else request.cookies.get(SESSION_COOKIE)
        if not token:
            raise _unauthorised("token-missing", "A bearer token is needed")
        verifier: TokenVerifier = request.app.state.verifier
        try:
            caller = await verifier.verify(token)
        except TokenRefused as refused:
            raise _unauthorised(refused.code, "The token is not, or no longer, valid") from None
        request.state.caller = caller  # a page of refusal too says who is signed in
        if self.roles and not self.roles & caller.roles:
            raise _forbidden("None of the caller's roles may do this")
        if self.scope is not None and self.scope not in caller.scopes:
            raise _forbidden("The credential lacks the scope for this")
        return caller


class Public:
    """The dependency of a route that is open to everyone on purpose."""

    async def __call__(self) -> None:
        return


def require(*roles: str, scope: str | None = None) -> Require:
    """Let in who has one of the roles (anyone signed in, if none is named) and the scope."""
    return Require(frozenset(roles), scope)


def public() -> Public:
    """Let in everyone: the route says so on purpose."""
    return Public()


def _unauthorised(code: str, title: str) -> Problem:
    challenge = f'Bearer realm="{AUDIENCE}"'
    if code != "token-missing":
        challenge += ', error="invalid_token"'
    return Problem(401, code, title, headers={"WWW-Authenticate": challenge})


def _forbidden(detail: str) -> Problem:
    return Problem(403, "forbidden", "The caller may not do this", detail)


def _key_id(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


def _public_keys(document: Any) -> dict[str, OKPKey]:  # noqa: ANN401  JSON of another process
    keys = [key for key in document["keys"] if key.get("crv") == ALGORITHM]
    if not keys:
        raise ValueError("no key of ours")
    return {str(key["kid"]): OKPKey.import_key(key) for key in keys}


def _caller(given: dict[str, Any]) -> Caller:
    claims = _Claims.model_validate(given)
    return Caller(
        subject=claims.sub,
        name=claims.name or claims.sub,
        organisation=claims.org,
        organisation_name=claims.org_name,
        slug=claims.slug,
        roles=claims.roles,
        scopes=frozenset(claims.scope.split()),
        credential=claims.cred,
    )

"""OAuth 2 client credentials (RFC 6749 §4.4) and the public key that everybody checks by."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from chassis.ids import new_id
from partners.application.access import NotAuthenticated, authenticate
from partners.domain.refusals import OrganisationNotActive
from partners.domain.rights import Role
from partners.entrypoints.context import Context, InContext
from partners.gateways.tokens import Bearer
from web.auth import public

TOKEN_LIFETIME: Final = timedelta(minutes=5)
"""How long a revoked credential still works outside the intake, which asks the database."""
ADMINISTRATOR: Final = "plateforme"
BODY_BYTES_MAX: Final = 8_192
FIELDS_MAX: Final = 16

router = APIRouter(tags=["sign-in"], dependencies=[Depends(public())])


class Token(BaseModel):
    """RFC 6749 §5.1."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenError(Exception):
    """RFC 6749 §5.2: the codes are the standard's, not ours."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"const": "client_credentials"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                        "scope": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post("/oauth2/token", response_model=Token, openapi_extra=_FORM)
async def token(request: Request, here: InContext) -> JSONResponse:
    """A token of five minutes for a client id and its secret, by Basic or in the form."""
    try:
        fields = _fields(request, await request.body())
        client_id, secret = _client(request.headers.get("authorization"), fields)
        bearer = _narrowed(await _bearer(here, client_id, secret), fields.get("scope"))
    except TokenError as error:
        here.metrics.tokens_total.labels(error.error).inc()
        return _refused(error)
    here.metrics.tokens_total.labels("issued").inc()
    signed = here.signer.token(
        bearer, jti=new_id(), now=here.database.clock.now(), lifetime=TOKEN_LIFETIME
    )
    answer = Token(
        access_token=signed,
        token_type="Bearer",  # noqa: S106 - the standard's word, no secret
        expires_in=int(TOKEN_LIFETIME.total_seconds()),
        scope=" ".join(bearer.scopes),
    )
    return JSONResponse(answer.model_dump(), headers={"pragma": "no-cache"})


@router.get("/.well-known/jwks.json")
async def jwks(here: InContext) -> JSONResponse:
    """The public keys (RFC 7517); services keep the last good copy."""
    return JSONResponse(here.signer.public_keys(), headers={"cache-control": "public, max-age=300"})


async def _bearer(here: Context, client_id: str, secret: str) -> Bearer:
    if client_id == ADMINISTRATOR:
        expected = here.settings.admin_secret.get_secret_value()
        if not hmac.compare_digest(secret.encode(), expected.encode()):
            raise _INVALID_CLIENT
        return Bearer(subject=ADMINISTRATOR, name="Plateforme", roles=[Role.ADMINISTRATOR])
    try:
        async with here.database.reading() as connection:
            credential, organisation = await authenticate(
                connection, client_id=client_id, secret=secret, key=here.settings.hash_key
            )
    except NotAuthenticated:
        raise _INVALID_CLIENT from None
    except OrganisationNotActive as refusal:
        raise TokenError("unauthorized_client", refusal.detail) from None
    return Bearer(
        subject=credential.client_id,
        name=organisation.name,
        roles=sorted(credential.roles),
        scopes=sorted(credential.scopes),
        organisation=organisation.id,
        slug=organisation.slug,
        credential=credential.id,
    )


_INVALID_CLIENT: Final = TokenError(
    "invalid_client", "client id or secret not recognised", status=401
)


def _narrowed(bearer: Bearer, scope: str | None) -> Bearer:
    """The bearer with the scopes asked for; all of its own if none were."""
    if scope is None:
        return bearer
    wanted = scope.split()
    if set(wanted) - set(bearer.scopes):
        raise TokenError("invalid_scope", "a scope that this credential does not have")
    return Bearer(
        subject=bearer.subject,
        name=bearer.name,
        roles=bearer.roles,
        scopes=sorted(set(wanted)),
        organisation=bearer.organisation,
        slug=bearer.slug,
        credential=bearer.credential,
    )


def _fields(request: Request, body: bytes) -> Mapping[str, str]:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/x-www-form-urlencoded":
        raise TokenError("invalid_request", "send application/x-www-form-urlencoded")
    if len(body) > BODY_BYTES_MAX:
        raise TokenError("invalid_request", "the form is too large")
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:
        raise TokenError("invalid_request", "the form cannot be read") from None
    if len({name for name, _ in pairs}) < len(pairs):
        raise TokenError("invalid_request", "a field is given twice")  # §3.2
    fields = dict(pairs)
    if fields.get("grant_type") != "client_credentials":
        raise TokenError("unsupported_grant_type", "grant_type must be client_credentials")
    return fields


def _client(authorization: str | None, fields: Mapping[str, str]) -> tuple[str, str]:
    """Client id and secret, from one place only (§2.3)."""
    if authorization is None:
        if "client_id" not in fields or "client_secret" not in fields:
            raise _INVALID_CLIENT
        return fields["client_id"], fields["client_secret"]
    if "client_secret" in fields:
        raise TokenError("invalid_request", "authenticate by one method only")
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        raise _INVALID_CLIENT from None
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise _INVALID_CLIENT
    # §2.3.1: both parts are form-encoded before they are joined.
    return unquote_plus(client_id), unquote_plus(secret)


def _refused(error: TokenError) -> JSONResponse:
    document: dict[str, Any] = {"error": error.error, "error_description": error.description}
    headers = {"pragma": "no-cache"}
    if error.status == _INVALID_CLIENT.status:
        headers["www-authenticate"] = 'Basic realm="maillage", charset="UTF-8"'
    return JSONResponse(document, error.status, headers)

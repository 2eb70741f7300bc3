"""Refusals as RFC 9457 problems: which status answers which code."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import Response

from partners.domain.refusals import MalformedIntent, Refusal
from web.problems import Problem, respond

STATUSES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "unknown-organisation": 404,
        "bad-organisation": 422,
        "transition-refused": 409,
        "unknown-credential": 404,
        "bad-grant": 422,
        "grant-refused": 403,
        "login-taken": 409,
        "credential-revoked": 401,
        "organisation-not-active": 403,
        "type-not-allowed": 403,
        "not-an-intent": 422,
        "unknown-type": 422,
        "schema": 422,
        "nir-refused": 422,
        "contact-refused": 422,
        "correlation-not-yours": 422,
        "time-out-of-range": 422,
        "id-reused": 409,
        "too-large": 413,
    }
)
UNREADABLE: Final = 400
"""Whatever the codec cannot read (not-json, missing-attribute, nul-character…)."""

TITLES: Final = MappingProxyType(
    {
        400: "The event cannot be read",
        401: "The credential is no longer valid",
        403: "This may not be done",
        404: "There is no such thing here",
        409: "This does not go with what is known already",
        413: "The event is too large",
        422: "The content is not acceptable",
    }
)


def status_of(code: str) -> int:
    """The HTTP status that answers the refusal."""
    return STATUSES.get(code, UNREADABLE)


def problem(refusal: Refusal) -> Problem:
    """The refusal as the answer of a request."""
    status = status_of(refusal.code)
    extra: dict[str, Any] = {}
    headers: dict[str, str] = {}
    if isinstance(refusal, MalformedIntent):
        extra["errors"] = [
            {"pointer": f"#{fault.pointer}", "detail": fault.detail} for fault in refusal.faults
        ]
    if status == 401:  # noqa: PLR2004 - the one status that must come with a challenge
        headers["WWW-Authenticate"] = 'Bearer realm="maillage", error="invalid_token"'
    return Problem(status, refusal.code, TITLES[status], refusal.detail, headers=headers, **extra)


def install(app: FastAPI) -> None:
    """Answer every refusal that a route lets through as its problem."""
    app.add_exception_handler(Refusal, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return respond(request, problem(error))

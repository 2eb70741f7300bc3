"""Errors as RFC 9457 problems for programs, and as a page in French for people.

Problem                  what a route raises
├─ 401 token-missing | token-invalid | token-expired, 403 forbidden      web.auth
├─ 403 cross-origin, 413 body-too-large                                  web.edge
├─ 400 idempotency-key-missing, 409 idempotency-key-reused               …http.idempotency
└─ 400 bad-cursor                                                        web.cursors
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.messaging.outcomes import is_transient

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = "2"
CODES = {400: "bad-request", 404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}
# pydantic's sentences for these quote the first characters of what was sent.
QUOTING_TYPES = {"uuid_parsing": "Input should be a valid UUID"}
_TEXT = {"type": "string"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        **dict.fromkeys(("type", "title", "detail", "code"), _TEXT),
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": _TEXT, "detail": _TEXT},
            },
        },
    },
}

# A JSON text may hold NUL, a PostgreSQL text may not.
_BAD_CHARACTER_STATES = {"22021", "22P05"}
DATABASE_ERRORS = (DBAPIError, PoolTimeoutError, ConnectionError, TimeoutError)

log = structlog.get_logger(__name__)


class Problem(HTTPException):
    """An answer other than success, with a `code` that a program can act on.

    `title` says the kind, `detail` this case, both in English and without any input; `page` is
    the French sentence shown to a person instead of the status's usual one. Anything further
    becomes a member of the document.
    """

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        detail: str | None = None,
        *,
        page: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,  # noqa: ANN401  RFC 9457 §3.2: extension members are free
    ) -> None:
        super().__init__(status, detail or title, headers)
        self.code = code
        self.title = title
        self.page = page
        self.extra = extra

    @property
    def status(self) -> int:
        return self.status_code

    def document(self) -> dict[str, Any]:
        """The JSON object of the answer."""
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status_code,
            "detail": self.detail,
            "code": self.code,
            **self.extra,
        }


ErrorPage = Callable[[Request, Problem], Response]


def respond(request: Request, problem: Problem) -> Response:
    """The answer for this client: a page where a person asked for one, else JSON."""
    page: ErrorPage | None = getattr(request.app.state, "error_page", None)
    if page is not None and wants_html(request):
        return page(request, problem)
    return JSONResponse(
        problem.document(), problem.status_code, problem.headers, media_type=MEDIA_TYPE
    )


def wants_html(request: Request) -> bool:
    """Whether a person's browser asks for a page; what is under /v1/ is for programs alone."""
    if request.url.path.startswith("/v1/"):
        return False
    for offer in request.headers.get("accept", "").split(","):
        kind = offer.partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml"):
            return True
        if kind.endswith("json"):
            return False
    return False


def unexpected(reference: str) -> Problem:
    """The answer when we failed: it says nothing but where to find the failure in the logs."""
    return Problem(
        500,
        "internal-error",
        "Something failed on our side",
        "It is recorded; quote the reference when you report it",
        reference=reference,
    )


def install(app: FastAPI) -> None:
    """Answer every error that has a cause outside our code as a problem."""
    for kind in (HTTPException, RequestValidationError, *DATABASE_ERRORS):
        app.add_exception_handler(kind, _answer)


async def _answer(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return respond(request, _from_http(error))
    if isinstance(error, RequestValidationError):
        return respond(request, _from_validation(error.errors()))
    problem = _from_database(error)
    if problem is None:
        raise error
    return respond(request, problem)


def _from_http(error: HTTPException) -> Problem:
    if isinstance(error, Problem):
        return error
    title = HTTPStatus(error.status_code).phrase
    code = CODES.get(error.status_code, title.lower().replace(" ", "-"))
    return Problem(error.status_code, code, title, error.detail, headers=error.headers)


def _from_validation(errors: Sequence[Any]) -> Problem:
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem(400, "not-json", "The body is not JSON")
    return Problem(
        422,
        "invalid",
        "The request does not have the form we expect",
        errors=list(_places(errors)),
    )


def _places(errors: Sequence[Any]) -> Iterator[dict[str, str]]:
    for error in errors:
        place, *path = (str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"])
        # RFC 9457 §3.1.4 points into the body; parameters have no pointer of their own there.
        start = "#" if place == "body" else f"#{place}"
        detail = QUOTING_TYPES.get(error["type"], error["msg"]).removeprefix("Value error, ")
        yield {"pointer": "/".join((start, *path)), "detail": detail}


def _from_database(error: Exception) -> Problem | None:
    if getattr(getattr(error, "orig", None), "sqlstate", None) in _BAD_CHARACTER_STATES:
        return Problem(400, "bad-character", "A text holds a character that cannot be stored")
    if not (is_transient(error) or isinstance(error, PoolTimeoutError)):
        return None
    log.warning("database_away", error=type(error).__name__)
    return Problem(
        503,
        "unavailable",
        "The service cannot reach its database just now",
        "Nothing of this request was kept; send it again",
        headers={"Retry-After": RETRY_AFTER_S},
    )

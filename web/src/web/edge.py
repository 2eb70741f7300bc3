"""What every request passes first and every answer last. Pure ASGI: it never buffers a body."""

import re
import time
from collections.abc import Collection, MutableMapping
from typing import Any

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.ids import new_id
from chassis.metrics import Metrics
from web.problems import Problem, respond, unexpected

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Only what cannot hold words: a caller's reference goes into logs, where no name may stand.
TRACE_ID = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
CORRELATION_ID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
CLIENT_GONE = 499
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})

log = structlog.get_logger(__name__)


class Edge:
    """Refuses what is too large or comes from a foreign page; adds headers; logs and measures."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, origins: Collection[str], body_max_bytes: int
    ) -> None:
        self.app = app
        self._metrics = metrics
        self._origins = origins
        self._body_max_bytes = body_max_bytes
        self._headers = _security_headers(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = _reference(Headers(scope=scope))
        structlog.contextvars.bind_contextvars(trace_id=reference)
        began = time.perf_counter()
        status = CLIENT_GONE

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._complete(message)
            await send(message)

        try:
            await self._handle(scope, receive, answer)
        except Exception:
            log.exception("request_failed", route=_route(scope))
            if status != CLIENT_GONE:  # half an answer is out: only a broken connection tells it
                raise
            await respond(Request(scope), unexpected(reference))(scope, receive, answer)
        finally:
            self._record(scope, status, time.perf_counter() - began)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._body_max_bytes:
                raise self._too_large()
            return message

        request = Request(scope)
        problem = self._refusal(request)
        if problem is not None:
            await respond(request, problem)(scope, receive, send)
        else:
            await self.app(scope, counted, send)

    def _refusal(self, request: Request) -> Problem | None:
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._body_max_bytes:
            return self._too_large()
        if _is_foreign(request, self._origins):
            return Problem(
                403,
                "cross-origin",
                "The request comes from a page of another site",
                page="Ce formulaire vient d'un autre site : nous n'en avons rien fait.",
            )
        return None

    def _too_large(self) -> Problem:
        limit = f"At most {self._body_max_bytes} bytes are accepted"
        # No `Connection: close`: most clients would see the reset before they read this answer.
        return Problem(413, "body-too-large", "The body is too large", limit)

    def _complete(self, message: MutableMapping[str, Any]) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in self._headers.items():
            headers.setdefault(name, value)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = _route(scope)
        self._metrics.http_requests_total.labels(method, route, status).inc()
        self._metrics.http_request_duration_seconds.labels(method, route).observe(seconds)
        write = log.debug if route in PROBES else log.info
        write(
            "request",
            method=method,
            route=route,
            status=status,
            duration_ms=round(seconds * 1000, 1),
        )


def _security_headers(origins: Collection[str]) -> dict[str, str]:
    # A form may also lead to our other origins: signing out, or signing in first.
    targets = " ".join(("'self'", *sorted(origins)))
    policy = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {targets}"
    )
    return {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        # Not "same-origin": browsers then say `Origin: null` between our own services, and signing
        # out from one of them would be refused. To others it says the host, never the page.
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin",
        "cache-control": "no-store",  # unless the route says otherwise: answers are about people
    }


def _is_foreign(request: Request, origins: Collection[str]) -> bool:
    """Whether another site's page makes a browser send this, with the cookies it holds for us.

    A bearer token cannot be sent so, and neither header is missing in a browser of our days.
    Another port of our host counts as the same *site*, so the origin itself is compared.
    """
    origin = request.headers.get("origin")
    if request.method in SAFE_METHODS or origin in origins or "authorization" in request.headers:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")


def _reference(headers: Headers) -> str:
    trace = TRACE_ID.match(headers.get("traceparent", ""))
    if trace:
        return trace[1]
    given = headers.get("x-correlation-id", "")
    return given if CORRELATION_ID.match(given) else str(new_id())


def _route(scope: Scope) -> str:
    """The template of the route taken; a raw path would hold ids, and anybody's words."""
    # FastAPI keeps the prefixes of nested routers here; the route itself knows only its own path.
    nested = scope.get("fastapi", {}).get("effective_route_context")
    route = nested if nested is not None else scope.get("route")
    return getattr(route, "path", None) or "unmatched"

"""Pages: the service's templates in the frame of `pages`."""

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from pages import Frame, Link, Reader
from web.auth import Caller
from web.problems import Problem

FINE = "Tout fonctionne."
TROUBLED = "Une partie de la plateforme est momentanément en retard. Rien n'est perdu."


OPERATOR_ROLES = ("department", "administrator")
OPERATOR_PAGES = (
    Link(label="Messages arrêtés", href="/dead-letters", roles=OPERATOR_ROLES),
    Link(label="Messages qui attendent", href="/waiting", roles=OPERATOR_ROLES),
)


def render(
    request: Request,
    template: str,
    caller: Caller | None,
    *,
    status_code: int = 200,
    **context: Any,  # noqa: ANN401  a template takes anything
) -> HTMLResponse:
    """The page as an answer; the template gets `frame`, `caller` and what else is given."""
    state = request.app.state
    page = state.templates.get_template(template)
    frame = _frame(request, caller)
    return HTMLResponse(page.render(frame=frame, caller=caller, **context), status_code)


def error_page(request: Request, problem: Problem) -> Response:
    """A problem told to a person; who is not signed in is sent there, and comes back."""
    if problem.status == HTTPStatus.UNAUTHORIZED:
        return RedirectResponse(sign_in_url(request), HTTPStatus.SEE_OTHER)
    answer = render(
        request,
        "error.html",
        getattr(request.state, "caller", None),
        status_code=problem.status,
        status=problem.status,
        detail=problem.page,
        reference=problem.extra.get("reference"),
        home_url=request.app.state.info.settings.public_url,
    )
    answer.headers.update(problem.headers or {})
    return answer


def page_url(request: Request) -> str:
    """The public address of this page: of the page that holds the form, for a form."""
    base = str(request.app.state.info.settings.public_url).rstrip("/")
    if request.method not in {"GET", "HEAD"}:
        referer = request.headers.get("referer", "")
        return referer if referer.startswith(f"{base}/") else f"{base}/"
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    query = request.url.query
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def sign_in_url(request: Request) -> str:
    """Where to sign in, and come back to this page."""
    issuer = request.app.state.info.settings.issuer.rstrip("/")
    return f"{issuer}/sign-in?next={quote(page_url(request), safe='')}"


def _may_open(link: Link, caller: Caller | None) -> bool:
    return not link.roles or (caller is not None and not caller.roles.isdisjoint(link.roles))


def _frame(request: Request, caller: Caller | None) -> Frame:
    state = request.app.state
    info, settings = state.info, state.info.settings
    reader = (
        None
        if caller is None
        else Reader(
            name=caller.name,
            acting_for=caller.organisation_name or caller.slug,
            sign_out_url=f"{settings.issuer.rstrip('/')}/sign-out",
        )
    )
    return Frame(
        service=info.title,
        path=request.scope["path"],
        now=state.database.clock.now(),
        platform_state=TROUBLED if any(check() for check in state.worker_checks) else FINE,
        navigation=tuple(e for e in info.navigation + OPERATOR_PAGES if _may_open(e, caller)),
        reader=reader,
        sign_in_url=sign_in_url(request),
        search_url=info.search_url,
        consortium=settings.consortium,
        help_phone=settings.help_phone,
        accessibility_url=settings.accessibility_url,
        demonstration=settings.demonstration,
    )

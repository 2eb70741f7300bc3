"""Sign-in with personas: one click, no password, on a demonstration only.

The composition root includes this router only when the settings allow it; elsewhere the routes do
not exist. The token in the cookie is the same that every service checks; on one machine a cookie
of 127.0.0.1 goes to all its ports.
"""

from datetime import timedelta
from itertools import groupby
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from chassis.ids import new_id
from partners.domain.organisation import State
from partners.entrypoints.context import InContext
from partners.entrypoints.wording import ROLES
from partners.gateways.tokens import Bearer
from partners.settings import Settings
from partners.storage import access
from web.auth import SESSION_COOKIE, public
from web.pages import render
from web.problems import Problem

SESSION: Final = timedelta(hours=8)
"""A working day; closing the browser does not end it, « Se déconnecter » does."""
SEE_OTHER: Final = 303
NEXT_LENGTH_MAX: Final = 2_000

Next = Annotated[str | None, Query(max_length=NEXT_LENGTH_MAX)]

router = APIRouter(include_in_schema=False, dependencies=[Depends(public())])


@router.get("/sign-in")
async def choose(request: Request, here: InContext, next: Next = None) -> HTMLResponse:  # noqa: A002 - the name of the parameter in the address
    """Everyone one may sign in as, by organisation."""
    async with here.database.reading() as connection:
        colleagues = await access.every_colleague(connection)
    groups = [
        (name, list(members))
        for name, members in groupby(colleagues, key=lambda each: each.organisation_name)
    ]
    return render(request, "sign_in.html", None, groups=groups, roles=ROLES, next=next)


@router.get("/sign-in/as/{login}")
async def sign_in_as(login: str, here: InContext, next: Next = None) -> RedirectResponse:  # noqa: A002 - the name of the parameter in the address
    """Sign in as that colleague and go on to where one came from."""
    async with here.database.reading() as connection:
        colleague = await access.colleague_by_login(connection, login)
    if colleague is None or colleague.state != State.ACTIVE:
        raise Problem(
            404,
            "unknown-colleague",
            "Nobody here bears this login",
            page="Cette personne n'est pas connue ici, ou son organisation n'est pas active.",
        )
    bearer = Bearer(
        subject=colleague.login,
        name=colleague.name,
        roles=sorted(colleague.roles),
        organisation=colleague.organisation,
        organisation_name=colleague.organisation_name,
        slug=colleague.slug,
    )
    now = here.database.clock.now()
    token = here.signer.token(bearer, jti=new_id(), now=now, lifetime=SESSION)
    answer = RedirectResponse(safe_next(next, here.settings), SEE_OTHER)
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION.total_seconds()),
        path="/",
        secure=urlsplit(here.public_url).scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/sign-out")
async def sign_out(here: InContext) -> RedirectResponse:
    """Forget the session of this browser."""
    answer = RedirectResponse(f"{here.public_url}/sign-in", SEE_OTHER)
    answer.delete_cookie(
        SESSION_COOKIE,
        path="/",
        secure=urlsplit(here.public_url).scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


def safe_next(wanted: str | None, settings: Settings) -> str:
    """The address, if it is a page of one of our services; else our own first page.

    An address that browsers read otherwise than we do (backslashes, control characters, a name
    before @) is not taken at all.
    """
    home = f"{settings.public_url.rstrip('/')}/"
    if not wanted or not wanted.isprintable() or not wanted.isascii() or set(wanted) & set("\\@ "):
        return home
    try:
        origin = _origin(wanted)
    except ValueError:
        return home
    return wanted if origin in {_origin(url) for url in settings.sibling_urls} else home


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default

"""What vouchers shows to people, in French."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from pages import Link
from vouchers.entrypoints.api import After, read_organisations
from web.auth import Caller, require
from web.pages import render

NAVIGATION = (Link(label="Accueil", href="/"),)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)


@router.get("/")
async def home(
    request: Request, caller: Annotated[Caller, Depends(require())], after: After = None
) -> HTMLResponse:
    """What the service does today, what it will do, and the organisations it knows."""
    page = await read_organisations(request.app.state.database, after=after)
    return render(
        request,
        "home.html",
        caller,
        organisations=page.items,
        first_href="/" if after is not None else None,
        next_href=None if page.next is None else f"/?after={page.next}",
    )

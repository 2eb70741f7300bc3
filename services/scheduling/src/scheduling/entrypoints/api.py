"""What scheduling answers to programs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from chassis.database import Database
from scheduling.domain.directory import Organisation, Standing
from scheduling.storage import counts, organisations
from web import cursors
from web.auth import Caller, require
from web.problems import Problem

# The consortium of a département has some hundred members; the whole directory in a few pages.
PAGE_MAX = 100

# Who compares what the services count with what reporting made of their facts.
COUNT_ROLES = ("department", "auditor", "administrator")

router = APIRouter(prefix="/v1")

SignedIn = Annotated[Caller, Depends(require())]
After = Annotated[str | None, Query(description="`next` of the page before")]


class OrganisationView(BaseModel):
    """One organisation as scheduling knows it."""

    organisation: UUID
    slug: str
    name: str
    standing: Standing


class OrganisationPage(BaseModel):
    """A part of the list, by name; `next` asks for the following one."""

    items: list[OrganisationView]
    next: str | None


class CountsView(BaseModel):
    """How many of everything there are in scheduling's own tables, at one instant."""

    as_of: datetime
    counts: dict[str, int]


@router.get("/counts", dependencies=[Depends(require(*COUNT_ROLES))])
async def get_counts(request: Request) -> CountsView:
    """What scheduling counts, to be compared with what reporting says."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await counts.of_everything(connection)
    return CountsView(as_of=database.clock.now(), counts=found)


@router.get("/organisations")
async def list_organisations(
    request: Request,
    _: SignedIn,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> OrganisationPage:
    """The organisations that the directory has told scheduling of."""
    page = await read_organisations(request.app.state.database, after=after, limit=limit)
    views = [
        OrganisationView(
            organisation=each.id, slug=each.slug, name=each.name, standing=each.standing
        )
        for each in page.items
    ]
    return OrganisationPage(items=views, next=page.next)


async def read_organisations(
    database: Database, *, after: str | None, limit: int = PAGE_MAX
) -> cursors.Page[Organisation]:
    """One page of the list, from where the cursor `after` says.

    Raises:
        Problem: 400 `bad-cursor`.
    """
    position = None if after is None else _position(after)
    async with database.reading() as connection:
        found = await organisations.page(connection, after=position, limit=limit + 1)
    return cursors.Page(found[:limit], _next(found, limit))


def _next(found: Sequence[Organisation], limit: int) -> str | None:
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return cursors.encode({"name": last.name, "id": str(last.id)})


def _position(cursor: str) -> tuple[str, UUID]:
    position = cursors.decode(cursor)
    name, text = position.get("name"), position.get("id")
    try:
        if isinstance(name, str) and isinstance(text, str):
            return name, UUID(text)
    except ValueError:
        pass
    raise Problem(400, "bad-cursor", "The cursor is not one of ours")

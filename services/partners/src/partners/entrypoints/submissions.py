"""What an organisation sent, and the answers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from partners.domain.submission import Submission, SubmissionState
from partners.entrypoints.context import Context, InContext
from partners.storage import submissions
from web import cursors
from web.auth import Caller, require
from web.problems import Problem

PAGE_MAX = 100

router = APIRouter(prefix="/v1", tags=["intake"])

SignedIn = Annotated[Caller, Depends(require())]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]
Reference = Annotated[str | None, Query(max_length=255)]
"""The partner's own reference, its event's id, or the submission's."""
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


class SubmissionView(BaseModel):
    """One thing sent, and its answer once there is one."""

    submission: UUID
    state: SubmissionState
    reason: str | None
    detail: str | None
    subject: UUID | None
    correlation_id: UUID | None
    type: str | None
    id: str | None
    """The event's own id."""
    partner_reference: str | None
    door: str
    offset: int | None
    received_at: str
    answered_at: str | None
    journey_url: str | None


class SubmissionList(BaseModel):
    items: list[SubmissionView]
    next: str | None


@router.get("/submissions")
async def list_submissions(
    caller: SignedIn,
    here: InContext,
    state: SubmissionState | None = None,
    reference: Reference = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> SubmissionList:
    """What the caller's organisation sent, newest first; `reference` finds one again."""
    page = await page_of_submissions(
        here, caller, state=state, reference=reference, cursor=cursor, limit=limit
    )
    return SubmissionList(items=[_submission(each, here) for each in page.items], next=page.next)


@router.get("/submissions/{submission}")
async def get_submission(submission: UUID, caller: SignedIn, here: InContext) -> SubmissionView:
    """One thing sent; another organisation's is not found."""
    return _submission(await own_submission(here, caller, submission), here)


async def page_of_submissions(
    here: Context,
    caller: Caller,
    *,
    state: SubmissionState | None,
    reference: str | None = None,
    cursor: str | None,
    limit: int,
) -> cursors.Page[Submission]:
    """One page of the caller's organisation's submissions.

    Raises:
        Problem: 400 `bad-cursor`, 403 `no-organisation`.
    """
    before = None if cursor is None else _position(cursor)
    async with here.database.reading() as connection:
        found = await submissions.page(
            connection,
            organisation_of(caller),
            state=state,
            reference=reference,
            before=before,
            size=limit + 1,
        )
    more = cursors.encode({"before": str(found[limit - 1].id)}) if len(found) > limit else None
    return cursors.Page(found[:limit], more)


async def own_submission(here: Context, caller: Caller, identifier: UUID) -> Submission:
    """The submission, if it is the caller's organisation's.

    Raises:
        Problem: 404 `unknown-submission`, whether it is another's or nobody's.
    """
    async with here.database.reading() as connection:
        found = await submissions.by_id(connection, identifier)
    if found is None or found.organisation != organisation_of(caller):
        raise Problem(404, "unknown-submission", "Your organisation has no such submission")
    return found


def organisation_of(caller: Caller) -> UUID:
    """The organisation the caller acts for.

    Raises:
        Problem: 403 `no-organisation`: the platform's administrator acts for none.
    """
    if caller.organisation is None:
        raise Problem(403, "no-organisation", "You act for no organisation")
    return caller.organisation


def journey_url(submission: Submission, here: Context) -> str | None:
    """Where reporting shows the parcours, once its correlation id is known."""
    if submission.correlation is None:
        return None
    return f"{here.settings.reporting_url.rstrip('/')}/journeys/{submission.correlation}"


def _position(cursor: str) -> UUID:
    before = cursors.decode(cursor).get("before")
    try:
        return UUID(str(before))
    except ValueError:
        raise Problem(400, "bad-cursor", "The cursor is not one of ours") from None


def _submission(of: Submission, here: Context) -> SubmissionView:
    return SubmissionView(
        submission=of.id,
        state=of.state,
        reason=of.reason,
        detail=of.detail,
        subject=of.subject,
        correlation_id=of.correlation,
        type=of.type,
        id=of.event_id,
        partner_reference=of.partner_reference,
        door=of.door,
        offset=of.offset,
        received_at=of.received_at.isoformat(),
        answered_at=of.answered_at.isoformat() if of.answered_at else None,
        journey_url=journey_url(of, here),
    )

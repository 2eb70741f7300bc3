"""What partners shows to people, in French: what they sent, and the organisations."""

from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import pages
from pages import Link
from partners.application.access import known_organisation
from partners.application.organisations import TakeStep, take_organisation_step
from partners.domain.organisation import Step, SuspensionReason
from partners.domain.refusals import TransitionRefused
from partners.domain.submission import SubmissionState
from partners.entrypoints import wording
from partners.entrypoints.context import Context, InContext
from partners.entrypoints.story import history, story
from partners.entrypoints.submissions import (
    Reference,
    journey_url,
    organisation_of,
    own_submission,
    page_of_submissions,
)
from partners.storage import organisations, submissions
from web.auth import Caller, require
from web.pages import render
from web.problems import Problem

PAGE: Final = 50
SEE_OTHER: Final = 303
UNPROCESSABLE: Final = 422

NAVIGATION: Final = (
    Link(label="Mes envois", href="/"),
    Link(label="Organisations", href="/organisations"),
)

router = APIRouter(default_response_class=HTMLResponse, include_in_schema=False)

SignedIn = Annotated[Caller, Depends(require())]
GOVERNORS: Final = frozenset({"administrator", "department"})
Governor = Annotated[Caller, Depends(require(*GOVERNORS))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One of the links above the list."""

    label: str
    href: str
    count: int
    chosen: bool


@router.get("/")
async def my_submissions(
    request: Request,
    caller: SignedIn,
    here: InContext,
    state: SubmissionState | None = None,
    reference: Reference = None,
    cursor: str | None = None,
) -> HTMLResponse:
    """« Mes envois et leurs réponses »; with a reference, the one that bears it."""
    sought = (reference or "").strip() or None
    page = await page_of_submissions(
        here, caller, state=state, reference=sought, cursor=cursor, limit=PAGE
    )
    async with here.database.reading() as connection:
        counts = await submissions.count_by_state(connection, organisation_of(caller))
        organisation = await organisations.by_id(connection, organisation_of(caller))
    return render(
        request,
        "submissions.html",
        caller,
        submissions=page.items,
        organisation=organisation,
        counts=counts,
        sought=sought,
        filters=_filters(counts, state),
        first_href=_address(state) if cursor else None,
        next_href=_address(state, page.next) if page.next else None,
        states=wording.STATES,
        reason=wording.reason,
        name_of=wording.name_of,
        kind_of_sending=wording.kind_of_sending,
        journey_url=lambda each: journey_url(each, here),
        public_url=here.public_url,
        has_topic=caller.slug in here.settings.door_slugs,
    )


@router.get("/submissions/{submission}")
async def one_submission(
    submission: UUID, request: Request, caller: SignedIn, here: InContext
) -> HTMLResponse:
    """One thing sent, with its story."""
    found = await own_submission(here, caller, submission)
    return render(
        request,
        "submission.html",
        caller,
        submission=found,
        name=wording.name_of(found),
        steps=story(found),
        state=wording.STATES[found.state],
        reason=wording.reason(found.reason),
        kind=wording.kind_of_sending(found.type),
        journey_url=journey_url(found, here),
        back=[Link(label="Mes envois", href="/")],
    )


@router.get("/organisations")
async def all_organisations(request: Request, caller: SignedIn, here: InContext) -> HTMLResponse:
    """Every organisation; for whoever governs them, with what may be done about each."""
    async with here.database.reading() as connection:
        found = await organisations.every(connection)
    return render(
        request,
        "organisations.html",
        caller,
        organisations=found,
        states=wording.ORGANISATION_STATES,
        kinds=wording.KINDS,
        steps=wording.STEPS_FROM,
        governs=bool(caller.roles & GOVERNORS),
    )


@router.get("/organisations/{slug}/{step}")
async def confirm_step(
    slug: str, step: Step, request: Request, caller: Governor, here: InContext
) -> HTMLResponse:
    """Say what the step will do, and ask."""
    return await _confirmation(request, caller, here, slug=slug, step=step)


@router.post("/organisations/{slug}/{step}")
async def do_step(
    slug: str,
    step: Step,
    request: Request,
    caller: Governor,
    here: InContext,
    reason: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Do it, and show the list again."""
    known = reason in set(SuspensionReason)
    if step is Step.SUSPEND and not known:
        form = pages.Form(
            values={"reason": reason},
            errors={"reason": "Choisissez le motif : il est transmis aux services."},
        )
        return await _confirmation(request, caller, here, slug=slug, step=step, form=form)
    command = TakeStep(
        slug=slug,
        step=step,
        by=caller.subject,
        reason=SuspensionReason(reason) if step is Step.SUSPEND else None,
    )
    try:
        async with here.database.transaction() as tx:
            await take_organisation_step(tx, command)
    except TransitionRefused as refusal:
        raise Problem(
            409,
            refusal.code,
            "The organisation is not in the state for this",
            page="L'organisation a changé d'état entre-temps : relisez la liste.",
        ) from None
    return RedirectResponse("/organisations", SEE_OTHER)


async def _confirmation(
    request: Request,
    caller: Caller,
    here: Context,
    *,
    slug: str,
    step: Step,
    form: pages.Form | None = None,
) -> HTMLResponse:
    async with here.database.reading() as connection:
        organisation = await known_organisation(connection, slug)
        facts = await organisations.facts(connection, organisation.id)
    return render(
        request,
        "organisation_step.html",
        caller,
        status_code=200 if form is None else UNPROCESSABLE,
        organisation=organisation,
        step=step,
        words=wording.STEPS[step],
        reasons=list(wording.SUSPENSIONS.items()),
        form=form or pages.Form(),
        history=history(facts),
        back=[Link(label="Organisations", href="/organisations")],
    )


def _filters(counts: dict[str, int], chosen: SubmissionState | None) -> list[Filter]:
    every = Filter(
        label="Tous", href=_address(None), count=sum(counts.values()), chosen=chosen is None
    )
    labels = {
        SubmissionState.RECEIVED: "En attente de réponse",
        SubmissionState.ACCEPTED: "Acceptés",
        SubmissionState.REFUSED: "Refusés",
    }
    return [
        every,
        *(
            Filter(
                label=label,
                href=_address(state),
                count=counts.get(state, 0),
                chosen=chosen is state,
            )
            for state, label in labels.items()
        ),
    ]


def _address(state: SubmissionState | None, cursor: str | None = None) -> str:
    query = {"state": state, "cursor": cursor}
    given = {name: value for name, value in query.items() if value is not None}
    return f"/?{urlencode(given)}" if given else "/"

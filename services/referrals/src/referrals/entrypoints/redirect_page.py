"""The page « Réorienter »: others are asked in the place of a target that has not taken anyone."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

import pages
from chassis.database import Database
from chassis.ids import new_id
from contracts.codes import RedirectReason
from pages import Link
from referrals.application.acts import Act, RefusedError
from referrals.application.redirecting import RedirectReferral, redirect_referral
from referrals.application.viewing import View, redirectable, view_referral
from referrals.domain.referrals import State
from referrals.entrypoints import shown
from referrals.entrypoints.access import AsMember, Member, check_active
from referrals.entrypoints.sendings import TARGETS_MAX, as_ids
from referrals.entrypoints.wording import sentence, sentence_of
from referrals.metrics import Metrics
from referrals.storage import organisations
from web.auth import require
from web.pages import render
from web.problems import Problem

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)

Typed = Annotated[str, Field(max_length=1_000)]

# What is wrong with whom one asks stands beside the boxes, all else beside whom one leaves.
_ABOUT_TARGETS: Final = frozenset(
    {"own-organisation", "unknown-organisation", "organisation-not-active", "already-asked"}
)


class RedirectForm(BaseModel):
    """What came, as text: a form keeps what was typed when it comes back."""

    act: UUID
    from_organisation: Typed = ""
    targets: Annotated[list[Typed], Field(max_length=100)] = []
    reason: Typed = ""


@router.get("/referrals/{referral}/redirect")
async def blank(
    request: Request,
    referral: UUID,
    member: AsMember,
    to: Annotated[list[str] | None, Query(max_length=TARGETS_MAX)] = None,
) -> HTMLResponse:
    """The empty form; `to` ticks organisations that another page proposes."""
    form = pages.Form(values={"targets": to or []})
    return await _page(request, referral, member, form, status=200)


@router.post("/referrals/{referral}/redirect")
async def redirect(
    request: Request, referral: UUID, member: AsMember, typed: Annotated[RedirectForm, Form()]
) -> Response:
    """« Réorienter »."""
    errors = _faults(typed)
    if errors:
        form = pages.Form(values=typed.model_dump(), errors=errors)
        return await _page(request, referral, member, form, status=422)
    _check_may_redirect(member)
    database: Database = request.app.state.database
    metrics: Metrics = request.app.state.service_metrics
    try:
        async with database.transaction() as tx:
            await check_active(tx.connection, member.organisation)
            command = RedirectReferral(
                act=Act(id=typed.act, organisation=member.organisation, who=member.who, at=tx.now),
                referral=referral,
                from_organisation=UUID(typed.from_organisation),
                targets=as_ids(typed.targets),
                reason=typed.reason or None,
            )
            await redirect_referral(tx, command)
    except RefusedError as error:
        code = error.refusal.code
        metrics.decisions_total.labels("page", code).inc()
        place = "targets" if code in _ABOUT_TARGETS else "from_organisation"
        form = pages.Form(values=typed.model_dump(), errors={place: sentence(error.refusal)})
        return await _page(request, referral, member, form, status=409)
    metrics.decisions_total.labels("page", "accepted").inc()
    return RedirectResponse(f"/referrals/{referral}?done=redirect", status_code=303)


async def _page(
    request: Request, referral: UUID, member: Member, form: pages.Form, *, status: int
) -> HTMLResponse:
    _check_may_redirect(member)
    database: Database = request.app.state.database
    async with database.reading() as connection:
        await check_active(connection, member.organisation)
        view = await view_referral(connection, organisation=member.organisation, referral=referral)
        if view is None:
            said = sentence_of("not-addressed-to-you")
            raise Problem(404, "unknown-referral", "No referral of yours bears this id", page=said)
        active = await organisations.active(connection)
    seen = {view.line.sender, *(target.organisation for target in view.targets)}
    replaced = redirectable(view)
    first = {"from_organisation": str(replaced[0].organisation)} if len(replaced) == 1 else {}
    return render(
        request,
        "redirect.html",
        member.caller,
        status_code=status,
        view=view,
        back=Link(label="Orientation", href=f"/referrals/{referral}"),
        lead=_lead(view),
        form=pages.Form(values={**first, **form.values}, errors=form.errors),
        # A form that comes back keeps its number, so that what went through is not done again.
        act=form.values.get("act") or new_id(),
        choices=[
            (str(each.organisation), f"{each.name} ({_state(each.state)})") for each in replaced
        ],
        organisations=[(str(one.id), one.name) for one in active if one.id not in seen],
        reasons=[(code.value, code.label) for code in RedirectReason],
        pairs=shown.need_pairs(view),
    )


def _faults(typed: RedirectForm) -> dict[str, str]:
    faults = {}
    if len(as_ids([typed.from_organisation])) != 1:
        faults["from_organisation"] = "Choisissez l'organisation qui n'est plus sollicitée."
    if not _are_targets(typed.targets):
        faults["targets"] = "Choisissez de une à dix organisations."
    if typed.reason and typed.reason not in list(RedirectReason):
        faults["reason"] = "Choisissez un motif de la liste."
    return faults


def _are_targets(typed: list[str]) -> bool:
    return 1 <= len(as_ids(typed)) == len(typed) <= TARGETS_MAX


def _state(state: State) -> str:
    return "a refusé" if state is State.REFUSED else "sans réponse"


def _lead(view: View) -> str:
    if view.by_sender:
        return "La même demande part à d'autres organisations, à la place d'une seule."
    return f"La demande de {view.line.sender_name} part à d'autres organisations, à votre place."


def _check_may_redirect(member: Member) -> None:
    if not member.works_with_persons:
        raise Problem(403, "forbidden", "The caller's roles do not let it redirect")

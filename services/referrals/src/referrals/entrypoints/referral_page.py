"""The page of one referral, and the three forms by which a target answers it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from contracts.codes import Code, Outcome, RefusalReason
from pages import Link
from pages.french import count, day
from referrals.application.acts import Act, RefusedError
from referrals.application.answering import AnswerReferral, answer_referral
from referrals.application.names import LookUpName, look_up_name
from referrals.application.offering import Search, nearest_seats
from referrals.application.viewing import View, redirectable, seeks_seat, view_referral
from referrals.domain.offering import Offer
from referrals.domain.persons import Identity
from referrals.domain.referrals import State, Step
from referrals.domain.refusals import NoAgreement
from referrals.entrypoints import shown
from referrals.entrypoints.access import AsMember, Member, check_active
from referrals.entrypoints.api import Found, count_lookup
from referrals.entrypoints.seats_shown import appointment_line, seat_shown, seats_lead
from referrals.entrypoints.texts import message_fault
from referrals.entrypoints.wording import sentence, sentence_of
from referrals.metrics import Metrics
from referrals.storage import reading
from referrals.storage.appointments import Noted
from web.auth import require
from web.pages import render
from web.problems import Problem

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)

Field = Annotated[str, Form(max_length=5_000)]

DONE: Final = {
    "accept": "Vous avez pris cette personne en charge",
    "refuse": "Vous avez refusé cette orientation",
    "complete": "Vous avez clôturé cette orientation",
    "redirect": "Vous avez réorienté la personne",
    "sent": "Orientation envoyée",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What the page shows beside the referral itself: the form as typed, what came of it."""

    form: pages.Form = field(default_factory=pages.Form)
    refused: str | None = None
    done: str | None = None
    status: int = 200


@router.get("/referrals/{referral}")
async def one(
    request: Request, referral: UUID, member: AsMember, done: Annotated[str, Query()] = ""
) -> HTMLResponse:
    """One referral: what to do next, who it is about, what happened."""
    return await _page(request, referral, member, Showing(done=DONE.get(done)))


@router.post("/referrals/{referral}/accept")
async def accept(
    request: Request,
    referral: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    accept_message: Field = "",
) -> Response:
    """« Prendre en charge »."""
    typed = {"accept_message": accept_message}
    answer = _Typed(step=Step.ACCEPT, act=act, typed=typed, message=accept_message)
    return await _answer(request, referral, member, answer)


@router.post("/referrals/{referral}/refuse")
async def refuse(
    request: Request,
    referral: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    refuse_reason: Field = "",
    refuse_message: Field = "",
) -> Response:
    """« Refuser », with a coded reason."""
    typed = {"refuse_reason": refuse_reason, "refuse_message": refuse_message}
    errors = _code_fault("refuse_reason", RefusalReason, refuse_reason, "Choisissez un motif.")
    if refuse_reason == RefusalReason.OTHER and not refuse_message.strip():
        errors["refuse_message"] = "Dites en quelques mots pourquoi, sans nommer personne."
    answer = _Typed(
        step=Step.REFUSE,
        act=act,
        typed=typed,
        message=refuse_message,
        code=refuse_reason,
        errors=errors,
    )
    return await _answer(request, referral, member, answer)


@router.post("/referrals/{referral}/complete")
async def complete(
    request: Request,
    referral: UUID,
    member: AsMember,
    act: Annotated[UUID, Form()],
    outcome: Field = "",
    complete_message: Field = "",
) -> Response:
    """« Clôturer », with what came of it."""
    typed = {"outcome": outcome, "complete_message": complete_message}
    errors = _code_fault("outcome", Outcome, outcome, "Dites ce qu'il en est résulté.")
    answer = _Typed(
        step=Step.COMPLETE,
        act=act,
        typed=typed,
        message=complete_message,
        code=outcome,
        errors=errors,
    )
    return await _answer(request, referral, member, answer)


async def find_referral(
    connection: AsyncConnection, reference: str, *, organisation: UUID
) -> UUID | None:
    """The referral that a reference means to an organisation: our id, or the sender's own word."""
    try:
        referral = UUID(reference)
    except ValueError:
        return await reading.by_reference(connection, reference, organisation=organisation)
    view = await view_referral(connection, organisation=organisation, referral=referral)
    return None if view is None else referral


@dataclass(frozen=True, slots=True, kw_only=True)
class _Typed:
    """A form as it came. `act` was minted with the page: a double click is one answer."""

    step: Step
    act: UUID
    typed: Mapping[str, str]
    message: str
    code: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def wrong(self) -> dict[str, str]:
        """What is wrong, by field."""
        fault = message_fault(self.message)
        field_name = next(name for name in self.typed if name.endswith("_message"))
        return {**self.errors, **({field_name: fault} if fault else {})}


async def _answer(request: Request, referral: UUID, member: Member, typed: _Typed) -> Response:
    if not member.works_with_persons:
        raise Problem(403, "forbidden", "The caller's roles do not let it answer")
    if errors := typed.wrong():
        form = pages.Form(values=typed.typed, errors=errors)
        return await _page(request, referral, member, Showing(form=form, status=422))
    database: Database = request.app.state.database
    metrics: Metrics = request.app.state.service_metrics
    try:
        async with database.transaction() as tx:
            await check_active(tx.connection, member.organisation)
            command = AnswerReferral(
                act=Act(id=typed.act, organisation=member.organisation, who=member.who, at=tx.now),
                referral=referral,
                step=typed.step,
                code=typed.code,
                message=typed.message.strip().replace("\r\n", "\n") or None,
            )
            await answer_referral(tx, command)
    except RefusedError as error:
        metrics.decisions_total.labels("page", error.refusal.code).inc()
        said = Showing(
            form=pages.Form(values=typed.typed), refused=sentence(error.refusal), status=409
        )
        return await _page(request, referral, member, said)
    metrics.decisions_total.labels("page", "accepted").inc()
    return RedirectResponse(f"/referrals/{referral}?done={typed.step}", status_code=303)


async def _page(request: Request, referral: UUID, member: Member, showing: Showing) -> HTMLResponse:
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        await check_active(tx.connection, member.organisation)
        view = await view_referral(
            tx.connection, organisation=member.organisation, referral=referral
        )
        if view is None:
            raise Problem(
                404,
                "unknown-referral",
                "No referral of yours bears this id",
                page=sentence_of("not-addressed-to-you"),
            )
        found = await _name(tx, member, view)
        now = tx.now
        offers = await _offers(tx.connection, view, now) if member.works_with_persons else []
    count_lookup(request, found)
    upcoming = view.upcoming(now)
    return render(
        request,
        "referral.html",
        member.caller,
        status_code=showing.status,
        view=view,
        need=shown.label_of_need(view.line),
        trail=_trail(view),
        lead=_lead(view),
        names=shown.name_pairs(found) if isinstance(found, Identity) else None,
        withheld=None if isinstance(found, Identity) else _withheld(view, found),
        answers=_answers(view) if member.works_with_persons else (),
        seats=[seat_shown(offer) for offer in offers],
        seats_lead=seats_lead(view.line.commune),
        seek=seeks_seat(view, now=now) if member.works_with_persons else False,
        asked={target.organisation for target in view.targets if target.state is State.SENT},
        scheduling_url=request.app.state.scheduling_url,
        upcoming=appointment_line(upcoming) if upcoming else None,
        redirect_label=_redirect_label(view) if member.works_with_persons else None,
        act=new_id(),
        form=showing.form,
        refused=showing.refused,
        done=showing.done,
        reasons=_options(RefusalReason),
        outcomes=_options(Outcome),
        chip=shown.view_chip(view, now=now),
        pairs=shown.need_pairs(view),
        targets=shown.target_pairs(view),
        steps=shown.timeline(view, now=now),
    )


async def _offers(connection: AsyncConnection, view: View, now: datetime) -> list[Offer]:
    if not seeks_seat(view, now=now):
        return []
    taken = {each.organisation for each in view.targets if each.state is State.ACCEPTED}
    gone = {State.REFUSED, State.REDIRECTED}
    search = Search(
        need=view.line.need,
        level=view.line.level,
        commune=view.line.commune,
        not_of={
            view.line.sender,
            *(each.organisation for each in view.targets if each.state in gone),
        },
        # Who took the person sees her: the others are no longer asked for a seat.
        only_of=taken,
    )
    return await nearest_seats(connection, search, now=now)


async def _name(tx: Transaction, member: Member, view: View) -> Found:
    if not member.works_with_persons:
        return None
    command = LookUpName(organisation=member.organisation, who=member.who, person=view.line.person)
    return await look_up_name(tx, command)


def _withheld(view: View, found: Found) -> str:
    if found is None:
        return sentence_of("name-not-for-you")
    if not isinstance(found, NoAgreement):
        return sentence_of("anonymous")
    if view.state is State.REFUSED:
        return sentence_of("name-closed-by-refusal")
    if view.state is State.REDIRECTED:
        return sentence_of("name-closed-by-redirection")
    return sentence(found)


def _answers(view: View) -> tuple[str, ...]:
    if view.by_sender:
        return ()
    return {State.SENT: ("accept", "refuse"), State.ACCEPTED: ("complete",)}.get(view.state, ())


def _redirect_label(view: View) -> str | None:
    if not redirectable(view):
        return None
    return "Réorienter" if view.by_sender else "Confier à une autre organisation"


def _lead(view: View) -> str:
    if view.by_sender:
        return _lead_of_sender(view)
    return {
        State.SENT: f"{view.line.sender_name} attend votre réponse : prenez la personne en "
        "charge, ou refusez en disant pourquoi.",
        State.ACCEPTED: "Vous avez pris cette personne en charge. Quand l'aide est finie, "
        "clôturez l'orientation.",
        State.REFUSED: "Vous avez refusé cette orientation. Rien d'autre n'est à faire.",
        State.COMPLETED: "Vous avez clôturé cette orientation. Rien d'autre n'est à faire.",
        State.REDIRECTED: "La personne a été réorientée : votre organisation n'est plus "
        "sollicitée. Rien d'autre n'est à faire.",
    }[view.state]


def _lead_of_sender(view: View) -> str:
    if view.missed is not None:
        return _after_missed(view, view.missed)
    waiting = sum(target.state is State.SENT for target in view.targets)
    if waiting:
        asked = count(waiting, "destinataire n'a pas", "destinataires n'ont pas")
        return f"{asked} encore répondu."
    if view.state is State.REFUSED:
        return (
            "Personne n'a pu prendre en charge. Réorientez la personne vers une autre organisation."
        )
    return "Tous les destinataires ont répondu. Rien n'est à faire de votre part."


def _after_missed(view: View, missed: Noted) -> str:
    said = f"La personne n'a pas pu venir au rendez-vous du {day(missed.seat.starts_at)}."
    names = {target.organisation: target.name for target in view.targets}
    name = names.get(missed.seat.organisation)
    if name is None:  # the sender's own seat
        return f"{said} Appelez-la : vous pouvez lui en donner un autre."
    return (
        f"{said} Vous pouvez l'appeler ; {name} peut lui en donner un autre, "
        "ou clôturer l'orientation."
    )


def _trail(view: View) -> Link:
    if view.by_sender:
        return Link(label="Orientations envoyées", href="/sent")
    return Link(label="Orientations reçues", href="/")


def _options(codes: type[Code]) -> list[tuple[str, str]]:
    return [(code.value, code.label) for code in codes]


def _code_fault(name: str, codes: type[Code], value: str, said: str) -> dict[str, str]:
    return {} if value in list(codes) else {name: said}

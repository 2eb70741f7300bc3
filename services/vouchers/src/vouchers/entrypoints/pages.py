"""What vouchers shows to people, in French: what to do next, and where the money is."""

from collections.abc import Mapping
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

import pages
from chassis.database import Database, Transaction
from chassis.ids import new_id
from pages import Link
from vouchers.application import issuing, settlement
from vouchers.domain.instants import day_in_france
from vouchers.domain.ledger import OperationKind
from vouchers.domain.refusals import UnknownSettlement
from vouchers.entrypoints.api import After, read_organisations
from vouchers.entrypoints.counter import DISTRIBUTORS, Distributor
from vouchers.entrypoints.performing import (
    STEWARDS,
    SignedIn,
    Steward,
    act_of,
    own_or_all,
    perform,
    problem,
)
from vouchers.entrypoints.wording import sentence
from vouchers.metrics import Metrics
from vouchers.storage import (
    booklets,
    ledger,
    organisations,
    programmes,
    redemptions,
    reversals,
)
from web.auth import Caller, require
from web.pages import render
from web.problems import Problem

NAVIGATION: Final = (
    Link(label="Accueil", href="/"),
    Link(label="Commandes", href="/orders", roles=(*STEWARDS, "auditor")),
    Link(label="Remettre un carnet", href="/hand-over", roles=DISTRIBUTORS),
    Link(label="Pass utilisés", href="/counter", roles=(*DISTRIBUTORS, "coordinator")),
    Link(label="Décomptes", href="/settlements"),
    Link(label="Pass non utilisés", href="/statements", roles=(*STEWARDS, "auditor")),
    Link(label="Organisations", href="/organisations"),
)

router = APIRouter(
    default_response_class=HTMLResponse,
    include_in_schema=False,
    dependencies=[Depends(require())],
)


@router.get("/")
async def home(request: Request, caller: SignedIn) -> HTMLResponse:
    """What to do next, and each programme's money by where it stands."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await programmes.everyone(connection)
        standing = [(each, await ledger.balances(connection, each.id)) for each in found]
        today = day_in_france(database.clock.now())
        own = caller.organisation
        stock = await booklets.stock(connection, own, on=today) if own else []
        refused = await redemptions.refused(connection, own) if own else []
        undo = await reversals.to_undo(connection, None) if set(STEWARDS) & caller.roles else []
    return render(
        request,
        "home.html",
        caller,
        programmes=standing,
        stock=stock,
        distributes=_distributes(caller),
        refused=len(refused),
        undo=len(undo),
    )


@router.get("/organisations")
async def directory(request: Request, caller: SignedIn, after: After = None) -> HTMLResponse:
    """The organisations that the directory has told vouchers of."""
    page = await read_organisations(request.app.state.database, after=after)
    return render(
        request,
        "organisations.html",
        caller,
        organisations=page.items,
        first_href="/organisations" if after is not None else None,
        next_href=None if page.next is None else f"/organisations?after={page.next}",
    )


@router.get("/hand-over")
async def blank(
    request: Request,
    caller: Distributor,
    referral: str = "",
    done: Annotated[str | None, Query()] = None,
) -> HTMLResponse:
    """The form of « remettre un carnet »; a referral's page leads here with its number."""
    form = pages.Form(values={"referral": referral})
    return await _hand_over_page(request, caller, form, done=done is not None, status=200)


@router.post("/hand-over")
async def hand_over(
    request: Request,
    caller: Distributor,
    act: Annotated[UUID, Form()],
    referral: Annotated[str, Form(max_length=100)] = "",
    programme: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """« Remettre le carnet »: sent twice, the form hands one booklet over."""
    values = {"act": str(act), "referral": referral, "programme": programme}
    cited, chosen = _uuid(referral), _uuid(programme)
    errors = {}
    if cited is None:
        errors["referral"] = "Recopiez le numéro de l'orientation, tel qu'il figure sur sa page."
    if chosen is None:
        errors["programme"] = "Choisissez le dispositif du carnet."
    if cited is None or chosen is None:
        form = pages.Form(values=values, errors=errors)
        return await _hand_over_page(request, caller, form, status=422)
    operation = act_of(request, caller, str(act), programme=programme, referral=referral)
    command = issuing.IssueBooklet(
        act=operation,
        distributor=_own(caller),
        programme=chosen,
        person=None,
        referral=cited,
    )
    metrics: Metrics = request.app.state.service_metrics

    async def step(tx: Transaction) -> Mapping[str, Any]:
        return (await issuing.issue_booklet(tx, command)).reply

    try:
        await perform(request, operation, OperationKind.ISSUE, step)
    except Problem as refused:
        metrics.issues_total.labels("page", refused.code).inc()
        place = "programme" if refused.code in _ABOUT_PROGRAMME else "referral"
        # The refusal is kept under the form's number: what is typed next is another form.
        typed = values | {"act": ""}
        form = pages.Form(values=typed, errors={place: sentence(refused.code)})
        return await _hand_over_page(request, caller, form, status=422)
    metrics.issues_total.labels("page", "accepted").inc()
    return RedirectResponse("/hand-over?done=oui", status_code=303)


_ABOUT_PROGRAMME: Final = {"no-stock", "validity-over", "unknown-programme"}


@router.get("/counter")
async def counter(request: Request, caller: SignedIn) -> HTMLResponse:
    """The vouchers used at the organisation's places, and those that could not be."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        used = await redemptions.counter(connection, _own(caller))
        refused = await redemptions.refused(connection, _own(caller))
        undo = await reversals.to_undo(connection, _own(caller))
    waiting = sum(each.cents for each in used if each.settlement is None and not each.reversed)
    return render(
        request,
        "counter.html",
        caller,
        used=used,
        refused=refused,
        undo=undo,
        waiting_cents=waiting,
        sentence=sentence,
    )


@router.get("/settlements")
async def settlements(
    request: Request, caller: SignedIn, cut_off: int | None = None
) -> HTMLResponse:
    """Settlements, and for whoever may, the button that draws the next ones up."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await redemptions.settlements(connection, organisation=own_or_all(caller))
        names = await organisations.names(connection)
        running = await programmes.everyone(connection)
        undo = await reversals.to_undo(connection, own_or_all(caller))
    return render(
        request,
        "settlements.html",
        caller,
        settlements=found,
        undo=undo,
        names=names,
        # A number per form: each programme's settlements are an operation of their own.
        programmes=[(each, new_id()) for each in running],
        may_draw_up=bool(caller.roles & set(STEWARDS)),
        cut_off=cut_off,
    )


@router.post("/settlements")
async def draw_up(
    request: Request,
    caller: Steward,
    act: Annotated[UUID, Form()],
    programme: Annotated[UUID, Form()],
) -> Response:
    """« Établir les décomptes »: one per organisation, up to the journal's last operation."""
    operation = act_of(request, caller, str(act), programme=str(programme))
    command = settlement.DrawUp(act=operation, programme=programme, cut_off=None)
    reply = await perform(
        request, operation, OperationKind.SETTLEMENT, lambda tx: settlement.draw_up(tx, command)
    )
    return RedirectResponse(f"/settlements?cut_off={reply['cut_off']}", status_code=303)


@router.get("/settlements/{settlement_id}")
async def show(request: Request, caller: SignedIn, settlement_id: UUID) -> HTMLResponse:
    """One settlement, and what each funder bears of it."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await redemptions.settlements(
            connection, organisation=own_or_all(caller), settlement=settlement_id
        )
        if not found:
            raise problem(UnknownSettlement())
        split = await redemptions.split(connection, settlement_id)
        names = await organisations.names(connection)
    return render(request, "settlement.html", caller, settlement=found[0], split=split, names=names)


async def _hand_over_page(
    request: Request, caller: Caller, form: pages.Form, *, status: int, done: bool = False
) -> HTMLResponse:
    database: Database = request.app.state.database
    async with database.reading() as connection:
        today = day_in_france(database.clock.now())
        stock = await booklets.stock(connection, _own(caller), on=today)
        handed = await booklets.issued_by(connection, _own(caller))
    return render(
        request,
        "hand-over.html",
        caller,
        status_code=status,
        form=form,
        act=form.values.get("act") or new_id(),
        stock=stock,
        handed=handed,
        done=done,
    )


def _own(caller: Caller) -> UUID:
    """The organisation for which the caller acts.

    Raises:
        Problem: 403 `no-organisation`.
    """
    if caller.organisation is None:
        said = "Votre compte n'agit pour aucune organisation : il n'a ni carnets ni pass."
        raise Problem(403, "no-organisation", "The caller acts for no organisation", page=said)
    return caller.organisation


def _distributes(caller: Caller) -> bool:
    return bool(caller.roles & set(DISTRIBUTORS))


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed.strip())
    except ValueError:
        return None

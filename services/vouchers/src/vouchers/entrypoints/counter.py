"""Handing booklets over and settling what was redeemed, for programs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from chassis.database import Database, Transaction
from vouchers.application import issuing, settlement
from vouchers.domain.ledger import OperationKind
from vouchers.domain.refusals import UnknownSettlement
from vouchers.entrypoints.performing import (
    Dated,
    Key,
    SignedIn,
    Steward,
    act_for,
    own_or_all,
    perform,
    problem,
)
from vouchers.storage import redemptions
from web.auth import Caller, require
from web.problems import Problem

DISTRIBUTORS = ("professional", "mediator", "partner-administrator")

router = APIRouter(prefix="/v1")

Distributor = Annotated[Caller, Depends(require(*DISTRIBUTORS))]


class HandOver(Dated):
    """A booklet of the caller's own stock for the person of a referral.

    Without a referral, send the intent `maillage.intent.booklet.issued.v1` to partners: there an
    organisation's own id of a person is understood.
    """

    programme: UUID
    referral: UUID


class HandedOver(BaseModel):
    booklet: UUID
    correlation_id: UUID


class DrawUpBody(Dated):
    """Without a cut-off, the last operation of the journal as it stands.

    What happened after `at` waits for the next settlement, whatever its number.
    """

    cut_off: Annotated[int | None, Field(ge=1)] = None


class DrawnUp(BaseModel):
    cut_off: int
    settlements: list[UUID]


class FunderCents(BaseModel):
    funder: UUID
    cents: int


class SettlementView(BaseModel):
    """What one organisation is paid for a programme, up to an operation of the journal."""

    settlement: UUID
    programme: UUID
    organisation: UUID
    number: int
    cut_off: int
    cents: int
    vouchers: int
    drawn_up_at: datetime


class SettlementSplit(SettlementView):
    split: list[FunderCents]


@router.post("/booklets", status_code=201)
async def hand_over(request: Request, caller: Distributor, key: Key, body: HandOver) -> HandedOver:
    """Hand the next booklet of your organisation's stock over (remettre)."""
    if caller.organisation is None:
        raise Problem(403, "no-organisation", "The caller acts for no organisation")
    act = act_for(request, caller, key, body)
    command = issuing.IssueBooklet(
        act=act,
        distributor=caller.organisation,
        programme=body.programme,
        person=None,
        referral=body.referral,
    )

    async def step(tx: Transaction) -> Mapping[str, Any]:
        return (await issuing.issue_booklet(tx, command)).reply

    reply = await perform(request, act, OperationKind.ISSUE, step)
    return HandedOver.model_validate(reply)


@router.post("/programmes/{programme}/settlements")
async def draw_up(
    request: Request, caller: Steward, key: Key, programme: UUID, body: DrawUpBody
) -> DrawnUp:
    """Draw up one settlement per organisation; again with the same cut-off, the same ones."""
    act = act_for(request, caller, key, body)
    command = settlement.DrawUp(act=act, programme=programme, cut_off=body.cut_off)
    reply = await perform(
        request, act, OperationKind.SETTLEMENT, lambda tx: settlement.draw_up(tx, command)
    )
    return DrawnUp.model_validate(reply)


@router.get("/settlements")
async def list_settlements(request: Request, caller: SignedIn) -> list[SettlementView]:
    """Your organisation's settlements, or all for the département and the auditor."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await redemptions.settlements(connection, organisation=own_or_all(caller))
    return [SettlementView.model_validate(_fields(each)) for each in found]


@router.get("/settlements/{settlement}")
async def show_settlement(request: Request, caller: SignedIn, settlement: UUID) -> SettlementSplit:
    """One settlement with what each funder bears of it."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await redemptions.settlements(
            connection, organisation=own_or_all(caller), settlement=settlement
        )
        if not found:
            raise problem(UnknownSettlement())
        split = await redemptions.split(connection, settlement)
    shares = [FunderCents(funder=each.funder, cents=each.cents) for each in split]
    return SettlementSplit.model_validate({**_fields(found[0]), "split": shares})


def _fields(one: redemptions.Settlement) -> dict[str, object]:
    return {
        "settlement": one.id,
        "programme": one.programme,
        "organisation": one.organisation,
        "number": one.number,
        "cut_off": one.cut_off,
        "cents": one.cents,
        "vouchers": one.vouchers,
        "drawn_up_at": one.drawn_up_at,
    }

"""Seats kept for a quarter of an hour, by HTTP."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel

from chassis.database import Database
from chassis.ids import new_id
from scheduling.application.holds import (
    ConfirmHold,
    HoldSeat,
    ReleaseHold,
    confirm_hold,
    hold_seat,
    release_hold,
)
from scheduling.domain.holds import HoldState
from scheduling.domain.refusals import UnknownHold
from scheduling.entrypoints.access import AsMember
from scheduling.entrypoints.commands import act_of, problem
from scheduling.entrypoints.seats_api import MADE, AsRepeatable
from scheduling.entrypoints.views import Body
from scheduling.storage import holds
from web.auth import require

router = APIRouter(prefix="/v1", dependencies=[Depends(require())])


class HoldBody(Body):
    """For the person of which referral."""

    referral: UUID


class HoldView(BaseModel):
    """A seat that is kept, or was; confirmed, `hold` is the booking's id."""

    hold: UUID
    session: UUID
    referral: UUID
    state: HoldState
    held_until: datetime


@router.post("/sessions/{session}/holds", status_code=201, responses=MADE, response_model=None)
async def post_hold(again: AsRepeatable, session: UUID, body: HoldBody) -> Response:
    """Keep a seat for fifteen minutes; asked again meanwhile, it is the same one."""
    return await again.once(
        lambda tx: hold_seat(
            tx,
            HoldSeat(
                act=act_of(again.member, tx, act=new_id()), session=session, referral=body.referral
            ),
        )
    )


@router.get("/holds/{hold}")
async def get_hold(request: Request, hold: UUID, member: AsMember) -> HoldView:
    """A hold of one's own organisation, as it stands now."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await holds.find(connection, hold)
    if found is None or not member.reads(found.organisation):
        raise problem(UnknownHold(hold))
    return HoldView(
        hold=found.id,
        session=found.session,
        referral=found.referral,
        state=found.at(database.clock.now()),
        held_until=found.held_until,
    )


@router.post("/holds/{hold}/confirm", status_code=201, responses=MADE, response_model=None)
async def post_confirm(again: AsRepeatable, hold: UUID) -> Response:
    """The person says yes: the seat is booked."""
    return await again.once(
        lambda tx: confirm_hold(
            tx, ConfirmHold(act=act_of(again.member, tx, act=new_id()), hold=hold)
        )
    )


@router.post("/holds/{hold}/release", status_code=201, responses=MADE, response_model=None)
async def post_release(again: AsRepeatable, hold: UUID) -> Response:
    """The person says no: the seat is free at once."""
    return await again.once(
        lambda tx: release_hold(
            tx, ReleaseHold(act=act_of(again.member, tx, act=new_id()), hold=hold)
        )
    )

"""Places and mediators by HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from chassis.database import Database, Transaction
from chassis.ids import new_id
from scheduling.application.acts import Done, RefusedError
from scheduling.application.mediators import DeclareMediator, declare_mediator
from scheduling.application.places import ClosePlace, DeclarePlace, close_place, declare_place
from scheduling.domain.places import Description
from scheduling.entrypoints.access import AsMember, Member
from scheduling.entrypoints.commands import act_of, decide, problem
from scheduling.entrypoints.views import (
    Kept,
    MediatorBody,
    MediatorList,
    MediatorView,
    PlaceBody,
    PlaceList,
    place_view,
)
from scheduling.storage import mediators, reading
from web.auth import require
from web.problems import Problem

REFERENCE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"

router = APIRouter(prefix="/v1", dependencies=[Depends(require())])


@router.get("/places")
async def list_places(request: Request, organisation: UUID | None = None) -> PlaceList:
    """The open places: public facts, of everybody or of one organisation."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await reading.list_places(connection, organisation)
    return PlaceList(items=[place_view(each) for each in found])


@router.put("/places/{reference}")
async def put_place(
    request: Request,
    reference: Annotated[str, Path(pattern=REFERENCE, max_length=64)],
    body: PlaceBody,
    member: AsMember,
) -> Kept:
    """Declare a place under the organisation's own reference; said again nothing changes."""
    organisation = _whose(member, body)
    description = Description(
        name=body.name,
        kind=body.kind.value,
        commune=body.commune,
        online_booking=body.online_booking,
        address=body.address,
        access=body.access,
    )
    try:
        done = await decide(
            request,
            "http",
            lambda tx: declare_place(
                tx,
                DeclarePlace(
                    act=act_of(member, tx, act=new_id(), organisation=organisation),
                    reference=reference,
                    description=description,
                ),
            ),
        )
    except RefusedError as error:
        raise problem(error.refusal) from None
    return Kept.model_validate({"subject": done.subject})


@router.post("/places/{place}/close", status_code=204)
async def post_close(request: Request, place: UUID, member: AsMember) -> Response:
    """Nothing will be held there any more."""

    async def close(tx: Transaction) -> Done:
        return await close_place(tx, ClosePlace(act=act_of(member, tx, act=new_id()), place=place))

    try:
        await decide(request, "http", close)
    except RefusedError as error:
        raise problem(error.refusal) from None
    return Response(status_code=204)


@router.get("/mediators")
async def list_mediators(request: Request, organisation: UUID | None = None) -> MediatorList:
    """Who holds sessions, by work name: of everybody or of one organisation."""
    database: Database = request.app.state.database
    async with database.reading() as connection:
        found = await mediators.of_organisation(connection, organisation)
    return MediatorList(
        items=[
            MediatorView(
                mediator=each.id,
                organisation=each.organisation,
                reference=each.reference,
                label=each.label,
            )
            for each in found
        ]
    )


@router.put("/mediators/{reference}")
async def put_mediator(
    request: Request,
    reference: Annotated[str, Path(pattern=REFERENCE, max_length=64)],
    body: MediatorBody,
    member: AsMember,
) -> Kept:
    """Say under one's own reference who holds sessions; said again, the work name is replaced."""
    organisation = _whose(member, body)

    async def declare(tx: Transaction) -> Done:
        act = act_of(member, tx, act=new_id(), organisation=organisation)
        command = DeclareMediator(act=act, reference=reference, label=body.label)
        return await declare_mediator(tx, command)

    try:
        done = await decide(request, "http", declare)
    except RefusedError as error:
        raise problem(error.refusal) from None
    return Kept.model_validate({"subject": done.subject})


def _whose(member: Member, body: PlaceBody | MediatorBody) -> UUID:
    """Whose it is: the caller's, or the one that the platform's administrator names."""
    if "administrator" in member.caller.roles and body.organisation is not None:
        return body.organisation
    own = member.acting()
    if body.organisation not in {None, own}:
        raise Problem(403, "forbidden", "The caller may not do this", "It is another's")
    return own

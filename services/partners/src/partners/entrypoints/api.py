"""What programs ask of partners about organisations, and the code lists of the platform."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from chassis.ids import new_id
from contracts.codes import code_list
from partners.application.access import known_organisation
from partners.application.organisations import (
    PutOrganisation,
    TakeStep,
    put_organisation,
    take_organisation_step,
)
from partners.domain.organisation import (
    Description,
    Organisation,
    State,
    Step,
    SuspensionReason,
)
from partners.domain.rights import Kind, Right
from partners.entrypoints.context import Context, InContext
from partners.storage import organisations
from web.auth import Caller, public, require
from web.problems import Problem

router = APIRouter(prefix="/v1")

SignedIn = Annotated[Caller, Depends(require())]
Governor = Annotated[Caller, Depends(require("administrator", "department"))]


class Closed(BaseModel):
    """A body whose fields are all declared."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class OrganisationBody(Closed):
    name: str
    kind: Kind
    commune: str | None = None
    rights: list[Right] | None = None
    """Left out: the rights that come with the kind."""


class SuspensionBody(Closed):
    reason: SuspensionReason


class OrganisationView(BaseModel):
    id: UUID
    slug: str
    name: str
    kind: Kind
    commune: str | None
    rights: list[Right]
    state: State


class OrganisationList(BaseModel):
    """All of them: a consortium has some hundreds."""

    items: list[OrganisationView]


class CodeView(BaseModel):
    code: str
    label: str


class CodeListView(BaseModel):
    """A code list, in the order of display; `extensible` lists may gain codes."""

    name: str
    title: str
    version: str
    extensible: bool
    codes: list[CodeView]


@router.get("/organisations", tags=["organisations"])
async def list_organisations(_: SignedIn, here: InContext) -> OrganisationList:
    """The organisations of the consortium: a referral names its targets by these ids."""
    async with here.database.reading() as connection:
        found = await organisations.every(connection)
    return OrganisationList(items=[_organisation(each) for each in found])


@router.get("/organisations/{slug}", tags=["organisations"])
async def get_organisation(slug: str, _: SignedIn, here: InContext) -> OrganisationView:
    """One of them."""
    async with here.database.reading() as connection:
        return _organisation(await known_organisation(connection, slug))


@router.put("/organisations/{slug}", tags=["organisations"])
async def put_one_organisation(
    slug: str, body: OrganisationBody, caller: Governor, here: InContext, response: Response
) -> OrganisationView:
    """Register it (201, pending) or describe it anew (200); the same again changes nothing."""
    description = Description(
        slug=slug,
        name=body.name,
        kind=body.kind,
        commune=body.commune,
        rights=None if body.rights is None else frozenset(body.rights),
    )
    command = PutOrganisation(description=description, new_id=new_id(), by=caller.subject)
    async with here.database.transaction() as tx:
        organisation, is_new = await put_organisation(tx, command)
    response.status_code = 201 if is_new else 200
    return _organisation(organisation)


@router.post("/organisations/{slug}/activate", tags=["organisations"])
async def activate(slug: str, caller: Governor, here: InContext) -> OrganisationView:
    """Pending → active: it may act."""
    return await _step(here, TakeStep(slug=slug, step=Step.ACTIVATE, by=caller.subject))


@router.post("/organisations/{slug}/suspend", tags=["organisations"])
async def suspend(
    slug: str, body: SuspensionBody, caller: Governor, here: InContext
) -> OrganisationView:
    """Active → suspended: at once at the intake, within seconds everywhere else."""
    step = TakeStep(slug=slug, step=Step.SUSPEND, by=caller.subject, reason=body.reason)
    return await _step(here, step)


@router.post("/organisations/{slug}/reinstate", tags=["organisations"])
async def reinstate(slug: str, caller: Governor, here: InContext) -> OrganisationView:
    """Suspended → active again."""
    return await _step(here, TakeStep(slug=slug, step=Step.REINSTATE, by=caller.subject))


@router.get("/codes/{name}", tags=["codes"], dependencies=[Depends(public())])
async def get_codes(name: str) -> CodeListView:
    """A code list with its French labels; open to everyone."""
    try:
        found = code_list(name)
    except KeyError:
        raise Problem(404, "unknown-code-list", "No code list bears this name") from None
    return CodeListView(
        name=found.name,
        title=found.title,
        version=found.version,
        extensible=found.extensible,
        codes=[CodeView(code=code.value, label=code.label) for code in found],
    )


async def _step(here: Context, command: TakeStep) -> OrganisationView:
    async with here.database.transaction() as tx:
        return _organisation(await take_organisation_step(tx, command))


def _organisation(of: Organisation) -> OrganisationView:
    return OrganisationView(
        id=of.id,
        slug=of.slug,
        name=of.name,
        kind=of.kind,
        commune=of.commune,
        rights=sorted(of.rights),
        state=of.state,
    )

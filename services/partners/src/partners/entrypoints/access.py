"""Credentials and colleagues of an organisation."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from chassis.ids import new_id
from partners.application.access import (
    IssueCredential,
    PutColleague,
    issue_credential,
    known_organisation,
    put_colleague,
    revoke_credential,
)
from partners.domain.credential import Credential
from partners.domain.rights import ORDINARY_SCOPES, Role, Scope
from partners.entrypoints.api import Closed, Governor
from partners.entrypoints.context import InContext
from partners.storage import access
from web.auth import Caller, require
from web.problems import Problem

router = APIRouter(prefix="/v1/organisations/{slug}", tags=["access"])

Granter = Annotated[
    Caller, Depends(require("administrator", "department", "partner-administrator"))
]


class CredentialBody(Closed):
    label: str
    scopes: list[Scope] = Field(default=sorted(ORDINARY_SCOPES))
    """`history` lets it say what happened at any time."""
    roles: list[Role] = Field(default=[Role.PROFESSIONAL])


class ColleagueBody(Closed):
    name: str
    roles: list[Role] = Field(default=[Role.PROFESSIONAL])


class CredentialView(BaseModel):
    id: UUID
    client_id: str
    label: str
    scopes: list[Scope]
    roles: list[Role]
    revoked: bool


class NewCredential(CredentialView):
    client_secret: str
    """Shown this once: only its keyed hash is kept."""


class CredentialList(BaseModel):
    items: list[CredentialView]


class ColleagueView(BaseModel):
    login: str
    name: str
    roles: list[Role]


@router.get("/credentials")
async def list_credentials(slug: str, _: Governor, here: InContext) -> CredentialList:
    """The organisation's credentials, the revoked included; never a secret."""
    async with here.database.reading() as connection:
        organisation = await known_organisation(connection, slug)
        found = await access.credentials_of(connection, organisation.id)
    return CredentialList(items=[_view(each) for each in found])


@router.post("/credentials", status_code=201)
async def issue(
    slug: str, body: CredentialBody, caller: Governor, here: InContext
) -> NewCredential:
    """A new credential; an organisation may have several, and revoke each by itself."""
    command = IssueCredential(
        slug=slug,
        label=body.label,
        scopes=body.scopes,
        roles=body.roles,
        granter=caller.roles,
        new_id=new_id(),
        by=caller.subject,
    )
    async with here.database.transaction() as tx:
        credential, secret = await issue_credential(tx, command, key=here.settings.hash_key)
    return NewCredential(client_secret=secret, **_view(credential).model_dump())


@router.delete("/credentials/{credential}", status_code=204)
async def revoke(slug: str, credential: UUID, caller: Governor, here: InContext) -> Response:
    """Revoke it: at once at the intake, within the five minutes of its last token elsewhere."""
    async with here.database.transaction() as tx:
        await revoke_credential(tx, slug=slug, credential=credential, by=caller.subject)
    return Response(status_code=204)


@router.put("/colleagues/{login}")
async def put_one_colleague(
    slug: str, login: str, body: ColleagueBody, caller: Granter, here: InContext
) -> ColleagueView:
    """Make the colleague be so; a partner's administrator does it for their own organisation."""
    if not caller.roles & {"administrator", "department"} and caller.slug != slug:
        raise Problem(403, "forbidden", "You may do this for your own organisation only")
    command = PutColleague(
        slug=slug,
        login=login,
        name=body.name,
        roles=body.roles,
        granter=caller.roles,
        by=caller.subject,
    )
    async with here.database.transaction() as tx:
        roles = await put_colleague(tx, command)
    return ColleagueView(login=login, name=body.name, roles=_sorted(roles))


def _view(of: Credential) -> CredentialView:
    return CredentialView(
        id=of.id,
        client_id=of.client_id,
        label=of.label,
        scopes=sorted(of.scopes),
        roles=_sorted(of.roles),
        revoked=of.revoked,
    )


def _sorted(roles: Iterable[Role]) -> list[Role]:
    return sorted(roles)

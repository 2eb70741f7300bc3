"""Who comes in: credentials for programs, colleagues for people."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Transaction
from partners.domain.credential import (
    SECRET_BYTES,
    Credential,
    check_label,
    secret_hash,
    secret_matches,
)
from partners.domain.organisation import Organisation, State
from partners.domain.refusals import (
    BadGrant,
    LoginTaken,
    OrganisationNotActive,
    Refusal,
    UnknownCredential,
    UnknownOrganisation,
)
from partners.domain.rights import Role, check_grant, check_scopes
from partners.storage import access, organisations

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
NAME_LENGTH_MAX = 80

# Compared when nobody bears the client id, so that the time taken does not tell who exists.
_NOBODY = "0" * 64


class NotAuthenticated(Refusal):
    """The client id, the secret or both are wrong, or the credential is revoked; never which."""

    code = "invalid-client"

    def __init__(self) -> None:
        super().__init__("client id or secret not recognised")


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCredential:
    """A new credential for the organisation; `granter` are the roles of whoever asks."""

    slug: str
    label: str
    scopes: Sequence[str]
    roles: Sequence[str]
    granter: frozenset[str]
    new_id: UUID
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PutColleague:
    slug: str
    login: str
    name: str
    roles: Sequence[str]
    granter: frozenset[str]
    by: str


async def issue_credential(
    tx: Transaction, command: IssueCredential, *, key: bytes
) -> tuple[Credential, str]:
    """The credential and its secret, which is shown this once and kept nowhere.

    Raises:
        UnknownOrganisation, BadGrant, GrantRefused: nothing was issued.
    """
    organisation = await known_organisation(tx.connection, command.slug)
    credential = Credential(
        id=command.new_id,
        # The end of a UUIDv7 is its random part: short enough to read out, and names its owner.
        client_id=f"{command.slug}-{command.new_id.hex[-10:]}",
        organisation=organisation.id,
        label=check_label(command.label),
        scopes=check_scopes(command.scopes),
        roles=check_grant(command.granter, command.roles),
        revoked=False,
    )
    secret = secrets.token_urlsafe(SECRET_BYTES)
    await access.add_credential(
        tx.connection,
        credential,
        secret_hash=secret_hash(secret, key=key),
        now=tx.now,
        by=command.by,
    )
    return credential, secret


async def revoke_credential(tx: Transaction, *, slug: str, credential: UUID, by: str) -> None:
    """Revoke it; again is no error.

    Raises:
        UnknownOrganisation, UnknownCredential: there is no such credential of this organisation.
    """
    organisation = await known_organisation(tx.connection, slug)
    found = await access.credential_by_id(tx.connection, credential)
    if found is None or found.organisation != organisation.id:
        raise UnknownCredential
    await access.revoke(tx.connection, organisation.id, credential, now=tx.now, by=by)


async def authenticate(
    connection: AsyncConnection, *, client_id: str, secret: str, key: bytes
) -> tuple[Credential, Organisation]:
    """The credential whose secret this is, with its organisation.

    Raises:
        NotAuthenticated: unknown, wrong or revoked.
        OrganisationNotActive: the secret is right, the organisation may not act.
    """
    found = await access.credential_by_client(connection, client_id)
    matches = secret_matches(secret, found[1] if found else _NOBODY, key=key)
    if found is None or not matches or found[0].revoked:
        raise NotAuthenticated
    organisation = await organisations.by_id(connection, found[0].organisation)
    if organisation is None or organisation.state is not State.ACTIVE:
        raise OrganisationNotActive(State.PENDING if organisation is None else organisation.state)
    return found[0], organisation


async def put_colleague(tx: Transaction, command: PutColleague) -> frozenset[Role]:
    """Make the colleague be so; the roles given.

    Raises:
        UnknownOrganisation, BadGrant: the request is not acceptable.
        GrantRefused: the granter may not give a role asked for, or one that the colleague holds.
        LoginTaken: someone of another organisation bears the login.
    """
    organisation = await known_organisation(tx.connection, command.slug)
    name = " ".join(command.name.split())
    if not LOGIN.fullmatch(command.login):
        raise BadGrant("a login is 1 to 40 of a-z, 0-9, dot, hyphen and underscore")
    if not 1 <= len(name) <= NAME_LENGTH_MAX or not name.isprintable():
        raise BadGrant(f"a name has 1 to {NAME_LENGTH_MAX} printable characters")
    new = access.NewColleague(
        login=command.login,
        organisation=organisation.id,
        name=name,
        roles=check_grant(command.granter, command.roles),
        recorded_at=tx.now,
        recorded_by=command.by,
    )
    # Insert first: whoever names the same login meanwhile is waited for, and their roles are seen.
    if not await access.add_colleague(tx.connection, new):
        await _change_colleague(tx, new, granter=command.granter)
    return new.roles


async def _change_colleague(
    tx: Transaction, new: access.NewColleague, *, granter: frozenset[str]
) -> None:
    held = await access.hold_colleague(tx.connection, new.login, organisation_id=new.organisation)
    if held is None:
        raise LoginTaken
    # Whoever may not give a role may not take it away either, nor rename its bearer.
    check_grant(granter, held)
    await access.change_colleague(tx.connection, new)


async def known_organisation(connection: AsyncConnection, slug: str) -> Organisation:
    """The organisation of that slug.

    Raises:
        UnknownOrganisation: there is none.
    """
    found = await organisations.by_slug(connection, slug)
    if found is None:
        raise UnknownOrganisation
    return found

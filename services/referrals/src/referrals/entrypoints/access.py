"""For whom a request is made, and what that lets it do here."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.application.directory import may_act
from referrals.entrypoints.wording import sentence_of
from web.auth import Caller, require
from web.problems import Problem

# Who works with persons; an auditor or a coordinator reads journals and figures, not names.
NAME_ROLES = frozenset({"professional", "partner-administrator", "mediator"})
NAME_SCOPE = "persons"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A colleague or a program of an organisation; `who` stands in the history and the journal."""

    caller: Caller
    organisation: UUID
    who: str
    works_with_persons: bool


async def member(caller: Annotated[Caller, Depends(require())]) -> Member:
    """Who calls, for which organisation.

    Raises:
        Problem: 403 `no-organisation`.
    """
    if caller.organisation is None:
        raise Problem(
            403,
            "no-organisation",
            "The caller acts for no organisation",
            page="Votre compte n'agit pour aucune organisation : il n'a pas d'orientations.",
        )
    if caller.credential is not None:
        reads = NAME_SCOPE in caller.scopes
    else:
        reads = bool(NAME_ROLES & caller.roles)
    return Member(
        caller=caller,
        organisation=caller.organisation,
        who=caller.credential or caller.subject,
        works_with_persons=reads,
    )


async def check_active(connection: AsyncConnection, organisation: UUID) -> None:
    """Let only an active organisation go on, as the directory has told this service.

    Raises:
        Problem: 403 `organisation-not-active`.
    """
    if not await may_act(connection, organisation):
        said = sentence_of("caller-not-active")
        raise Problem(
            403, "organisation-not-active", "The organisation is not active", said, page=said
        )


AsMember = Annotated[Member, Depends(member)]

"""For whom a request is made, and what that lets it do here."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends

from web.auth import Caller, require
from web.problems import Problem

# Who welcomes people at a place or takes seats for them; an auditor reads journals and figures.
WORK_ROLES = frozenset({"mediator", "professional", "coordinator", "partner-administrator"})
READ_ALL_ROLES = frozenset({"department", "administrator"})
SCOPE, HISTORY = "events", "history"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A colleague or a program; `organisation` is None for the platform's own administrator."""

    caller: Caller
    organisation: UUID | None
    who: str
    works: bool
    reads_all: bool
    enters_history: bool

    def reads(self, *organisations: UUID) -> bool:
        """Whether what belongs to one of the organisations may be shown."""
        return self.reads_all or (self.works and self.organisation in organisations)

    def acting(self) -> UUID:
        """The organisation for which something is done.

        Raises:
            Problem: 403 `no-organisation` or `forbidden`.
        """
        if self.organisation is None:
            raise Problem(
                403,
                "no-organisation",
                "The caller acts for no organisation",
                page="Votre compte n'agit pour aucune organisation : il peut lire, non agir.",
            )
        if not self.works:
            raise Problem(
                403,
                "forbidden",
                "The caller may not do this",
                "None of the caller's roles, or not its scope, allows this",
                page="Votre rôle permet de lire, non de réserver ni de noter les présences.",
            )
        return self.organisation


async def member(caller: Annotated[Caller, Depends(require())]) -> Member:
    """Who calls, for which organisation."""
    program = caller.credential is not None
    return Member(
        caller=caller,
        organisation=caller.organisation,
        who=caller.credential or caller.subject,
        works=SCOPE in caller.scopes if program else bool(WORK_ROLES & caller.roles),
        reads_all=bool(READ_ALL_ROLES & caller.roles),
        enters_history=HISTORY in caller.scopes,
    )


AsMember = Annotated[Member, Depends(member)]

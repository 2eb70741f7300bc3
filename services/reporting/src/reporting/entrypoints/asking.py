"""Who asks, for what: the dependencies that the API and the pages share."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator, Field

from chassis.database import Database
from reporting.application.journeys import Journey, UnknownJourney, read_journey
from reporting.application.standing import may_read
from reporting.domain.days import Period
from reporting.domain.figures import Scope
from reporting.domain.journeys import Viewer
from web import cursors
from web.auth import Caller, require
from web.problems import Problem

SEES_EVERYTHING: Final = frozenset({"department", "coordinator", "auditor", "administrator"})
"""Roles that see every journey and the whole department's figures; others see their own."""

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Days beyond which a period is a slip of the finger; instants near year 1 or 9999 overflow."""

# A field of a form that was left empty is sent all the same, as nothing.
_InReach = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Day = Annotated[_InReach | None, BeforeValidator(lambda sent: sent or None)]

Signed = Annotated[Caller, Depends(require())]


async def database_of(request: Request) -> Database:
    """The service's database."""
    database: Database = request.app.state.database
    return database


Data = Annotated[Database, Depends(database_of)]


def department_of(request: Request) -> str:
    """The département that this platform serves."""
    return str(request.app.state.info.settings.department)


async def viewer_of(caller: Signed, database: Data) -> Viewer:
    """How far the caller sees, whatever the role: nothing while its organisation is suspended.

    Raises:
        Problem: 403 `organisation-not-active`.
    """
    if caller.organisation is not None:
        async with database.reading() as connection:
            allowed = await may_read(connection, caller.organisation)
        if not allowed:
            raise _not_active()
    return Viewer(
        organisation=caller.organisation, sees_everything=bool(SEES_EVERYTHING & caller.roles)
    )


Watching = Annotated[Viewer, Depends(viewer_of)]


async def everything(
    viewer: Watching, _caller: Annotated[Caller, Depends(require(*sorted(SEES_EVERYTHING)))]
) -> Viewer:
    """Someone who sees the whole department.

    Raises:
        Problem: 403 `forbidden`, 403 `organisation-not-active`.
    """
    return viewer


Everything = Annotated[Viewer, Depends(everything)]


async def asked_journey(correlation_id: str, database: Data, viewer: Watching) -> Journey:
    """The journey of the path, if the caller may see it.

    Raises:
        Problem: 404 `unknown-journey`, the same for one that is not and one that is not theirs.
    """
    try:
        known = UUID(correlation_id)
        async with database.reading() as connection:
            return await read_journey(connection, known, viewer=viewer)
    except (ValueError, UnknownJourney):
        raise unknown_journey() from None


Asked = Annotated[Journey, Depends(asked_journey)]


def unknown_journey() -> Problem:
    """One answer, so that nobody can probe for journeys."""
    return Problem(
        404,
        "unknown-journey",
        "There is no such journey",
        "No journey with this id is known to you",
        page="Nous ne trouvons pas de parcours sous cette référence. Il est peut-être en train "
        "d'arriver, ou votre organisation n'y prend pas part.",
    )


def _not_active() -> Problem:
    said = (
        "Votre organisation est suspendue : elle ne peut plus consulter les parcours ni les "
        "chiffres. Si elle vient d'être rétablie, réessayez dans quelques secondes."
    )
    return Problem(
        403, "organisation-not-active", "The organisation is not active", said, page=said
    )


async def scope_of(
    viewer: Watching,
    first: Annotated[Day, Query(alias="from")] = None,
    last: Annotated[Day, Query(alias="to")] = None,
) -> Scope:
    """Which days, and of whom: of all for the department, else of the caller's organisation.

    Raises:
        Problem: 403 for someone who acts for nobody, 422 `period-reversed`.
    """
    if not viewer.sees_everything and viewer.organisation is None:
        raise Problem(403, "forbidden", "The caller acts for no organisation")
    if first and last and last < first:
        raise Problem(
            422,
            "period-reversed",
            "The period ends before it begins",
            page="La période se termine avant de commencer. Échangez les deux dates.",
        )
    organisation = None if viewer.sees_everything else viewer.organisation
    return Scope(period=Period(first=first, last=last), organisation=organisation)


Scoped = Annotated[Scope, Depends(scope_of)]


def place_of(cursor: str | None) -> int | None:
    """The number of the log that a cursor holds.

    Raises:
        Problem: 400 `bad-cursor`.
    """
    if cursor is None:
        return None
    place = cursors.decode(cursor).get("log")
    if not isinstance(place, int) or isinstance(place, bool) or not 0 <= place < 2**63:
        raise Problem(400, "bad-cursor", "The cursor is not one of ours")
    return place


def cursor_at(place: int) -> str:
    """The cursor that `place_of` reads."""
    return cursors.encode({"log": place})


def unknown_figure() -> Problem:
    """The answer for a code that no figure has."""
    return Problem(
        404,
        "unknown-figure",
        "No figure has this code",
        page="Nous ne connaissons pas ce chiffre. Repartez du tableau de bord.",
    )

"""Read the figures, and the events that each one is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain import activity_figures as a
from reporting.domain import figures as f
from reporting.domain.facts import (
    ReferralAccepted,
    ReferralCompleted,
    ReferralRefused,
    ReferralSent,
)
from reporting.domain.figures import Scope
from reporting.domain.journeys import Entry, participants
from reporting.storage import activity, activity_events, figures, organisations

EVENTS_PER_PAGE: Final = 50


class UnknownFigure(Exception):
    """No figure has the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a figure amounts to.

    `amount` is a number, a duration, or None where there is nothing to measure yet; `out_of` is
    the number that a share refers to; `parts` splits the amount by code. `cents` is what the
    counted titles are worth.
    """

    figure: f.Figure
    amount: int | timedelta | None
    out_of: int | None = None
    parts: tuple[tuple[str, int], ...] = ()
    cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Some of the events behind a figure, the last learnt first; `next` is where to go on."""

    figure: f.Figure
    events: Sequence[Entry]
    names: Mapping[UUID, str]
    next: int | None


async def read_figures(connection: AsyncConnection, scope: Scope) -> list[Value]:
    """All figures, in the order in which they are shown."""
    counts = await figures.counts(connection, scope)
    delays = await figures.delays(connection, scope, days=tuple(f.DELAY_DAYS.values()))
    active = await figures.active_organisations(connection)
    return [
        *(_counted(figure, counts) for figure in (f.SENT, f.ACCEPTED, f.REFUSED, f.COMPLETED)),
        *(
            Value(figure=f.FIGURES[code], amount=delays.within[days], out_of=delays.sent)
            for code, days in f.DELAY_DAYS.items()
        ),
        Value(figure=f.MEDIAN_DELAY, amount=delays.median),
        Value(figure=f.ACTIVE, amount=active),
    ]


async def list_events(
    connection: AsyncConnection, code: str, scope: Scope, *, today: date, before: int | None
) -> EventPage:
    """The events from which a figure is counted, by pages.

    Raises:
        UnknownFigure: no figure has the code, or none that this reader is shown.
    """
    figure = f.FIGURES.get(code)
    if figure is not None:
        events = _events(figure, scope)
    elif code in a.BY_CODE and scope.organisation is None:
        figure = a.BY_CODE[code]
        await activity.plan_for_these_days(connection)
        events = activity_events.events_of(code, scope.period.until(today))
    else:
        raise UnknownFigure
    found = await figures.listed(connection, events, before=before, limit=EVENTS_PER_PAGE + 1)
    page = found[:EVENTS_PER_PAGE]
    more = len(found) > EVENTS_PER_PAGE
    return EventPage(
        figure=figure,
        events=page,
        names=await organisations.names_of(connection, participants(page)),
        next=page[-1].log_seq if more else None,
    )


# Which events count, and which of their fields names the organisation for which they count.
_COUNTED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        f.SENT.code: (ReferralSent.type, "sender"),
        f.ACCEPTED.code: (ReferralAccepted.type, "organisation"),
        f.REFUSED.code: (ReferralRefused.type, "organisation"),
        f.COMPLETED.code: (ReferralCompleted.type, "organisation"),
    }
)


def _counted(figure: f.Figure, counts: Mapping[tuple[str, str], int]) -> Value:
    mine = {code: count for (name, code), count in counts.items() if name == figure.code}
    parts = sorted(
        ((code, n) for code, n in mine.items() if code), key=lambda each: (-each[1], each[0])
    )
    return Value(figure=figure, amount=sum(mine.values()), parts=tuple(parts))


def _events(figure: f.Figure, scope: Scope) -> figures.Events:
    if figure.code in _COUNTED:
        event_type, organisation_key = _COUNTED[figure.code]
        return figures.events_of_type(event_type, organisation_key=organisation_key, scope=scope)
    if figure is f.ACTIVE:
        return figures.events_of_active_organisations()
    return figures.events_of_answers(scope, within_days=f.DELAY_DAYS.get(figure.code))

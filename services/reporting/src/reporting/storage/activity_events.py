"""The events that the figures of activity are counted from."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Select, Table, and_, exists, or_, select, union
from sqlalchemy.sql.elements import ColumnElement

from reporting.domain import activity_figures as a
from reporting.domain.days import Period
from reporting.domain.facts import SeatStatus, Step
from reporting.storage.event_log import ENTRY
from reporting.storage.tables import (
    event_log,
    place,
    place_closed,
    seat,
    session_cancelled,
    session_planned,
    titles_moved,
    visit,
)

Ids = Select[Any]
_RESOLVED: Final = (SeatStatus.SEEN, SeatStatus.MISSED, SeatStatus.EXCUSED)
_TAKEN: Final = (SeatStatus.BOOKED, *_RESOLVED)


def events_of(code: str, days: Period) -> Select[Any]:
    """The events of a figure of activity, not yet read."""
    return ENTRY.where(event_log.c.event_id.in_(union(*_IDS[code](days))))


def _people(days: Period) -> list[Ids]:
    return [_seats(days, (SeatStatus.SEEN,)), *_visits(days)]


def _visits(days: Period) -> list[Ids]:
    return [select(visit.c.event_id).where(_within(visit, days))]


def _seen(days: Period) -> list[Ids]:
    return [_seats(days, (SeatStatus.SEEN,))]


def _sessions(days: Period) -> list[Ids]:
    return [select(session_planned.c.event_id).where(_held(days))]


def _fill(days: Period) -> list[Ids]:
    return [*_sessions(days), _seats(days, _TAKEN)]


def _missed(days: Period) -> list[Ids]:
    return [_seats(days, _RESOLVED)]


def _titles(*steps: Step) -> Callable[[Period], list[Ids]]:
    def ids(days: Period) -> list[Ids]:
        of_steps = titles_moved.c.step.in_([step.value for step in steps])
        return [select(titles_moved.c.event_id).where(_within(titles_moved, days), of_steps)]

    return ids


def _places(days: Period) -> list[Ids]:
    open_then = or_(
        place_closed.c.closed_day.is_(None),
        *([place_closed.c.closed_day >= days.first] if days.first else []),
    )
    known = place.outerjoin(place_closed, place_closed.c.place == place.c.place)
    return [select(place.c.event_id).select_from(known).where(open_then)]


_IDS: Final[Mapping[str, Callable[[Period], list[Ids]]]] = MappingProxyType(
    {
        a.PEOPLE_MET.code: _people,
        a.VISITS.code: _visits,
        a.SEEN.code: _seen,
        a.SESSIONS.code: _sessions,
        a.FILL.code: _fill,
        a.MISSED.code: _missed,
        a.ISSUED.code: _titles(Step.ISSUED),
        a.HELD.code: _titles(Step.HELD),
        a.REDEEMED.code: _titles(Step.REDEEMED, Step.REVERSED),
        a.SETTLED.code: _titles(Step.SETTLED),
        a.FUNDERS.code: _titles(Step.SETTLED),
        a.UNUSED.code: _titles(Step.UNUSED),
        a.PLACES.code: _places,
        # A commune without a place has no event: those of the places that there are say the rest.
        a.WITHOUT_OFFER.code: _places,
    }
)


def _seats(days: Period, statuses: Collection[SeatStatus]) -> Ids:
    return (
        select(seat.c.event_id)
        .join(session_planned, session_planned.c.session == seat.c.session)
        .where(_held(days), seat.c.status.in_([status.value for status in statuses]))
    )


def _held(days: Period) -> ColumnElement[bool]:
    called_off = exists().where(session_cancelled.c.session == session_planned.c.session)
    return and_(_within(session_planned, days), ~called_off)


def _within(table: Table, days: Period) -> ColumnElement[bool]:
    return table.c.day.between(days.first or date.min, days.last or date.max)

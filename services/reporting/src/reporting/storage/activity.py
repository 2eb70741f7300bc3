"""What was done, counted by month and by the commune of the place (of the person, for referrals).

Communes are told by the code that the fact was written with; '' where it is not known. What they
are today is not this module's concern.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.days import Period
from reporting.domain.facts import Step

_SESSIONS = text("""
    SELECT coalesce(place.commune, '') AS commune,
        date_trunc('month', held.day::timestamp)::date AS month,
        count(*) AS sessions, sum(held.capacity)::bigint AS seats,
        sum(held.taken)::bigint AS taken, sum(held.seen)::bigint AS seen,
        sum(held.missed)::bigint AS missed, sum(held.excused)::bigint AS excused
    FROM (
        SELECT s.session, s.place, s.day, s.capacity,
            count(*) FILTER (WHERE seat.status <> 'cancelled') AS taken,
            count(*) FILTER (WHERE seat.status = 'seen') AS seen,
            count(*) FILTER (WHERE seat.status = 'missed') AS missed,
            count(*) FILTER (WHERE seat.status = 'excused') AS excused
        FROM session_planned AS s LEFT JOIN seat ON seat.session = s.session
        WHERE s.day BETWEEN :first AND :last
            AND NOT EXISTS (SELECT FROM session_cancelled AS c WHERE c.session = s.session)
        GROUP BY s.session
    ) AS held
    LEFT JOIN place ON place.place = held.place
    GROUP BY 1, 2
""")
_VISITS = text("""
    SELECT coalesce(place.commune, '') AS commune,
        date_trunc('month', visit.day::timestamp)::date AS month,
        count(*) AS visits
    FROM visit LEFT JOIN place ON place.place = visit.place
    WHERE visit.day BETWEEN :first AND :last
    GROUP BY 1, 2
""")
_REFERRALS = text("""
    SELECT commune, date_trunc('month', sent_day::timestamp)::date AS month, count(*) AS referrals
    FROM referral_sent
    WHERE sent_day BETWEEN :first AND :last
    GROUP BY 1, 2
""")
_TITLES = text("""
    SELECT coalesce(place.commune, '') AS commune,
        date_trunc('month', t.day::timestamp)::date AS month,
        t.step, sum(t.number)::bigint AS number, sum(t.cents)::bigint AS cents
    FROM titles_moved AS t LEFT JOIN place ON place.place = t.place
    WHERE t.day BETWEEN :first AND :last
    GROUP BY 1, 2, 3
""")
_FUNDERS = text("""
    SELECT share.funder, t.step, sum(share.cents)::bigint AS cents
    FROM titles_moved AS t JOIN titles_share AS share ON share.event_id = t.event_id
    WHERE t.day BETWEEN :first AND :last
    GROUP BY 1, 2
""")
# Somebody known counts once, whatever brought them; a visit of nobody known is somebody by itself.
_PEOPLE = text("""
    WITH met AS (
        SELECT seat.data_subject AS who, s.place
        FROM session_planned AS s JOIN seat ON seat.session = s.session
        WHERE s.day BETWEEN :first AND :last AND seat.status = 'seen'
            AND NOT EXISTS (SELECT FROM session_cancelled AS c WHERE c.session = s.session)
        UNION ALL
        SELECT coalesce(visit.data_subject, visit.visit), visit.place
        FROM visit WHERE visit.day BETWEEN :first AND :last
    )
    SELECT coalesce(here.epci, '') AS epci, coalesce(here.commune, '') AS commune,
        grouping(here.epci) AS any_epci, grouping(here.commune) AS any_commune,
        count(DISTINCT met.who) AS people
    FROM met
    LEFT JOIN unnest(
        CAST(:places AS uuid[]), CAST(:communes AS text[]), CAST(:epcis AS text[])
    ) AS here (place, commune, epci) ON here.place = met.place
    GROUP BY GROUPING SETS ((), (here.epci), (here.commune))
""")
# A plan made without knowing the days takes them for few and joins row by row.
_KNOWING_THE_DAYS = text("SET LOCAL plan_cache_mode = force_custom_plan")
_PLACES = text("""
    SELECT place.place, place.name, place.kind, place.commune, place.organisation,
        place_closed.closed_day
    FROM place LEFT JOIN place_closed ON place_closed.place = place.place
    ORDER BY place.name, place.place
""")


class SessionCell(NamedTuple):
    """Sessions held in a commune in a month, and what became of their seats."""

    commune: str
    month: date
    sessions: int
    seats: int
    taken: int
    seen: int
    missed: int
    excused: int


class Cell(NamedTuple):
    """How many there were in a commune in a month."""

    commune: str
    month: date
    number: int


class TitleCell(NamedTuple):
    """Titles that took a step at places of a commune ('' without place) in a month."""

    commune: str
    month: date
    step: Step
    number: int
    cents: int


class Here(NamedTuple):
    """In which commune and EPCI of today a place lies."""

    place: UUID
    commune: str
    epci: str


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How many different people were met: in all, and in each EPCI and each commune of today."""

    total: int
    by_epci: Mapping[str, int]
    by_commune: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place where help is given; `closed_day` when nothing is held there any more."""

    place: UUID
    name: str
    kind: str
    commune: str
    organisation: UUID
    closed_day: date | None


async def plan_for_these_days(connection: AsyncConnection) -> None:
    """Plan each statement of this transaction anew, for the days that it is asked for."""
    await connection.execute(_KNOWING_THE_DAYS)


async def sessions(connection: AsyncConnection, days: Period) -> list[SessionCell]:
    """The sessions held."""
    found = await connection.execute(_SESSIONS, _bounds(days))
    return [SessionCell(*row) for row in found]


async def visits(connection: AsyncConnection, days: Period) -> list[Cell]:
    """The visits without appointment."""
    found = await connection.execute(_VISITS, _bounds(days))
    return [Cell(*row) for row in found]


async def referrals(connection: AsyncConnection, days: Period) -> list[Cell]:
    """The referrals sent, by where the person lives."""
    found = await connection.execute(_REFERRALS, _bounds(days))
    return [Cell(*row) for row in found]


async def titles(connection: AsyncConnection, days: Period) -> list[TitleCell]:
    """The steps of titles of payment."""
    found = await connection.execute(_TITLES, _bounds(days))
    return [
        TitleCell(commune, month, Step(step), number, cents)
        for commune, month, step, number, cents in found
    ]


async def funders(connection: AsyncConnection, days: Period) -> dict[tuple[UUID, Step], int]:
    """What each funder bears of each step, in cents."""
    found = await connection.execute(_FUNDERS, _bounds(days))
    return {(funder, Step(step)): cents for funder, step, cents in found}


async def people(connection: AsyncConnection, days: Period, located: Sequence[Here]) -> People:
    """Who was met, each counted once; `located` tells where each place lies today."""
    found = await connection.execute(
        _PEOPLE,
        {
            **_bounds(days),
            "places": [each.place for each in located],
            "communes": [each.commune for each in located],
            "epcis": [each.epci for each in located],
        },
    )
    total, by_epci, by_commune = 0, {}, {}
    for row in found:
        if row.any_epci and row.any_commune:
            total = row.people
        elif row.any_commune:
            by_epci[row.epci] = row.people
        else:
            by_commune[row.commune] = row.people
    return People(total=total, by_epci=by_epci, by_commune=by_commune)


async def places(connection: AsyncConnection) -> list[Place]:
    """Every place ever known."""
    found = await connection.execute(_PLACES)
    return [Place(**row) for row in found.mappings()]


def _bounds(days: Period) -> dict[str, date]:
    return {"first": days.first or date.min, "last": days.last or date.max}

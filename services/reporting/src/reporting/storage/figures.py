"""The values of the figures, and the events that each one is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Interval,
    Select,
    and_,
    func,
    literal,
    select,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.days import Period, end_of, start_of
from reporting.domain.facts import Status
from reporting.domain.figures import Scope
from reporting.domain.journeys import Entry
from reporting.storage.event_log import ENTRY, entry_of
from reporting.storage.tables import (
    event_log,
    figure_day,
    organisation_standing,
    referral_answered,
    referral_sent,
)

Events = Select[Any]
"""A choice of events of the log, not yet read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """How fast referrals were answered.

    `within` gives, by number of days, how many of the `sent` had their first answer that soon.
    """

    sent: int
    within: Mapping[int, int]
    median: timedelta | None


_latency = referral_answered.c.answered_at - referral_sent.c.sent_at
_days_passed = referral_answered.c.answered_day - referral_sent.c.sent_day
_with_answers = referral_sent.outerjoin(
    referral_answered, referral_sent.c.referral == referral_answered.c.referral
)


async def counts(connection: AsyncConnection, scope: Scope) -> Mapping[tuple[str, str], int]:
    """What was counted, by (figure, code)."""
    found = await connection.execute(
        select(figure_day.c.figure, figure_day.c.code, func.sum(figure_day.c.count))
        .where(_within(figure_day.c.day, scope.period), _of(figure_day.c.organisation, scope))
        .group_by(figure_day.c.figure, figure_day.c.code)
    )
    return {(figure, code): int(count) for figure, code, count in found}


async def delays(connection: AsyncConnection, scope: Scope, *, days: tuple[int, ...]) -> Delays:
    """How fast the referrals sent in the period were answered."""
    # An answer dated before its sending (two clocks) waited no time at all.
    waited = func.greatest(_latency, literal(timedelta(), Interval))
    median = func.percentile_cont(0.5).within_group(waited)
    found = await connection.execute(
        select(
            func.count(),
            median.filter(referral_answered.c.referral.is_not(None)),
            *(func.count().filter(_days_passed <= limit) for limit in days),
        )
        .select_from(_with_answers)
        .where(_sent_in(scope))
    )
    sent, median_value, *within = found.one()
    return Delays(sent=sent, within=dict(zip(days, within, strict=True)), median=median_value)


async def active_organisations(connection: AsyncConnection) -> int:
    """How many organisations are active now."""
    found = await connection.scalar(
        select(func.count()).where(organisation_standing.c.status == Status.ACTIVE.value)
    )
    return int(found or 0)


def events_of_type(event_type: str, *, organisation_key: str, scope: Scope) -> Events:
    """The events of one type that happened in the period."""
    organisation = event_log.c.data[organisation_key].astext
    return ENTRY.where(
        event_log.c.type == event_type,
        *([event_log.c.happened_at >= start_of(scope.period.first)] if scope.period.first else []),
        *([event_log.c.happened_at < end_of(scope.period.last)] if scope.period.last else []),
        *([organisation == str(scope.organisation)] if scope.organisation else []),
    )


def events_of_answers(scope: Scope, *, within_days: int | None = None) -> Events:
    """Sending and first answer of the referrals that were answered (that soon)."""
    answered = select(referral_sent.c.event_id, referral_answered.c.event_id.label("answer"))
    answered = answered.join_from(
        *(referral_sent, referral_answered),
        referral_sent.c.referral == referral_answered.c.referral,
    ).where(_sent_in(scope), *([_days_passed <= within_days] if within_days is not None else []))
    found = answered.cte("answered")
    return ENTRY.where(
        event_log.c.event_id.in_(union(select(found.c.event_id), select(found.c.answer)))
    )


def events_of_active_organisations() -> Events:
    """The events that made the organisations active that are so now."""
    return ENTRY.where(
        event_log.c.event_id.in_(
            select(organisation_standing.c.event_id).where(
                organisation_standing.c.status == Status.ACTIVE.value
            )
        )
    )


async def listed(
    connection: AsyncConnection, events: Events, *, before: int | None, limit: int
) -> list[Entry]:
    """A page of such events, the last learnt first, below the number `before`."""
    if before is not None:
        events = events.where(event_log.c.log_seq < before)
    found = await connection.execute(events.order_by(event_log.c.log_seq.desc()).limit(limit))
    return [entry_of(row) for row in found.mappings()]


def _within(day: Column[Any], period: Period) -> ColumnElement[bool]:
    return and_(
        true(),
        *([day >= period.first] if period.first else []),
        *([day <= period.last] if period.last else []),
    )


def _of(organisation: Column[Any], scope: Scope) -> ColumnElement[bool]:
    if scope.organisation is None:
        return true()
    return organisation == scope.organisation


def _sent_in(scope: Scope) -> ColumnElement[bool]:
    return and_(_within(referral_sent.c.sent_day, scope.period), _of(referral_sent.c.sender, scope))

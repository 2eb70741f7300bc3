"""What pages and the reading door show: lists and one referral, without a person's name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from referrals.domain.referrals import State
from referrals.storage.tables import (
    organisation,
    referral,
    referral_target,
    referral_transition,
)

LIST_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """A target as it is shown."""

    organisation: UUID
    name: str
    state: State
    changed_at: datetime
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A referral as it is shown in a list."""

    id: UUID
    sender: UUID
    sender_name: str
    person: UUID
    need: str
    urgency: str | None
    due_on: date | None
    level: str | None
    commune: str | None
    birth_band: str | None
    agreement: UUID | None
    partner_reference: str | None
    correlation: UUID
    sent_at: datetime
    targets: tuple[Addressed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    organisation: UUID
    name: str
    state: State
    happened_at: datetime
    learnt_at: datetime
    code: str
    message: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How many referrals wait for an answer, and how many since before a given day."""

    all: int
    long: int


Place = tuple[datetime, UUID]
"""Where a list goes on: the sending time and the id of the last line shown."""


async def one(connection: AsyncConnection, referral_id: UUID) -> Line | None:
    """One referral with all its targets; the caller checks who may see what."""
    lines = await _lines(connection, _select().where(referral.c.id == referral_id))
    return lines[0] if lines else None


async def received(
    connection: AsyncConnection,
    *,
    by: UUID,
    states: Iterable[State],
    oldest_first: bool,
    after: Place | None,
) -> list[Line]:
    """Referrals addressed to an organisation, whose own state is one of `states`."""
    addressed = select(referral_target.c.referral).where(
        referral_target.c.organisation == by, referral_target.c.state.in_(list(states))
    )
    query = _select().where(referral.c.id.in_(addressed))
    return await _lines(connection, _ordered(query, oldest_first=oldest_first, after=after))


async def sent(connection: AsyncConnection, *, by: UUID, after: Place | None) -> list[Line]:
    """Referrals that an organisation sent, the latest first."""
    query = _select().where(referral.c.sender == by)
    return await _lines(connection, _ordered(query, oldest_first=False, after=after))


async def by_reference(
    connection: AsyncConnection, reference: str, *, organisation: UUID
) -> UUID | None:
    """The latest referral that an organisation sent under its own reference."""
    found = await connection.execute(
        select(referral.c.id)
        .where(referral.c.sender == organisation, referral.c.partner_reference == reference)
        .order_by(referral.c.sent_at.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def waiting(connection: AsyncConnection, *, at: UUID, before: datetime) -> Waiting:
    """How many referrals wait for an answer of an organisation; `long` were sent until `before`."""
    found = await connection.execute(
        select(func.count(), func.count().filter(referral.c.sent_at <= before))
        .select_from(referral_target)
        .join(referral, referral.c.id == referral_target.c.referral)
        .where(referral_target.c.organisation == at, referral_target.c.state == State.SENT)
    )
    total, long = found.one()
    return Waiting(all=total, long=long)


async def unanswered(connection: AsyncConnection, *, of: UUID, before: datetime) -> int:
    """How many referrals an organisation sent until `before` that nobody has taken yet.

    Some target still has to answer: what every target refused is answered.
    """
    states = (
        select(referral_target.c.state)
        .where(referral_target.c.referral == referral.c.id)
        .correlate(referral)
    )
    found = await connection.execute(
        select(func.count())
        .select_from(referral)
        .where(
            referral.c.sender == of,
            referral.c.sent_at <= before,
            states.where(referral_target.c.state == State.SENT).exists(),
            ~states.where(referral_target.c.state.in_([State.ACCEPTED, State.COMPLETED])).exists(),
        )
    )
    count: int = found.scalar_one()
    return count


async def steps(connection: AsyncConnection, referral_id: UUID) -> Sequence[StepTaken]:
    """Every step of every target in the order in which they happened."""
    rows = await connection.execute(
        select(
            referral_transition.c.organisation,
            organisation.c.name,
            referral_transition.c.state,
            referral_transition.c.happened_at,
            referral_transition.c.learnt_at,
            referral_transition.c.code,
            referral_transition.c.message,
        )
        .outerjoin(organisation, organisation.c.id == referral_transition.c.organisation)
        .where(referral_transition.c.referral == referral_id)
        .order_by(referral_transition.c.happened_at, referral_transition.c.id)
    )
    return [
        StepTaken(
            organisation=row.organisation,
            name=row.name or "",
            state=State(row.state),
            happened_at=row.happened_at,
            learnt_at=row.learnt_at,
            code=row.code,
            message=row.message,
        )
        for row in rows
    ]


def _select() -> Select[Any]:
    return select(referral, organisation.c.name.label("sender_name")).outerjoin(
        organisation, organisation.c.id == referral.c.sender
    )


def _ordered(query: Select[Any], *, oldest_first: bool, after: Place | None) -> Select[Any]:
    key = tuple_(referral.c.sent_at, referral.c.id)
    if after is not None:
        query = query.where(key > after if oldest_first else key < after)
    columns = [referral.c.sent_at, referral.c.id]
    order = columns if oldest_first else [column.desc() for column in columns]
    # One more than is shown says whether there is more.
    return query.order_by(*order).limit(LIST_MAX + 1)


async def _lines(connection: AsyncConnection, query: Select[Any]) -> list[Line]:
    rows = (await connection.execute(query)).all()
    targets = await _addressed(connection, [row.id for row in rows])
    return [_line(row, targets[row.id]) for row in rows]


async def _addressed(
    connection: AsyncConnection, ids: Sequence[UUID]
) -> Mapping[UUID, tuple[Addressed, ...]]:
    rows = await connection.execute(
        select(referral_target, organisation.c.name)
        .outerjoin(organisation, organisation.c.id == referral_target.c.organisation)
        .where(referral_target.c.referral.in_(ids))
        .order_by(organisation.c.name, referral_target.c.organisation)
    )
    grouped: dict[UUID, list[Addressed]] = {each: [] for each in ids}
    for row in rows:
        grouped[row.referral].append(
            Addressed(
                organisation=row.organisation,
                name=row.name or "",
                state=State(row.state),
                changed_at=row.changed_at,
                instead_of=row.instead_of,
            )
        )
    return {each: tuple(found) for each, found in grouped.items()}


def _line(row: Row[Any], targets: tuple[Addressed, ...]) -> Line:
    return Line(
        id=row.id,
        sender=row.sender,
        sender_name=row.sender_name or "",
        person=row.person,
        need=row.need,
        urgency=row.urgency,
        due_on=row.due_on,
        level=row.level,
        commune=row.commune,
        birth_band=row.birth_band,
        agreement=row.agreement,
        partner_reference=row.partner_reference,
        correlation=row.correlation,
        sent_at=row.sent_at,
        targets=targets,
    )

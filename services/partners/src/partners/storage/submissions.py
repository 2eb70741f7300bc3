"""SQL of submissions: their identity, their waiting, their answer, their lists."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners.domain.submission import Door, Submission, SubmissionState
from partners.storage.tables import submission

# Built once: a statement that is put together anew costs more than it takes to run.
_CLAIM = insert(submission).on_conflict_do_nothing(constraint="submission_identity")
_BY_ID = sa.select(submission).where(submission.c.id == sa.bindparam("id"))
_LOCKED = _BY_ID.with_for_update()
_ANSWER = sa.update(submission).where(submission.c.id == sa.bindparam("answered"))


class Waiting(NamedTuple):
    """A submission whose person is not known yet, with what is needed to go on."""

    submission: Submission
    data: Mapping[str, Any]


class Wait(NamedTuple):
    """Until an organisation's id of a person is known, or until time runs out: the data."""

    outward: UUID
    until: datetime
    data: Mapping[str, Any]


class Kept(NamedTuple):
    """What the identity (organisation, source, id) names already."""

    id: UUID
    content_hash: str


async def claim(
    connection: AsyncConnection,
    new: Submission,
    *,
    identity: str,
    person: UUID | None,
    wait: Wait | None,
) -> Kept | None:
    """Insert it, or tell what bears this identity already.

    The unique constraint decides between two that come at the same time: the second waits here for
    the first one's transaction and then finds its row.
    """
    values: dict[str, Any] = {"identity": identity, "data_subject": person and str(person)}
    if wait is not None:
        values |= {
            "awaited": wait.outward,
            "wait_until": wait.until,
            "kept_data": dict(wait.data),
        }
    if (await connection.execute(_CLAIM, values | _columns(new))).rowcount == 1:
        return None
    return await find_identity(connection, new.organisation, identity)


async def find_identity(
    connection: AsyncConnection, organisation: UUID, identity: str
) -> Kept | None:
    """What bears this identity."""
    row = (
        await connection.execute(
            sa.select(submission.c.id, submission.c.content_hash).where(
                submission.c.organisation == organisation, submission.c.identity == identity
            )
        )
    ).one_or_none()
    return None if row is None else Kept(*row)


async def add_turned_away(connection: AsyncConnection, new: Submission) -> None:
    """Keep a refusal of form, which uses up no identity."""
    await connection.execute(sa.insert(submission).values(**_columns(new)))


async def forward(
    connection: AsyncConnection, identifier: UUID, *, person: UUID | None, now: datetime
) -> None:
    """It is on its way to its owner: the data is no longer kept here."""
    await connection.execute(
        sa.update(submission)
        .where(submission.c.id == identifier)
        .values(
            forwarded_at=now,
            data_subject=None if person is None else str(person),
            awaited=None,
            wait_until=None,
            kept_data=None,
        )
    )


async def answer(connection: AsyncConnection, answered: Submission) -> None:
    """Write the final answer."""
    values = {
        "answered": answered.id,
        "state": answered.state,
        "reason": answered.reason,
        "detail": answered.detail,
        "subject": answered.subject,
        "correlation": answered.correlation,
        "answered_at": answered.answered_at,
        "awaited": None,
        "wait_until": None,
        "kept_data": None,
    }
    await connection.execute(_ANSWER, values)


_CONCERN = sa.text("""
    WITH told AS (
        UPDATE submission SET data_subject = :person WHERE id = :submission
    )
    UPDATE outbox SET data_subject = :person WHERE event_id = :command AND data_subject IS NULL
""")


async def concern(
    connection: AsyncConnection, identifier: UUID, command: UUID | None, *, person: UUID
) -> None:
    """Write down whom a submission and its command are about, so that an erasure finds them.

    Only the owner knows whom an answer or an anonymous sending concerns: its verdict says so.
    """
    values = {"submission": identifier, "command": command, "person": str(person)}
    await connection.execute(_CONCERN, values)


async def by_id(
    connection: AsyncConnection, identifier: UUID, *, lock: bool = False
) -> Submission | None:
    """The submission of that id; locked until the transaction ends when `lock`."""
    statement = _LOCKED if lock else _BY_ID
    row = (await connection.execute(statement, {"id": identifier})).mappings().one_or_none()
    return None if row is None else _read(row)


async def page(
    connection: AsyncConnection,
    organisation: UUID,
    *,
    state: SubmissionState | None,
    reference: str | None = None,
    before: UUID | None,
    size: int,
) -> list[Submission]:
    """Those of one organisation, newest first, older than `before`.

    `reference` is the partner's own word for the case, its event's id or the submission's.
    """
    statement = sa.select(submission).where(submission.c.organisation == organisation)
    if reference is not None:
        statement = statement.where(
            sa.or_(
                submission.c.partner_reference == reference,
                submission.c.event_id == reference,
                sa.cast(submission.c.id, sa.Text) == reference.lower(),
            )
        )
    if state is not None:
        statement = statement.where(submission.c.state == state)
    if before is not None:
        statement = statement.where(submission.c.id < before)
    rows = await connection.execute(statement.order_by(submission.c.id.desc()).limit(size))
    return [_read(row) for row in rows.mappings()]


async def count_by_state(connection: AsyncConnection, organisation: UUID) -> dict[str, int]:
    """How many of each state, for the filters of the page."""
    rows = await connection.execute(
        sa.select(submission.c.state, sa.func.count().label("number"))
        .where(submission.c.organisation == organisation)
        .group_by(submission.c.state)
    )
    return {row.state: row.number for row in rows}


async def waiting_for(
    connection: AsyncConnection, ids: Sequence[tuple[UUID, UUID]]
) -> list[tuple[UUID, Waiting]]:
    """Those of an organisation that wait for its outward id, with the id, oldest first, locked."""
    rows = await connection.execute(
        sa.select(submission)
        .where(sa.tuple_(submission.c.organisation, submission.c.awaited).in_(ids))
        .order_by(submission.c.id)
        .with_for_update()
    )
    return [(row["awaited"], _waiting(row)) for row in rows.mappings()]


async def overdue(connection: AsyncConnection, *, now: datetime, size: int) -> list[Waiting]:
    """Some of those that have waited long enough, locked; what another sweep holds is passed."""
    rows = await connection.execute(
        sa.select(submission)
        .where(submission.c.wait_until <= now)
        .order_by(submission.c.wait_until)
        .limit(size)
        .with_for_update(skip_locked=True)
    )
    return [_waiting(row) for row in rows.mappings()]


async def count_waiting(connection: AsyncConnection) -> int:
    """How many wait for an outward id."""
    statement = sa.select(sa.func.count()).where(submission.c.wait_until.is_not(None))
    return (await connection.execute(statement)).scalar_one()


def _columns(of: Submission) -> dict[str, Any]:
    return {
        "id": of.id,
        "organisation": of.organisation,
        "door": of.door,
        "type": of.type,
        "event_id": of.event_id,
        "content_hash": of.content_hash,
        "partner_reference": of.partner_reference,
        "happened_at": of.happened_at,
        "received_at": of.received_at,
        "history": of.history,
        "about": of.about,
        "forwarded_at": of.forwarded_at,
        "state": of.state,
        "reason": of.reason,
        "detail": of.detail,
        "answered_at": of.answered_at,
        "record_offset": of.offset,
    }


def _waiting(row: sa.RowMapping) -> Waiting:
    return Waiting(_read(row), row["kept_data"])


def _read(row: sa.RowMapping) -> Submission:
    return Submission(
        id=row["id"],
        organisation=row["organisation"],
        door=Door(row["door"]),
        type=row["type"],
        event_id=row["event_id"],
        content_hash=row["content_hash"],
        partner_reference=row["partner_reference"],
        happened_at=row["happened_at"],
        received_at=row["received_at"],
        history=row["history"],
        about=row["about"],
        forwarded_at=row["forwarded_at"],
        answered_at=row["answered_at"],
        state=SubmissionState(row["state"]),
        reason=row["reason"],
        detail=row["detail"],
        subject=row["subject"],
        correlation=row["correlation"],
        offset=row["record_offset"],
    )

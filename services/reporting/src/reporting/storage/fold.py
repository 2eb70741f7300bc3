"""What the fold keeps, in its tables: merged here by the same three rules as `domain/fold.py`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.days import day_of
from reporting.domain.fold import Fold
from reporting.storage.tables import FOLDED

Key = TypeVar("Key")
Value = TypeVar("Value")

REWRITE_ROWS: Final = 5_000
"""Rows per statement when the tables are written anew."""

# One statement for all tables: one round trip per batch. Event ids compare byte by byte, as they
# do in the domain; a locale would order them otherwise.
_MERGE = text("""
    WITH cells AS (
        INSERT INTO figure_day AS old (figure, day, organisation, code, count)
        SELECT * FROM unnest(
            CAST(:figure AS text[]), CAST(:day AS date[]), CAST(:counted_for AS uuid[]),
            CAST(:code AS text[]), CAST(:count AS bigint[])
        )
        ON CONFLICT (figure, day, organisation, code)
        DO UPDATE SET count = old.count + excluded.count
    ), sendings AS (
        INSERT INTO referral_sent AS old (referral, sender, sent_at, sent_day, event_id)
        SELECT * FROM unnest(
            CAST(:sent AS uuid[]), CAST(:sender AS uuid[]), CAST(:sent_at AS timestamptz[]),
            CAST(:sent_day AS date[]), CAST(:sent_event AS text[])
        )
        ON CONFLICT (referral) DO UPDATE SET sender = excluded.sender, sent_at = excluded.sent_at,
            sent_day = excluded.sent_day, event_id = excluded.event_id
        WHERE (excluded.sent_at, excluded.event_id COLLATE "C")
            < (old.sent_at, old.event_id COLLATE "C")
    ), answers AS (
        INSERT INTO referral_answered AS old (referral, answered_at, answered_day, event_id)
        SELECT * FROM unnest(
            CAST(:answered AS uuid[]), CAST(:answered_at AS timestamptz[]),
            CAST(:answered_day AS date[]), CAST(:answered_event AS text[])
        )
        ON CONFLICT (referral) DO UPDATE SET answered_at = excluded.answered_at,
            answered_day = excluded.answered_day, event_id = excluded.event_id
        WHERE (excluded.answered_at, excluded.event_id COLLATE "C")
            < (old.answered_at, old.event_id COLLATE "C")
    ), names AS (
        INSERT INTO organisation_name AS old (organisation, sequence, name)
        SELECT * FROM unnest(
            CAST(:named AS uuid[]), CAST(:name_sequence AS bigint[]), CAST(:name AS text[])
        )
        ON CONFLICT (organisation) DO UPDATE SET sequence = excluded.sequence, name = excluded.name
        WHERE excluded.sequence > old.sequence
    )
    INSERT INTO organisation_standing AS old (organisation, sequence, status, event_id)
    SELECT * FROM unnest(
        CAST(:standing AS uuid[]), CAST(:status_sequence AS bigint[]), CAST(:status AS text[]),
        CAST(:status_event AS text[])
    )
    ON CONFLICT (organisation) DO UPDATE SET sequence = excluded.sequence,
        status = excluded.status, event_id = excluded.event_id
    WHERE excluded.sequence > old.sequence
""")


async def merge(connection: AsyncConnection, fold: Fold) -> None:
    """Add what a batch adds up to."""
    await connection.execute(
        _MERGE,
        {
            "figure": [cell.figure for cell in fold.cells],
            "day": [cell.day for cell in fold.cells],
            "counted_for": [cell.organisation for cell in fold.cells],
            "code": [cell.code for cell in fold.cells],
            "count": list(fold.cells.values()),
            "sent": list(fold.sendings),
            "sender": [sending.sender for sending in fold.sendings.values()],
            "sent_at": [sending.at for sending in fold.sendings.values()],
            "sent_day": [day_of(sending.at) for sending in fold.sendings.values()],
            "sent_event": [sending.event for sending in fold.sendings.values()],
            "answered": list(fold.answers),
            "answered_at": [answer.at for answer in fold.answers.values()],
            "answered_day": [day_of(answer.at) for answer in fold.answers.values()],
            "answered_event": [answer.event for answer in fold.answers.values()],
            "named": list(fold.names),
            "name_sequence": [name.sequence for name in fold.names.values()],
            "name": [name.name for name in fold.names.values()],
            "standing": list(fold.standings),
            "status_sequence": [standing.sequence for standing in fold.standings.values()],
            "status": [str(standing.status) for standing in fold.standings.values()],
            "status_event": [standing.event for standing in fold.standings.values()],
        },
    )


async def rewrite(connection: AsyncConnection, fold: Fold) -> None:
    """Put the fold of the whole log in the place of what the tables hold."""
    for table in FOLDED:
        await connection.execute(delete(table))
    for part in _slices(fold):
        await merge(connection, part)


def _slices(fold: Fold) -> Iterator[Fold]:
    for cells in _parts(fold.cells):
        yield Fold(cells=Counter(cells))
    for sendings in _parts(fold.sendings):
        yield Fold(sendings=sendings)
    for answers in _parts(fold.answers):
        yield Fold(answers=answers)
    for names in _parts(fold.names):
        yield Fold(names=names)
    for standings in _parts(fold.standings):
        yield Fold(standings=standings)


def _parts(whole: Mapping[Key, Value]) -> Iterator[dict[Key, Value]]:
    items = iter(whole.items())
    while part := dict(islice(items, REWRITE_ROWS)):
        yield part

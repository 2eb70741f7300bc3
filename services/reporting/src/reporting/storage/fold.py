"""What the fold keeps, in its tables: merged here by the same rules as `domain/fold.py`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Table,
    Text,
    TextClause,
    Uuid,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.domain.days import day_of
from reporting.domain.fold import Fold
from reporting.storage import tables as t

REWRITE_ROWS: Final = 5_000
"""Rows per statement when the tables are written anew."""

VERSION: Final = 2
"""Grows whenever the fold reads more of the log, or otherwise: then all is folded again."""

# The rules of the domain, as conflicts of rows of one key. Event ids compare byte by byte, as they
# do in the domain; a locale would order them otherwise.
_ADD: Final = "DO UPDATE SET count = old.count + excluded.count"
_ONCE: Final = "DO NOTHING"
_LATEST: Final = "DO UPDATE SET {all} WHERE excluded.sequence > old.sequence"
_FIRST: Final = 'DO UPDATE SET {all} WHERE excluded.event_id COLLATE "C" < old.event_id COLLATE "C"'
_EARLIEST: Final = (
    'DO UPDATE SET {{all}} WHERE (excluded.{at}, excluded.event_id COLLATE "C")'
    ' < (old.{at}, old.event_id COLLATE "C")'
)

_TYPES: Final[Mapping[type, str]] = {
    BigInteger: "bigint",
    Date: "date",
    DateTime: "timestamptz",
    Text: "text",
    Uuid: "uuid",
}

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One collection of the fold: its table, the rule, and its items as rows of that table."""

    table: Table
    rule: str
    row: Callable[[Any, Any], Row]


_PARTS: Final[Mapping[str, _Part]] = {
    "cells": _Part(table=t.figure_day, rule=_ADD, row=lambda cell, count: (*cell, count)),
    "sendings": _Part(
        table=t.referral_sent,
        rule=_EARLIEST.format(at="sent_at"),
        row=lambda referral, it: (
            *(referral, it.sender, it.at, day_of(it.at), it.event, it.commune),
        ),
    ),
    "answers": _Part(
        table=t.referral_answered,
        rule=_EARLIEST.format(at="answered_at"),
        row=lambda referral, it: (referral, it.at, day_of(it.at), it.event),
    ),
    "names": _Part(table=t.organisation_name, rule=_LATEST, row=lambda key, it: (key, *it)),
    "standings": _Part(
        table=t.organisation_standing,
        rule=_LATEST,
        row=lambda key, it: (key, it.sequence, str(it.status), it.event),
    ),
    "places": _Part(table=t.place, rule=_LATEST, row=lambda key, it: (key, *it)),
    "closings": _Part(
        table=t.place_closed,
        rule=_EARLIEST.format(at="closed_at"),
        row=lambda key, it: (key, day_of(it.at), it.at, it.event),
    ),
    "sessions": _Part(
        table=t.session_planned,
        rule=_FIRST,
        row=lambda key, it: (
            *(key, it.event, it.place, it.kind, it.starts_at, day_of(it.starts_at), it.capacity),
        ),
    ),
    "cancellations": _Part(
        table=t.session_cancelled, rule=_FIRST, row=lambda key, event: (key, event)
    ),
    "seats": _Part(
        table=t.seat,
        rule=_LATEST,
        row=lambda key, it: (key, it.sequence, it.event, it.session, it.person, str(it.status)),
    ),
    "visits": _Part(
        table=t.visit,
        rule=_FIRST,
        row=lambda key, it: (key, it.event, day_of(it.at), it.place, it.person),
    ),
    "titles": _Part(
        table=t.titles_moved,
        rule=_ONCE,
        row=lambda event, it: (
            *(event, str(it.step), day_of(it.at), it.programme, it.place, it.number, it.cents),
        ),
    ),
    "shares": _Part(table=t.titles_share, rule=_ONCE, row=lambda key, cents: (*key, cents)),
}


async def merge(connection: AsyncConnection, fold: Fold) -> None:
    """Add what a batch adds up to: one statement, of the tables that it touches."""
    touched = tuple(name for name in _PARTS if getattr(fold, name))
    if touched:
        await connection.execute(_statement(touched), _parameters(fold, touched))


async def rewrite(connection: AsyncConnection, fold: Fold) -> None:
    """Put the fold of the whole log in the place of what the tables hold."""
    for table in (*t.FOLDED, t.fold_version):
        await connection.execute(delete(table))
    for part in _slices(fold):
        await merge(connection, part)
    await connection.execute(insert(t.fold_version).values(version=VERSION))


async def is_of_this_version(connection: AsyncConnection) -> bool:
    """Whether the tables were written by the fold as it is now."""
    return bool(await connection.scalar(select(t.fold_version.c.version)) == VERSION)


@cache
def _statement(names: tuple[str, ...]) -> TextClause:
    """The merging of these parts. Few sets of parts ever occur, so few statements are planned."""
    *before, last = (_insertion(name) for name in names)
    parts = ", ".join(f"merge_{index} AS ({each})" for index, each in enumerate(before))
    return text(f"WITH {parts} {last}" if before else last)


def _insertion(name: str) -> str:
    part = _PARTS[name]
    columns = [column.name for column in part.table.columns]
    keys = [column.name for column in part.table.primary_key.columns]
    values = ", ".join(
        f"CAST(:{name}_{column.name} AS {_TYPES[type(column.type)]}[])"
        for column in part.table.columns
    )
    everything = ", ".join(f"{each} = excluded.{each}" for each in columns if each not in keys)
    named, into = ", ".join(columns), ", ".join(keys)
    rule = part.rule.format(all=everything)
    start = f"INSERT INTO {part.table.name} AS old ({named}) SELECT * FROM unnest({values})"  # noqa: S608 - names of our own tables alone; every value is a parameter
    return f"{start} ON CONFLICT ({into}) {rule}"


def _parameters(fold: Fold, names: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name in names:
        part = _PARTS[name]
        rows = [part.row(key, value) for key, value in getattr(fold, name).items()]
        for column, values in zip(part.table.columns, zip(*rows, strict=True), strict=True):
            found[f"{name}_{column.name}"] = list(values)
    return found


def _slices(fold: Fold) -> Iterator[Fold]:
    for each in fields(fold):
        for part in _parts(getattr(fold, each.name)):
            slice_ = Fold()
            getattr(slice_, each.name).update(part)
            yield slice_


def _parts(whole: Mapping[Any, Any]) -> Iterator[dict[Any, Any]]:
    items = iter(whole.items())
    while part := dict(islice(items, REWRITE_ROWS)):
        yield part

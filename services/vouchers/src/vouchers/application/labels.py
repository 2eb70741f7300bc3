"""Where vouchers are accepted: places, as the directory tells of them, and their labels."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from vouchers.application.acts import Act, RefusedError, begin, record
from vouchers.application.redemption import reconcile_all
from vouchers.domain.events import LabelGranted, LabelWithdrawn
from vouchers.domain.instants import day_in_france
from vouchers.domain.ledger import OperationKind
from vouchers.domain.refusals import (
    LabelOverlaps,
    UnknownLabel,
    UnknownPlace,
    UnknownProgramme,
    WithdrawnBeforeToday,
)
from vouchers.storage import bookings, labels, programmes
from vouchers.storage.labels import Label
from vouchers.storage.ledger import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantLabel:
    """A place accepts a programme's vouchers; both days are inclusive."""

    act: Act
    programme: UUID
    place: UUID
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawLabel:
    act: Act
    label: UUID
    until_on: date
    reason: str


async def grant_label(tx: Transaction, command: GrantLabel) -> dict[str, Any]:
    """Label a place; bookings known already get their hold.

    Raises:
        RefusedError: unknown programme or place, or labelled on some of these days already.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    if await programmes.find(tx.connection, command.programme) is None:
        raise RefusedError(UnknownProgramme())
    if not await labels.knows_place(tx.connection, command.place):
        raise RefusedError(UnknownPlace())
    label = Label(
        id=new_id(),
        programme=command.programme,
        place=command.place,
        from_on=command.from_on,
        until_on=command.until_on,
        sequence=1,
    )
    if await labels.overlaps(
        tx.connection,
        programme=label.programme,
        place=label.place,
        from_on=label.from_on,
        until_on=label.until_on,
    ):
        raise RefusedError(LabelOverlaps())
    reply = {"label": str(label.id)}
    number = await record(tx, command.act, OperationKind.LABEL_GRANT, reply=reply)
    await labels.add(tx.connection, label, operation=number)
    fact = LabelGranted(
        label=label.id,
        programme=label.programme,
        place=label.place,
        from_on=label.from_on,
        until_on=label.until_on,
    )
    tx.emit(fact, key=label.id, sequence=1, happened_at=begun)
    found = await bookings.at_place(tx.connection, label.place, from_on=label.from_on)
    await reconcile_all(tx, command.act, list(found))
    return reply


async def withdraw_label(tx: Transaction, command: WithdrawLabel) -> dict[str, Any]:
    """End a label; what is held for later sessions is free again.

    Raises:
        RefusedError: unknown, or it would end before today or before it began.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    label = await labels.lock(tx.connection, command.label)
    if label is None or (label.until_on is not None and label.until_on < command.until_on):
        raise RefusedError(UnknownLabel())
    if command.until_on < max(day_in_france(begun), label.from_on):
        raise RefusedError(WithdrawnBeforeToday())
    reply = {"label": str(label.id)}
    await record(tx, command.act, OperationKind.LABEL_WITHDRAWAL, reply=reply)
    await labels.end(tx.connection, label.id, until_on=command.until_on, reason=command.reason)
    fact = LabelWithdrawn(
        label=label.id,
        programme=label.programme,
        place=label.place,
        until_on=command.until_on,
        reason=command.reason,
    )
    tx.emit(fact, key=label.id, sequence=label.sequence + 1, happened_at=begun)
    found = await bookings.at_place(tx.connection, label.place, from_on=command.until_on)
    await reconcile_all(tx, command.act, list(found))
    return reply


async def hear_of_place(tx: Transaction, *, place: UUID, organisation: UUID, name: str) -> None:
    """Keep the place as the directory describes it; a label that waited for it may come now."""
    await labels.keep_place(tx.connection, place, organisation=organisation, name=name)


async def hear_of_closing(tx: Transaction, *, place: UUID) -> None:
    """A closed place keeps its labels: sessions held before still count."""
    await labels.close_place(tx.connection, place)

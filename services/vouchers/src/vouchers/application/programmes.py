"""A programme opens: its calendar, its booklet and its funders are data."""

from dataclasses import dataclass
from typing import Any

from chassis.database import Transaction
from vouchers.application.acts import Act, begin, record, refuse_if
from vouchers.domain.events import ProgrammeOpened
from vouchers.domain.ledger import OperationKind
from vouchers.domain.programmes import Programme, check_calendar
from vouchers.storage import programmes
from vouchers.storage.ledger import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenProgramme:
    act: Act
    programme: Programme


async def open_programme(tx: Transaction, command: OpenProgramme) -> dict[str, Any]:
    """Open a programme; its terms never change afterwards.

    Raises:
        RefusedError: its calendar is out of order.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return dict(begun.reply)
    programme = command.programme
    refuse_if(check_calendar(programme))
    reply = {"programme": str(programme.id)}
    number = await record(tx, command.act, OperationKind.PROGRAMME_OPENING, reply=reply)
    await programmes.add(tx.connection, programme, operation=number)
    tx.emit(ProgrammeOpened(programme=programme), key=programme.id, sequence=1, happened_at=begun)
    return reply

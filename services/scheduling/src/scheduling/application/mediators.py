"""An organisation says who holds its sessions."""

from dataclasses import dataclass

from chassis.database import Transaction
from chassis.ids import new_id
from scheduling.application.acts import Act, Done, begin
from scheduling.application.directory import check_standing
from scheduling.domain.mediators import Mediator
from scheduling.storage import decisions, mediators


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareMediator:
    """`reference` is the organisation's own word; `label` a work name without a person's name."""

    act: Act
    reference: str
    label: str


async def declare_mediator(tx: Transaction, command: DeclareMediator) -> Done:
    """Write the mediator down, or replace the work name. Nobody else is told.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    await check_standing(tx, command.act.organisation)
    said = Mediator(
        id=new_id(),
        organisation=command.act.organisation,
        reference=command.reference,
        label=command.label,
    )
    kept = await mediators.keep(tx.connection, said)
    await decisions.concern(tx.connection, command.act.id, subject=kept)
    tx.arrived(f"mediator:{kept}")
    return Done(fresh=True, subject=kept)

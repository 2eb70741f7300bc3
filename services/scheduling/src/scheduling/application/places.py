"""An organisation says where it helps, and where it no longer does."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from scheduling.application.acts import Act, Done, RefusedError, begin, refuse_if
from scheduling.application.communes import check_commune
from scheduling.application.directory import check_standing
from scheduling.domain.events import PlaceChanged, PlaceClosed, PlaceRegistered
from scheduling.domain.places import Description, Place, check_place_open, decide_declaration
from scheduling.domain.refusals import Refusal, SessionsToCome, UnknownPlace
from scheduling.storage import decisions, places, sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarePlace:
    """`reference` is the organisation's own word; `place`, when given, must lead to the same."""

    act: Act
    reference: str
    description: Description
    place: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePlace:
    act: Act
    place: UUID


async def declare_place(tx: Transaction, command: DeclarePlace) -> Done:
    """Register the place, or replace its description; said again it changes nothing.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    await check_standing(tx, command.act.organisation)
    check_commune(command.description.commune)
    while True:
        known = await _known(tx, command)
        fact = decide_declaration(
            known,
            command.description,
            place=new_id() if known is None else known.id,
            organisation=command.act.organisation,
            reference=command.reference,
        )
        # Of two first declarations at one moment the loser comes again and finds the winner's.
        if isinstance(fact, Refusal) or fact is None or await _keep(tx, command, known, fact):
            break
    if isinstance(fact, Refusal):
        raise RefusedError(fact)
    if fact is None:
        return await _done(tx, command, known)
    sequence = 1 if known is None else known.sequence + 1
    tx.emit(fact, key=fact.place, sequence=sequence, happened_at=begun)
    tx.arrived(f"place:{fact.place}")
    await decisions.concern(tx.connection, command.act.id, subject=fact.place)
    return Done(fresh=True, subject=fact.place)


async def close_place(tx: Transaction, command: ClosePlace) -> Done:
    """Nothing will be held there any more; what is to come is cancelled first, one by one.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    place = await places.lock(tx.connection, command.place)
    if place is None:
        raise RefusedError(UnknownPlace(command.place))
    refuse_if(check_place_open(place, organisation=command.act.organisation))
    if await sessions.to_come(tx.connection, place.id, after=begun):
        raise RefusedError(SessionsToCome())
    sequence = place.sequence + 1
    await places.close(tx.connection, place, closed_at=begun, sequence=sequence)
    await decisions.concern(tx.connection, command.act.id, subject=place.id)
    fact = PlaceClosed(place=place.id)
    tx.emit(fact, key=place.id, sequence=sequence, happened_at=begun)
    return Done(fresh=True, subject=place.id)


async def _known(tx: Transaction, command: DeclarePlace) -> Place | None:
    if command.place is not None:
        found = await places.lock(tx.connection, command.place)
        if found is None:
            raise RefusedError(UnknownPlace(command.place))
        return found
    return await places.lock_by_reference(
        tx.connection, organisation=command.act.organisation, reference=command.reference
    )


async def _keep(
    tx: Transaction,
    command: DeclarePlace,
    known: Place | None,
    fact: PlaceRegistered | PlaceChanged,
) -> bool:
    if known is None:
        return await places.add(tx.connection, fact, reference=command.reference)
    await places.change(tx.connection, fact, sequence=known.sequence + 1)
    return True


async def _done(tx: Transaction, command: DeclarePlace, known: Place | None) -> Done:
    """What was said is known already: an answer, and no fact."""
    if known is None:
        raise TypeError("an unknown place is always new")
    await decisions.concern(tx.connection, command.act.id, subject=known.id)
    return Done(fresh=True, subject=known.id)

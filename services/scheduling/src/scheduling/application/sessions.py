"""An organisation holds a session at one of its places, or will not after all."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from scheduling.application.acts import Act, Done, RefusedError, begin, refuse_if
from scheduling.application.directory import check_standing
from scheduling.domain.bookings import Booking, State, told_cancelled
from scheduling.domain.events import SessionCancelled
from scheduling.domain.mediators import check_own
from scheduling.domain.places import check_place_open
from scheduling.domain.refusals import (
    AlreadyHeld,
    MediatorBusy,
    NotYourPlace,
    Refusal,
    UnknownMediator,
    UnknownPlace,
    UnknownSession,
)
from scheduling.domain.refusals import SessionCancelled as WasCancelled
from scheduling.domain.sessions import Programme, decide_session
from scheduling.storage import bookings, mediators, places, seats, sessions
from scheduling.storage.bookings import Transition
from scheduling.storage.sessions import MediatorBusyError

SESSION_CANCELLED = "session_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareSession:
    act: Act
    place: UUID
    programme: Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelSession:
    """`reason` is a code of `session-cancellations`."""

    act: Act
    session: UUID
    reason: str


async def declare_session(tx: Transaction, command: DeclareSession) -> Done:
    """Schedule a session at a place of the organisation.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    session = new_id()
    begun = await begin(tx, command.act, makes=session)
    if isinstance(begun, Done):
        return begun
    organisation = command.act.organisation
    await check_standing(tx, organisation)
    place = await places.lock(tx.connection, command.place)
    if place is None:
        raise RefusedError(UnknownPlace(command.place))
    refuse_if(check_place_open(place, organisation=organisation))
    await _check_mediator(tx, command)
    fact = decide_session(
        command.programme, session=session, place=place.id, organisation=organisation, at=begun
    )
    if isinstance(fact, Refusal):
        raise RefusedError(fact)
    # What concerns many journeys has one of its own (messages.md §6).
    correlation = new_id()
    try:
        await sessions.add(
            tx.connection, fact, correlation=correlation, declared_at=begun, learnt_at=tx.now
        )
    except MediatorBusyError:
        raise RefusedError(MediatorBusy()) from None
    tx.emit(fact, key=fact.session, sequence=1, happened_at=begun, correlation=correlation)
    tx.arrived(f"session:{fact.session}")
    return Done(fresh=True, subject=fact.session, correlation=correlation)


async def cancel_session(tx: Transaction, command: CancelSession) -> Done:
    """The session will not be held: each of its bookings is cancelled with it.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act, makes=command.session)
    if isinstance(begun, Done):
        return begun
    session = await sessions.lock(tx.connection, command.session)
    if session is None:
        raise RefusedError(UnknownSession(command.session))
    if session.organisation != command.act.organisation:
        raise RefusedError(NotYourPlace())
    if session.cancelled:
        raise RefusedError(WasCancelled())
    live = await bookings.lock_live(tx.connection, session.id)
    if any(each.state is not State.CONFIRMED for each in live):
        raise RefusedError(AlreadyHeld())
    sequence = session.sequence + 1
    await sessions.cancel(tx.connection, session.id, reason=command.reason, sequence=sequence)
    tx.emit(
        SessionCancelled(session=session.id, reason=command.reason),
        key=session.id,
        sequence=sequence,
        happened_at=begun,
        correlation=session.correlation,
    )
    for booking in live:
        await _cancel_with(tx, command, booking, at=begun)
    await seats.free_all(tx.connection, session.id)  # what was only kept goes without a word
    return Done(fresh=True, subject=session.id, correlation=session.correlation)


async def _check_mediator(tx: Transaction, command: DeclareSession) -> None:
    cited = command.programme.mediator
    if cited is None:
        return
    mediator = await mediators.find(tx.connection, cited)
    if mediator is None:
        raise RefusedError(UnknownMediator(cited))
    refuse_if(check_own(mediator, organisation=command.act.organisation))


async def _cancel_with(
    tx: Transaction, command: CancelSession, booking: Booking, *, at: datetime
) -> None:
    step = Transition(
        booking=booking.id,
        state=State.CANCELLED,
        code=SESSION_CANCELLED,
        happened_at=at,
        learnt_at=tx.now,
        who=command.act.who,
    )
    await bookings.advance(tx.connection, step, sequence=booking.sequence + 1)
    tx.emit(
        told_cancelled(booking, SESSION_CANCELLED),
        key=booking.id,
        sequence=booking.sequence + 1,
        happened_at=at,
        correlation=booking.correlation,
        data_subject=booking.person,
    )

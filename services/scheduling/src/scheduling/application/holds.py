"""A seat is kept while somebody is being asked, then taken for good or given back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from scheduling.application.acts import Act, Done, RefusedError, begin, refuse_if
from scheduling.application.bookings import confirmed, referral_of, take_a_seat
from scheduling.application.directory import check_standing
from scheduling.domain.heard import Referral
from scheduling.domain.holds import Hold, HoldState, HoldStep, decide_step, held_until
from scheduling.domain.refusals import HoldLapsed, Refusal, UnknownHold, UnknownSession
from scheduling.domain.sessions import Session, check_bookable
from scheduling.storage import bookings, decisions, holds, seats, sessions
from scheduling.storage.bookings import Seating
from scheduling.storage.seats import Taking


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSeat:
    """Keep a seat for the person of a referral."""

    act: Act
    session: UUID
    referral: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHold:
    act: Act
    hold: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold:
    act: Act
    hold: UUID


async def hold_seat(tx: Transaction, command: HoldSeat) -> Done:
    """Keep the lowest free seat for a quarter of an hour; asked again, it is the one kept already.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    holder = command.act.organisation
    session = await _bookable(tx, command.session, booker=holder, at=begun)
    referral = await referral_of(tx, command.referral, organisation=holder)
    hold = await _kept_already(tx, command, at=begun)
    if hold is None:
        try:
            hold = await _keep(tx, command, session, referral, at=begun)
        except RefusedError:
            # The same button twice at one moment: the second finds what the first has kept.
            hold = await _kept_already(tx, command, at=begun)
            if hold is None:
                raise
    await decisions.concern(tx.connection, command.act.id, subject=hold.id)
    return _done(hold, referral)


async def confirm_hold(tx: Transaction, command: ConfirmHold) -> Done:
    """Make the kept seat a booking, which bears the hold's id.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act, makes=command.hold)
    if isinstance(begun, Done):
        return begun
    hold = await _stepping(tx, command.act, command.hold, HoldStep.CONFIRM, at=begun)
    holder = hold.organisation
    referral = await referral_of(tx, hold.referral, organisation=holder)
    if hold.state is HoldState.CONFIRMED:
        return _done(hold, referral)
    session = await _bookable(tx, hold.session, booker=holder, at=begun)
    # The row of the seat decides: whoever comes after the quarter of an hour may have removed it.
    if not await seats.keep(tx.connection, hold.id, now=tx.now):
        raise RefusedError(HoldLapsed())
    await holds.advance(tx.connection, hold.id, HoldState.CONFIRMED)
    fact = confirmed(session, referral.person, hold.id, by=holder, referral=referral.id)
    seating = Seating(
        seat_no=hold.seat_no,
        capacity=session.programme.capacity,
        correlation=referral.correlation,
        confirmed_at=begun,
        learnt_at=tx.now,
        who=command.act.who,
    )
    await bookings.add(tx.connection, fact, seating)
    tx.emit(
        fact,
        key=fact.booking,
        sequence=1,
        happened_at=begun,
        correlation=referral.correlation,
        data_subject=fact.person,
    )
    tx.arrived(f"booking:{fact.booking}")
    return _done(hold, referral)


async def release_hold(tx: Transaction, command: ReleaseHold) -> Done:
    """Give the kept seat back; one that is not kept any more is given back already.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act, makes=command.hold)
    if isinstance(begun, Done):
        return begun
    hold = await _stepping(tx, command.act, command.hold, HoldStep.RELEASE, at=begun)
    if hold.at(begun) is HoldState.HELD:
        await holds.advance(tx.connection, hold.id, HoldState.RELEASED)
        await seats.free(tx.connection, hold.id)
    return Done(fresh=True, subject=hold.id)


async def _bookable(tx: Transaction, session_id: UUID, *, booker: UUID, at: datetime) -> Session:
    session = await sessions.hold(tx.connection, session_id)
    if session is None:
        raise RefusedError(UnknownSession(session_id))
    await check_standing(tx, booker, session.organisation)
    refuse_if(check_bookable(session, booker=booker, at=at))
    return session


async def _kept_already(tx: Transaction, command: HoldSeat, *, at: datetime) -> Hold | None:
    known = await holds.standing(
        tx.connection,
        referral=command.referral,
        session=command.session,
        organisation=command.act.organisation,
    )
    return known if known is not None and known.at(at) is HoldState.HELD else None


async def _keep(
    tx: Transaction, command: HoldSeat, session: Session, referral: Referral, *, at: datetime
) -> Hold:
    hold_id, until = new_id(), held_until(session, holder=command.act.organisation, at=at)
    taking = Taking(
        session=session.id,
        capacity=session.programme.capacity,
        booking=hold_id,
        person=referral.person.id,
        now=tx.now,
        held_until=until,
    )
    hold = Hold(
        id=hold_id,
        session=session.id,
        referral=referral.id,
        organisation=command.act.organisation,
        seat_no=await take_a_seat(tx, taking),
        state=HoldState.HELD,
        held_at=at,
        held_until=until,
    )
    await holds.add(tx.connection, hold, who=command.act.who)
    return hold


async def _stepping(
    tx: Transaction, act: Act, hold_id: UUID, step: HoldStep, *, at: datetime
) -> Hold:
    """The hold, locked, which may take the step."""
    hold = await holds.lock(tx.connection, hold_id)
    if hold is None:
        raise RefusedError(UnknownHold(hold_id))
    reached = decide_step(hold, step, organisation=act.organisation, at=at)
    if isinstance(reached, Refusal):
        raise RefusedError(reached)
    return hold


def _done(hold: Hold, referral: Referral) -> Done:
    return Done(
        fresh=True,
        subject=hold.id,
        correlation=referral.correlation,
        person=referral.person.id,
    )

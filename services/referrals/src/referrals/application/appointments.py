"""What scheduling tells of the seats that follow a referral, and what the sender hears of it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from referrals.application.outward import introduce
from referrals.domain.appointments import (
    SEAT_TAKEN,
    AppointmentStep,
    Seat,
    accept_by_seat,
    appointment_set,
    presence,
)
from referrals.domain.referrals import State
from referrals.storage import appointments, referrals, seats
from referrals.storage.referrals import Held, Transition


class NotHeardOfYetError(Exception):
    """A fact cites what its own topic has yet to bring here; `token` says what comes."""

    def __init__(self, token: str) -> None:
        super().__init__("not heard of yet")
        self.token = token


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFact:
    """A fact of scheduling about a seat. `referral` is what the booking follows, if anything."""

    seat: Seat
    referral: UUID | None
    happened_at: datetime
    who: str


async def hear_of_booking(tx: Transaction, fact: SeatFact) -> None:
    """A seat is taken; where it follows a referral, the place's organisation took the person.

    Raises:
        NotHeardOfYetError: the referral is not known yet; nothing was kept.
    """
    seat = fact.seat
    held = None if fact.referral is None else await _lock(tx, fact.referral)
    await seats.add_booking(tx.connection, seat.booking, session_id=seat.session)
    tx.arrived(f"booking:{seat.booking}")
    if held is None:
        return
    number = held.sequence
    accepted = accept_by_seat(held.referral, seat)
    if accepted is not None:
        number += 1
        at = max(fact.happened_at, held.referral.last_step_at(seat.organisation))
        await _take(tx, fact, held, at=at, sequence=number)
        _tell(tx, held, accepted, at=at, sequence=number)
    number += 1
    await _note(tx, fact, held, AppointmentStep.SET, sequence=number)
    told = appointment_set(held.referral, seat)
    _tell(tx, held, told, at=fact.happened_at, sequence=number)


async def hear_of_cancellation(tx: Transaction, *, booking: UUID, happened_at: datetime) -> None:
    """A seat is free again; scheduling's own fact tells the sender."""
    await seats.cancel_booking(tx.connection, booking)
    found = await appointments.last_of(tx.connection, booking)
    if found is None:
        return
    referral, seat, _ = found
    await appointments.append(
        tx.connection,
        seat,
        AppointmentStep.CANCELLED,
        referral=referral,
        happened_at=happened_at,
        learnt_at=tx.now,
    )


async def hear_of_presence(tx: Transaction, fact: SeatFact, status: AppointmentStep) -> None:
    """It is known, or known better, whether the person came.

    Raises:
        NotHeardOfYetError: its booking or its referral is not known yet; nothing was kept.
    """
    if fact.referral is None:
        return
    if not await seats.is_booked(tx.connection, fact.seat.booking):
        raise NotHeardOfYetError(f"booking:{fact.seat.booking}")
    held = await _lock(tx, fact.referral)
    found = await appointments.last_of(tx.connection, fact.seat.booking)
    told = presence(held.referral, fact.seat, status, before=None if found is None else found[2])
    if told is None:
        return
    number = held.sequence + 1
    await _note(tx, fact, held, status, sequence=number)
    _tell(tx, held, told, at=fact.happened_at, sequence=number)


async def _lock(tx: Transaction, referral: UUID) -> Held:
    held = await referrals.lock(tx.connection, referral)
    if held is None:
        raise NotHeardOfYetError(f"referral:{referral}")
    return held


async def _take(
    tx: Transaction, fact: SeatFact, held: Held, *, at: datetime, sequence: int
) -> None:
    organisation = fact.seat.organisation
    step = Transition(
        referral=held.referral.id,
        organisation=organisation,
        state=State.ACCEPTED,
        happened_at=at,
        learnt_at=tx.now,
        code=SEAT_TAKEN,
        message=None,
        who=fact.who,
    )
    known = held.referral.target(organisation) is not None
    keep = referrals.advance if known else referrals.take_in
    await keep(tx.connection, step, sequence=sequence)
    await introduce(tx, held.person, [organisation])


async def _note(
    tx: Transaction, fact: SeatFact, held: Held, step: AppointmentStep, *, sequence: int
) -> None:
    await appointments.append(
        tx.connection,
        fact.seat,
        step,
        referral=held.referral.id,
        happened_at=fact.happened_at,
        learnt_at=tx.now,
    )
    await referrals.number(tx.connection, held.referral.id, sequence=sequence)


def _tell(tx: Transaction, held: Held, fact: object, *, at: datetime, sequence: int) -> None:
    tx.emit(
        fact,
        key=held.referral.id,
        sequence=sequence,
        happened_at=at,
        correlation=held.correlation,
        data_subject=held.person,
    )

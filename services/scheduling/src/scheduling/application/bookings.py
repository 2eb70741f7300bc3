"""A seat is taken for someone, and given back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from scheduling.application.acts import Act, Done, RefusedError, begin, refuse_if
from scheduling.application.communes import check_commune
from scheduling.application.directory import check_standing
from scheduling.domain.bookings import State, decide_cancelling
from scheduling.domain.events import BookingConfirmed
from scheduling.domain.heard import Person, Referral
from scheduling.domain.refusals import (
    AlreadyBooked,
    NoSeatLeft,
    ReferralNotYours,
    ReferralOfAnother,
    Refusal,
    UnknownBooking,
    UnknownPerson,
    UnknownReferral,
    UnknownSession,
)
from scheduling.domain.sessions import Session, check_bookable
from scheduling.storage import bookings, decisions, heard, sessions
from scheduling.storage.bookings import PersonSeatedError, Seating, Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless:
    """Une personne sans nom déposé: what the booker says of her; either may be unknown."""

    commune: str | None = None
    birth_band: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSeat:
    """`person` is the id used inside; under a referral, its person has the seat."""

    act: Act
    session: UUID
    person: UUID | Nameless
    referral: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking:
    """`reason` is a code of `booking-cancellations`."""

    act: Act
    booking: UUID
    reason: str


async def book_seat(tx: Transaction, command: BookSeat) -> Done:
    """Take a seat, or refuse: first come, first served, and the database's indexes decide.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    session = await sessions.hold(tx.connection, command.session)
    if session is None:
        raise RefusedError(UnknownSession(command.session))
    booker = command.act.organisation
    await check_standing(tx, booker, session.organisation)
    refuse_if(check_bookable(session, booker=booker, at=begun))
    referral = await _referral(tx, command)
    person = await _person(tx, command, referral)
    fact = _confirmed(session, person, command)
    correlation = new_id() if referral is None else referral.correlation
    await _sit(tx, fact, _seating(tx, session, command, correlation, at=begun))
    await decisions.concern(tx.connection, command.act.id, subject=fact.booking)
    tx.emit(
        fact,
        key=fact.booking,
        sequence=1,
        happened_at=begun,
        correlation=correlation,
        data_subject=person.id,
    )
    tx.arrived(f"booking:{fact.booking}")
    return Done(fresh=True, subject=fact.booking, correlation=correlation, person=person.id)


async def cancel_booking(tx: Transaction, command: CancelBooking) -> Done:
    """Give the seat back.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Done):
        return begun
    booking = await bookings.lock(tx.connection, command.booking)
    if booking is None:
        raise RefusedError(UnknownBooking(command.booking))
    fact = decide_cancelling(
        booking, organisation=command.act.organisation, reason=command.reason, at=begun
    )
    if isinstance(fact, Refusal):
        raise RefusedError(fact)
    step = Transition(
        booking=booking.id,
        state=State.CANCELLED,
        code=command.reason,
        happened_at=begun,
        learnt_at=tx.now,
        who=command.act.who,
    )
    await bookings.advance(tx.connection, step, sequence=booking.sequence + 1)
    await decisions.concern(tx.connection, command.act.id, subject=booking.id)
    tx.emit(
        fact,
        key=booking.id,
        sequence=booking.sequence + 1,
        happened_at=begun,
        correlation=booking.correlation,
        data_subject=booking.person,
    )
    return Done(
        fresh=True, subject=booking.id, correlation=booking.correlation, person=booking.person
    )


async def _referral(tx: Transaction, command: BookSeat) -> Referral | None:
    if command.referral is None:
        return None
    referral = await heard.find_referral(tx.connection, command.referral)
    if referral is None:
        raise RefusedError(UnknownReferral(command.referral))
    if not referral.concerns(command.act.organisation):
        raise RefusedError(ReferralNotYours())
    return referral


async def _person(tx: Transaction, command: BookSeat, referral: Referral | None) -> Person:
    if referral is not None:
        cited = command.person
        if not isinstance(cited, Nameless) and cited != referral.person.id:
            raise RefusedError(ReferralOfAnother())
        return referral.person
    if isinstance(command.person, Nameless):
        check_commune(command.person.commune)
        # Nobody knows this person elsewhere: the id is the booking's own, and leads nowhere.
        return Person(
            id=new_id(), commune=command.person.commune, birth_band=command.person.birth_band
        )
    person = await heard.find_person(tx.connection, command.person)
    if person is None:
        raise RefusedError(UnknownPerson(command.person))
    return person


async def _sit(tx: Transaction, fact: BookingConfirmed, seating: Seating) -> None:
    try:
        seated = await bookings.take_seat(tx.connection, fact, seating)
    except PersonSeatedError:
        raise RefusedError(AlreadyBooked()) from None
    if not seated:
        raise RefusedError(NoSeatLeft())


def _confirmed(session: Session, person: Person, command: BookSeat) -> BookingConfirmed:
    return BookingConfirmed(
        booking=new_id(),
        session=session.id,
        place=session.place,
        organisation=session.organisation,
        person=person.id,
        referral=command.referral,
        booked_by=command.act.organisation,
        kind=session.programme.kind.value,
        need=session.programme.need,
        level=session.programme.level,
        starts_at=session.programme.starts_at,
        ends_at=session.programme.ends_at,
        commune=person.commune,
        birth_band=person.birth_band,
    )


def _seating(
    tx: Transaction, session: Session, command: BookSeat, correlation: UUID, *, at: datetime
) -> Seating:
    return Seating(
        capacity=session.programme.capacity,
        correlation=correlation,
        confirmed_at=at,
        learnt_at=tx.now,
        who=command.act.who,
    )

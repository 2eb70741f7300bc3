"""A seat is taken for someone, and given back."""

from dataclasses import dataclass
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
    UnknownVisit,
    VisitNotYours,
)
from scheduling.domain.sessions import Session, check_bookable
from scheduling.storage import bookings, heard, seats, sessions, visits
from scheduling.storage.bookings import Seating, Transition
from scheduling.storage.seats import PersonSeatedError, Taking


@dataclass(frozen=True, slots=True, kw_only=True)
class Nameless:
    """Une personne sans nom déposé: what the booker says of her; either may be unknown."""

    commune: str | None = None
    birth_band: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSeat:
    """`person` is the id used inside; under a referral, its person has the seat.

    `visit` is the one after which the seat is taken, where there is no referral.
    """

    act: Act
    session: UUID
    person: UUID | Nameless
    referral: UUID | None = None
    visit: UUID | None = None


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
    booking = new_id()
    begun = await begin(tx, command.act, makes=booking)
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
    fact = confirmed(session, person, booking, by=booker, referral=command.referral)
    correlation = await _journey(tx, command, referral)
    seating = Seating(
        seat_no=await _sit(tx, session, fact),
        capacity=session.programme.capacity,
        correlation=correlation,
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
    begun = await begin(tx, command.act, makes=command.booking)
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


async def referral_of(tx: Transaction, cited: UUID, *, organisation: UUID) -> Referral:
    """The referral, which is from or to the organisation.

    Raises:
        RefusedError: it is not known (yet), or others' affair.
    """
    referral = await heard.find_referral(tx.connection, cited)
    if referral is None:
        raise RefusedError(UnknownReferral(cited))
    if not referral.concerns(organisation):
        raise RefusedError(ReferralNotYours())
    return referral


async def _referral(tx: Transaction, command: BookSeat) -> Referral | None:
    if command.referral is None:
        return None
    return await referral_of(tx, command.referral, organisation=command.act.organisation)


async def _journey(tx: Transaction, command: BookSeat, referral: Referral | None) -> UUID:
    """The referral's, or that of the visit before, or one that opens here."""
    if referral is not None:
        return referral.correlation
    if command.visit is None:
        return new_id()
    noted = await visits.find(tx.connection, command.visit)
    if noted is None:
        raise RefusedError(UnknownVisit(command.visit))
    cited = None if isinstance(command.person, Nameless) else command.person
    of_another = noted.person is not None and noted.person != cited
    if noted.organisation != command.act.organisation or of_another:
        raise RefusedError(VisitNotYours())
    return noted.correlation


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


async def _sit(tx: Transaction, session: Session, fact: BookingConfirmed) -> int:
    taking = Taking(
        session=session.id,
        capacity=session.programme.capacity,
        booking=fact.booking,
        person=fact.person,
        now=tx.now,
    )
    return await take_a_seat(tx, taking)


async def take_a_seat(tx: Transaction, taking: Taking) -> int:
    """The number of the seat taken, for a booking or a hold.

    Raises:
        RefusedError: the session is full, or the person has a seat in it.
    """
    try:
        seat_no = await seats.take(tx.connection, taking)
    except PersonSeatedError:
        raise RefusedError(AlreadyBooked()) from None
    if seat_no is None:
        raise RefusedError(NoSeatLeft())
    return seat_no


def confirmed(
    session: Session, person: Person, booking: UUID, *, by: UUID, referral: UUID | None
) -> BookingConfirmed:
    """The fact of a seat taken."""
    return BookingConfirmed(
        booking=booking,
        session=session.id,
        place=session.place,
        organisation=session.organisation,
        person=person.id,
        referral=referral,
        booked_by=by,
        kind=session.programme.kind.value,
        need=session.programme.need,
        level=session.programme.level,
        starts_at=session.programme.starts_at,
        ends_at=session.programme.ends_at,
        commune=person.commune,
        birth_band=person.birth_band,
    )

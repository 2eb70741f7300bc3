"""The place says whether a person came, and corrects itself."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from scheduling.application.acts import Act, Done, RefusedError, begin
from scheduling.domain.bookings import Presence, decide_attendance
from scheduling.domain.refusals import Refusal, UnknownBooking
from scheduling.storage import bookings
from scheduling.storage.bookings import Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAttendance:
    """`correction` says that something was recorded before, and wrongly."""

    act: Act
    booking: UUID
    presence: Presence
    correction: bool = False


async def record_attendance(tx: Transaction, command: RecordAttendance) -> Done:
    """Write down whether the person came; the next fact of the booking.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act, makes=command.booking)
    if isinstance(begun, Done):
        return begun
    booking = await bookings.lock(tx.connection, command.booking)
    if booking is None:
        raise RefusedError(UnknownBooking(command.booking))
    presence = command.presence
    fact = decide_attendance(
        booking,
        presence,
        organisation=command.act.organisation,
        correction=command.correction,
        at=begun,
    )
    if isinstance(fact, Refusal):
        raise RefusedError(fact)
    step = Transition(
        booking=booking.id,
        state=presence.status,
        topics=presence.topics,
        minutes=presence.minutes,
        title_presented=presence.title_presented,
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

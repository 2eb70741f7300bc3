"""Every message, found by its type."""

from typing import Final

from contracts.events import partners as partners_events
from contracts.events import referrals as referrals_events
from contracts.events import scheduling as scheduling_events
from contracts.events import vouchers as vouchers_events
from contracts.intents import referrals as referrals_intents
from contracts.intents import scheduling as scheduling_intents
from contracts.intents import vouchers as vouchers_intents
from contracts.intents.intent import Intent
from contracts.message import Message
from contracts.topics import FACTS_OF
from contracts.verdicts import IntentAccepted, IntentRefused, Verdict

INTENTS: Final[tuple[type[Intent], ...]] = (
    referrals_intents.ReferralSent,
    referrals_intents.ReferralAccepted,
    referrals_intents.ReferralRefused,
    referrals_intents.ReferralCompleted,
    referrals_intents.ReferralRedirected,
    scheduling_intents.PlaceDeclared,
    scheduling_intents.SessionDeclared,
    scheduling_intents.SessionCancelled,
    scheduling_intents.BookingRequested,
    scheduling_intents.BookingCancelled,
    scheduling_intents.AttendanceRecorded,
    scheduling_intents.AttendanceCorrected,
    scheduling_intents.VisitRecorded,
    vouchers_intents.BookletIssued,
)
VERDICTS: Final[tuple[type[Verdict], ...]] = (IntentAccepted, IntentRefused)
FACTS: Final[tuple[type[Message], ...]] = (
    partners_events.OrganisationRegistered,
    partners_events.OrganisationActivated,
    partners_events.OrganisationChanged,
    partners_events.OrganisationSuspended,
    partners_events.OrganisationReinstated,
    partners_events.SubmissionRefused,
    referrals_events.PersonRegistered,
    referrals_events.AgreementRecorded,
    referrals_events.ReferralSent,
    referrals_events.ReferralAccepted,
    referrals_events.ReferralRefused,
    referrals_events.ReferralCompleted,
    referrals_events.ReferralRedirected,
    referrals_events.ReferralAppointmentSet,
    referrals_events.ReferralAttended,
    referrals_events.ReferralMissed,
    referrals_events.OutwardIdAssigned,
    scheduling_events.PlaceRegistered,
    scheduling_events.PlaceChanged,
    scheduling_events.PlaceClosed,
    scheduling_events.SessionScheduled,
    scheduling_events.SessionCancelled,
    scheduling_events.SeatsChanged,
    scheduling_events.BookingConfirmed,
    scheduling_events.BookingCancelled,
    scheduling_events.AttendanceRecorded,
    scheduling_events.AttendanceCorrected,
    scheduling_events.VisitRecorded,
    vouchers_events.ProgrammeOpened,
    vouchers_events.LabelGranted,
    vouchers_events.LabelWithdrawn,
    vouchers_events.OrderPlaced,
    vouchers_events.OrderFunded,
    vouchers_events.OrderDelivered,
    vouchers_events.OrderActivated,
    vouchers_events.BookletIssued,
    vouchers_events.BookletHeld,
    vouchers_events.BookletHoldReleased,
    vouchers_events.RedemptionRefused,
    vouchers_events.VoucherRedeemed,
    vouchers_events.VoucherReversed,
    vouchers_events.VoucherSettled,
    vouchers_events.SettlementDrawnUp,
    vouchers_events.StatementIssued,
)
OUTGOING: Final[tuple[type[Message], ...]] = (
    referrals_events.ReferralSent,
    referrals_events.ReferralAccepted,
    referrals_events.ReferralRefused,
    referrals_events.ReferralCompleted,
    referrals_events.ReferralRedirected,
    referrals_events.ReferralAppointmentSet,
    referrals_events.ReferralAttended,
    referrals_events.ReferralMissed,
    scheduling_events.BookingConfirmed,
    scheduling_events.BookingCancelled,
    scheduling_events.AttendanceRecorded,
    scheduling_events.AttendanceCorrected,
    scheduling_events.VisitRecorded,
    vouchers_events.BookletIssued,
    vouchers_events.VoucherRedeemed,
    vouchers_events.VoucherSettled,
)
"""Facts that partners' doors tell an organisation: on its own topic, reduced to its own side."""
ANSWERS: Final[tuple[type[Message], ...]] = (*VERDICTS, partners_events.SubmissionRefused)
"""What an organisation is answered on its own topic."""
MESSAGES: Final[tuple[type[Message], ...]] = (*INTENTS, *VERDICTS, *FACTS)

_INTENTS: Final = {each.type: each for each in INTENTS}
_MESSAGES: Final = {each.type: each for each in MESSAGES}


def intent(name: str) -> type[Intent]:
    """The intent of that type; read what came over the wire with its `from_data`.

    Raises:
        KeyError: No intent has the type; it may be a fact's, or nobody's.
    """
    return _INTENTS[name]


def message(name: str) -> type[Message]:
    """The message of that type.

    Raises:
        KeyError: No message has the type.
    """
    return _MESSAGES[name]


def topics_of(each: type[Message]) -> tuple[str, ...]:
    """The topics on which the message travels between services: one, but for verdicts."""
    return each.topics if issubclass(each, Verdict) else (each.topic,)


def writers_of(each: type[Message]) -> tuple[str, ...]:
    """The services that write the message: intake an intent, its owner a fact, each owner verdicts.

    A fact's owner is the name of the module that declares it.
    """
    if issubclass(each, Intent):
        return ("partners",)
    if issubclass(each, Verdict):
        return tuple(owner for owner, name in FACTS_OF.items() if name in each.topics)
    return (each.__module__.rpartition(".")[2],)

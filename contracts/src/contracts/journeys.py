"""The journeys (parcours) that Maillage is for, as the messages that tell them, in their order.

The diagrams in `docs/journeys/` are drawn from here, and the end-to-end tests walk what is written
here: a step that no service takes any more fails there.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from contracts.catalogue import FACTS
from contracts.events import referrals, scheduling, vouchers
from contracts.intents import referrals as referral_intents
from contracts.intents import scheduling as scheduling_intents
from contracts.intents import vouchers as voucher_intents
from contracts.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One journey: what organisations say, and what is so then."""

    name: str
    title: str
    steps: tuple[type[Message], ...]

    @property
    def facts(self) -> Counter[str]:
        """How often each type of fact is told in it."""
        return Counter(each.type for each in self.steps if each in FACTS)


_SEAT: Final[tuple[type[Message], ...]] = (
    scheduling_intents.BookingRequested,
    scheduling.BookingConfirmed,
    scheduling_intents.AttendanceRecorded,
    scheduling.AttendanceRecorded,
)


def _seat_of_a_referral(heard: type[Message]) -> tuple[type[Message], ...]:
    """The same after a referral, whose sender hears of it."""
    asked, booked, said, came = _SEAT
    return (asked, booked, referrals.ReferralAppointmentSet, said, came, heard)


WITH_VOUCHER: Final = Journey(
    name="with-voucher",
    title="With a voucher: from the referral to what the place is due",
    steps=(
        referral_intents.ReferralSent,
        referrals.ReferralSent,
        referral_intents.ReferralAccepted,
        referrals.ReferralAccepted,
        voucher_intents.BookletIssued,
        vouchers.BookletIssued,
        scheduling_intents.BookingRequested,
        scheduling.BookingConfirmed,
        referrals.ReferralAppointmentSet,
        vouchers.BookletHeld,
        scheduling_intents.AttendanceRecorded,
        scheduling.AttendanceRecorded,
        referrals.ReferralAttended,
        vouchers.VoucherRedeemed,
        vouchers.VoucherSettled,
    ),
)
FREE: Final = Journey(
    name="free",
    title="Free: someone comes in, and later to a workshop",
    steps=(
        scheduling_intents.VisitRecorded,
        scheduling.VisitRecorded,
        *_SEAT,
    ),
)
HARD: Final = Journey(
    name="hard",
    title="Hard: silence, a refusal, another asked instead, missed, came the second time",
    steps=(
        referral_intents.ReferralSent,
        referrals.ReferralSent,
        referral_intents.ReferralRefused,
        referrals.ReferralRefused,
        referral_intents.ReferralRedirected,
        referrals.ReferralRedirected,
        referral_intents.ReferralAccepted,
        referrals.ReferralAccepted,
        *_seat_of_a_referral(referrals.ReferralMissed),
        *_seat_of_a_referral(referrals.ReferralAttended),
    ),
)
JOURNEYS: Final = (WITH_VOUCHER, FREE, HARD)

"""How far from now a command may lie (messages.md §5)."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from referrals.domain.refusals import InTheFuture, Refusal, TooLongAgo

LATE_MAX: Final = timedelta(days=45)
# A partner's clock may run a little before ours; a minute covers any machine that asks NTP.
CLOCKS_APART_MAX: Final = timedelta(minutes=1)
PARIS: Final = ZoneInfo("Europe/Paris")


def check_reach(at: datetime, *, now: datetime, history: bool) -> Refusal | None:
    """Say why a command dated `at` and learnt at `now` may not be decided, if so.

    Who enters history (the scope of that name) may go back as far as needed, never ahead.
    """
    if at > now + CLOCKS_APART_MAX:
        return InTheFuture()
    if not history and at < now - LATE_MAX:
        return TooLongAgo(days_max=LATE_MAX.days)
    return None


def settle(at: datetime, *, now: datetime) -> datetime:
    """Take a clock that runs a little ahead as now, so that no answer precedes its sending."""
    return min(at, now)


def day_in_france(at: datetime) -> date:
    return at.astimezone(PARIS).date()

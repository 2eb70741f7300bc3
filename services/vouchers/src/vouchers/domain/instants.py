"""How far from now a command may lie (messages.md §5)."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from vouchers.domain.refusals import Refusal, TimeOutOfRange

LATE_MAX: Final = timedelta(days=45)
# Partners' clocks run ahead of ours by seconds; intake takes five minutes, and so do we.
CLOCKS_APART_MAX: Final = timedelta(minutes=5)
PARIS: Final = ZoneInfo("Europe/Paris")


def check_reach(at: datetime, *, now: datetime, history: bool) -> Refusal | None:
    """Say why a command dated `at` and learnt at `now` may not be decided, if so.

    Who enters history (the scope of that name) may go back as far as needed, never ahead.
    """
    ahead = at > now + CLOCKS_APART_MAX
    too_late = at < now - LATE_MAX and not history
    return TimeOutOfRange() if ahead or too_late else None


def settle(at: datetime, *, now: datetime) -> datetime:
    """Take a clock that runs a little ahead as now, so that no answer precedes its sending."""
    return min(at, now)


def day_in_france(at: datetime) -> date:
    return at.astimezone(PARIS).date()

"""Days as the department lives them: civil days in Europe/Paris."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")


def day_of(instant: datetime) -> date:
    """The civil day in Paris on which the instant falls."""
    return instant.astimezone(PARIS).date()


def start_of(day: date) -> datetime:
    """The instant, in UTC, at which the day begins in Paris."""
    return datetime.combine(day, time.min, PARIS).astimezone(UTC)


def end_of(day: date) -> datetime:
    """The instant, in UTC, at which the next day begins in Paris: a day has 23 to 25 hours."""
    return start_of(day + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From a first to a last civil day, both included; an open end has no day."""

    first: date | None = None
    last: date | None = None

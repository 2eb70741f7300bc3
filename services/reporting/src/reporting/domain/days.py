"""Days as the department lives them: civil days in Europe/Paris."""

from calendar import monthrange
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

    def until(self, today: date) -> "Period":
        """The part of it that is not ahead."""
        return Period(first=self.first, last=min(self.last or today, today))

    def whole_months(self) -> "Period":
        """From the first day of its first month to the last day of its last."""
        first = None if self.first is None else self.first.replace(day=1)
        last = None if self.last is None else _last_of_month(self.last)
        return Period(first=first, last=last)


def _last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def months_before(day: date, number: int) -> date:
    """The first day of the month that lies so many months before the day's own."""
    years, month = divmod(day.year * 12 + day.month - 1 - number, 12)
    return date(years, month + 1, 1)

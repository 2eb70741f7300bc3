"""A programme of vouchers (dispositif) is data: face value, booklet, calendar, funders."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vouchers.domain.refusals import CalendarDisordered, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Funder:
    """Un financeur and its parts of every voucher: 60, 20 and 20, or 1, 1 and 1."""

    funder: UUID
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One programme; amounts in cents, days in Paris, `valid_until` and `grace_until` inclusive."""

    id: UUID
    name: str
    denomination_cents: int
    booklet_size: int
    valid_until: date
    grace_until: date
    statement_on: date
    funders: tuple[Funder, ...]

    @property
    def booklet_cents(self) -> int:
        return self.denomination_cents * self.booklet_size


def check_calendar(programme: Programme) -> Refusal | None:
    """Validity ends before grace, and grace before the statement (ledger.md rule 7)."""
    ordered = programme.valid_until <= programme.grace_until < programme.statement_on
    return None if ordered else CalendarDisordered()

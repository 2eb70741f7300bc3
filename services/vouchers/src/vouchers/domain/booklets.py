"""The lives of a booklet (carnet) and of a voucher (pass), as far as they go today."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class BookletState(StrEnum):
    ORDERED = "ordered"
    STOCKED = "stocked"
    """With its distributor, without value."""
    ACTIVE = "active"
    """Backed: it may be handed over."""
    ISSUED = "issued"
    """Handed over to a person (remis)."""


class BookletStep(StrEnum):
    STOCK = "stock"
    ACTIVATE = "activate"
    ISSUE = "issue"


class VoucherState(StrEnum):
    """Never stored: it follows from the booklet, the redemptions and the settlements."""

    INACTIVE = "inactive"
    ACTIVE = "active"
    REDEEMED = "redeemed"
    """Used (utilisé) for a session that took place."""
    SETTLED = "settled"
    """In a settlement."""
    EXPIRED = "expired"
    """In the statement of what nobody used."""


class VoucherStep(StrEnum):
    ACTIVATE = "activate"
    REDEEM = "redeem"
    REVERSE = "reverse"
    """The presence that paid for it was corrected."""
    SETTLE = "settle"
    EXPIRE = "expire"


# What does not stand here may not happen; a test walks every pair.
BOOKLET: Final[Mapping[tuple[BookletState, BookletStep], BookletState]] = MappingProxyType(
    {
        (BookletState.ORDERED, BookletStep.STOCK): BookletState.STOCKED,
        (BookletState.STOCKED, BookletStep.ACTIVATE): BookletState.ACTIVE,
        (BookletState.ACTIVE, BookletStep.ISSUE): BookletState.ISSUED,
    }
)
VOUCHER: Final[Mapping[tuple[VoucherState, VoucherStep], VoucherState]] = MappingProxyType(
    {
        (VoucherState.INACTIVE, VoucherStep.ACTIVATE): VoucherState.ACTIVE,
        (VoucherState.ACTIVE, VoucherStep.REDEEM): VoucherState.REDEEMED,
        (VoucherState.ACTIVE, VoucherStep.EXPIRE): VoucherState.EXPIRED,
        (VoucherState.REDEEMED, VoucherStep.REVERSE): VoucherState.ACTIVE,
        (VoucherState.REDEEMED, VoucherStep.SETTLE): VoucherState.SETTLED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one funder bears."""

    funder: UUID
    cents: int


def fact_number(turn: int, step: VoucherStep) -> int:
    """Which of a voucher's facts this is: each turn redeems it, then reverses or settles it."""
    return 2 * turn - 1 if step is VoucherStep.REDEEM else 2 * turn

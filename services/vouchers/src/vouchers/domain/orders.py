"""The life of an order (commande): funded and delivered in either order, then activated."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from vouchers.domain.refusals import Refusal, WrongStep


class OrderState(StrEnum):
    PLACED = "placed"
    FUNDED = "funded"
    DELIVERED = "delivered"
    READY = "ready"
    """Funded and delivered: two persons may give its titles their value."""
    ACTIVE = "active"


class OrderStep(StrEnum):
    FUND = "fund"
    """The payment orders reach the face value."""
    DELIVER = "deliver"
    ACTIVATE = "activate"


# Every pair stands here; a test walks them all.
TRANSITIONS: Final[Mapping[tuple[OrderState, OrderStep], OrderState | Refusal]] = MappingProxyType(
    {
        (OrderState.PLACED, OrderStep.FUND): OrderState.FUNDED,
        (OrderState.PLACED, OrderStep.DELIVER): OrderState.DELIVERED,
        (OrderState.PLACED, OrderStep.ACTIVATE): WrongStep(),
        (OrderState.FUNDED, OrderStep.FUND): WrongStep(),
        (OrderState.FUNDED, OrderStep.DELIVER): OrderState.READY,
        (OrderState.FUNDED, OrderStep.ACTIVATE): WrongStep(),
        (OrderState.DELIVERED, OrderStep.FUND): OrderState.READY,
        (OrderState.DELIVERED, OrderStep.DELIVER): WrongStep(),
        (OrderState.DELIVERED, OrderStep.ACTIVATE): WrongStep(),
        (OrderState.READY, OrderStep.FUND): WrongStep(),
        (OrderState.READY, OrderStep.DELIVER): WrongStep(),
        (OrderState.READY, OrderStep.ACTIVATE): OrderState.ACTIVE,
        (OrderState.ACTIVE, OrderStep.FUND): WrongStep(),
        (OrderState.ACTIVE, OrderStep.DELIVER): WrongStep(),
        (OrderState.ACTIVE, OrderStep.ACTIVATE): WrongStep(),
    }
)

"""What becomes of each fact that is told on: heard by some, or waiting for what it needs."""

from collections.abc import Awaitable, Callable, Mapping

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging import Handler, Waiting
from partners.application.audience import UnknownYetError
from partners.metrics import Metrics

Tell = Callable[[Transaction, Event], Awaitable[int]]
"""Tells one fact on; how many organisations heard it."""


def handlers(tells: Mapping[str, Tell], *, metrics: Metrics) -> Mapping[str, Handler]:
    """A handler for each type of fact."""
    return {name: _handler(tell, metrics) for name, tell in tells.items()}


def _handler(tell: Tell, metrics: Metrics) -> Handler:
    async def handle(tx: Transaction, event: Event) -> None:
        try:
            number = await tell(tx, event)
        except UnknownYetError as unknown:
            raise Waiting(unknown.token) from None
        if number:
            metrics.outgoing_facts_total.labels(event.type).inc(number)

    return handle

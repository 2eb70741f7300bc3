"""Reading messages: subscriptions, their outcomes, and the one consumer wrapper."""

from chassis.events import Event, Record
from chassis.messaging.outcomes import Poison, Refused, Waiting
from chassis.messaging.subscription import BatchHandler, Handler, RawHandler, Subscription

__all__ = [
    "BatchHandler",
    "Event",
    "Handler",
    "Poison",
    "RawHandler",
    "Record",
    "Refused",
    "Subscription",
    "Waiting",
]

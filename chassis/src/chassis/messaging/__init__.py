"""Reading messages: subscriptions, their outcomes, and the one consumer wrapper."""

from chassis.messaging.outcomes import Poison, Refused, Waiting
from chassis.messaging.subscription import Handler, Subscription

__all__ = ["Handler", "Poison", "Refused", "Subscription", "Waiting"]

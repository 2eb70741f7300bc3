"""One try at one record: its handler runs, and says what becomes of it."""

from datetime import datetime, timedelta

import structlog

from chassis.database import Transaction
from chassis.messaging import queue
from chassis.messaging.item import Item
from chassis.messaging.outcomes import Poison, Refused, Waiting, is_transient
from chassis.messaging.queue import Reason
from chassis.messaging.subscription import Subscription

log = structlog.get_logger(__name__)


class Attempt:
    """Runs the handlers of a subscription; `intent_wait` is how long an intent may wait."""

    def __init__(self, subscription: Subscription, *, intent_wait: timedelta) -> None:
        self._subscription = subscription
        self._intent_wait = intent_wait

    async def bare(self, tx: Transaction, item: Item) -> None:
        """Run the handler; whatever it raises goes up, and the batch with it."""
        subscription, event = self._subscription, item.event
        tx.cause = event
        if subscription.raw is not None:
            await subscription.raw(tx, item.record)
        elif event is not None and subscription.batch is not None:
            await subscription.batch(tx, [event])
        elif event is not None and (handler := subscription.handlers.get(event.type)):
            with structlog.contextvars.bound_contextvars(event_id=event.id):
                await handler(tx, event)
        tx.cause = None

    async def guarded(
        self, tx: Transaction, item: Item, *, since: datetime | None = None
    ) -> Reason | None:
        """Run the handler in a savepoint; None when it is done, else why it is set aside.

        `since` is when the record was first set aside: its time to wait does not begin anew.
        """
        try:
            async with tx.savepoint():
                await self.bare(tx, item)
        except Waiting as waiting:
            return await self._once_more(tx, item, waiting, since=since or tx.now)
        except Exception as error:  # noqa: BLE001 - told apart in `_failed`, which raises what passes
            return await self._failed(tx, item, error)
        return None

    async def refuse(self, tx: Transaction, item: Item, refused: Refused) -> Reason | None:
        """Answer an intent no. A fact is never refused: a reader that does is broken."""
        if self._subscription.refuse is None or item.event is None:
            return Reason(state="parked", code="fact-refused", detail=refused.code)
        tx.cause = item.event
        try:
            async with tx.savepoint():
                await self._subscription.refuse(tx, item.event, refused)
        except Exception as error:  # noqa: BLE001 - as above: one answer must not stop all others
            return self._parked(item, error)
        tx.cause = None
        return None

    async def _once_more(
        self, tx: Transaction, item: Item, waiting: Waiting, *, since: datetime
    ) -> Reason | None:
        # Whoever brings the token takes the same lock before it looks for waiters: after we hold
        # it, either the thing is there now, or its bringer will see our row.
        await queue.lock_tokens(tx.connection, waiting.token)
        try:
            async with tx.savepoint():
                await self.bare(tx, item)
        except Waiting as still:
            expires = since + self._intent_wait if self._subscription.intents else None
            return Reason(state="waiting", code="waiting", token=still.token, expires_at=expires)
        except Exception as error:  # noqa: BLE001 - as above
            return await self._failed(tx, item, error)
        return None

    async def _failed(self, tx: Transaction, item: Item, error: Exception) -> Reason | None:
        if isinstance(error, Refused):
            return await self.refuse(tx, item, error)
        if isinstance(error, Poison):
            return Reason(state="parked", code=error.code, detail=error.detail)
        return self._parked(item, error)

    def _parked(self, item: Item, error: Exception) -> Reason:
        if is_transient(error):
            raise error
        # The class only: the message of an exception may quote what must not be kept twice.
        log.error(
            "handler_failed", subscription=self._subscription.name, type=item.type, exc_info=error
        )
        return Reason(state="parked", code="handler-failed", detail=type(error).__name__)

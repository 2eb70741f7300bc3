"""The one consumer wrapper: a batch of records becomes one transaction, each record one outcome.

A batch is first tried whole, without savepoints (two round trips per record would cost most of the
throughput); on an error it is rolled back and tried again with a savepoint per record, which finds
the record that fails. Several intents go record by record at once, since a refusal undoes its
record; one that comes alone is mostly accepted.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import text

from chassis.database import Database, Transaction
from chassis.events import Record
from chassis.messaging import queue
from chassis.messaging.attempt import Attempt
from chassis.messaging.item import Item
from chassis.messaging.limit import DeadLetterLimit, TooManyDeadLetters
from chassis.messaging.outcomes import Refused, Waiting, is_transient
from chassis.messaging.queue import Reason, State
from chassis.messaging.subscription import Subscription
from chassis.metrics import Metrics

ATTEMPTS = 8  # with the waits below about 5 s, far under the broker's poll limit of 300 s
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.05, 1.0

_RECEIVE = text("""
    INSERT INTO inbox (subscription, source, event_id, received_at)
    SELECT :subscription, e.source, e.event_id, :now
    FROM unnest(CAST(:sources AS text[]), CAST(:ids AS text[])) AS e (source, event_id)
    ON CONFLICT DO NOTHING RETURNING source, event_id
""")

_OUTCOMES: dict[State, str] = {"held": "held", "waiting": "waiting", "parked": "poison"}

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Batch:
    """What is known of the keys of one batch while it is applied."""

    marks: dict[str, int]
    states: dict[str, State]
    singly: bool
    advanced: dict[str, int] = field(default_factory=dict)
    fresh: list[Item] = field(default_factory=list)
    poisoned: int = 0


class Inbox:
    """Applies the records of one subscription, each exactly once, in order per key."""

    def __init__(
        self,
        subscription: Subscription,
        *,
        database: Database,
        metrics: Metrics,
        intent_wait: timedelta,
        limit: DeadLetterLimit | None = None,
    ) -> None:
        self.subscription = subscription
        self.limit = limit or DeadLetterLimit()
        self._name = subscription.name
        self._database = database
        self._metrics = metrics
        self._attempt = Attempt(subscription, intent_wait=intent_wait)

    async def take(self, records: Sequence[Record]) -> None:
        """Apply a batch; when it returns, everything is committed and offsets may be.

        Raises:
            TooManyDeadLetters: nothing was committed; the subscription must stop.
            Exception: a transient failure outlasted `ATTEMPTS`; nothing was committed.
        """
        concerning = [record for record in records if self.subscription.concerns(record)]
        if not concerning:
            return
        with self._metrics.batch_seconds.labels(self._name).time():
            await self._take([self._read(record) for record in concerning])

    async def _take(self, items: Sequence[Item]) -> None:
        wait_s = _FIRST_WAIT_S
        for attempt in range(1, ATTEMPTS + 1):
            try:
                await self._whole_then_singly(items)
            except Exception as error:
                if attempt == ATTEMPTS or not is_transient(error):
                    raise
                self._metrics.batch_retries_total.labels(self._name).inc()
                log.warning("batch_retried", subscription=self._name, error=type(error).__name__)
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                wait_s = min(wait_s * 2, _LONGEST_WAIT_S)
            else:
                return

    async def _whole_then_singly(self, items: Sequence[Item]) -> None:
        several = len(items) > 1 and self.subscription.intents
        if not (several or self.subscription.raw):
            try:
                return await self._run(items, singly=False)
            except Exception as error:
                if is_transient(error) or isinstance(error, TooManyDeadLetters):
                    raise
                log.debug("batch_tried_singly", subscription=self._name, error=type(error).__name__)
        return await self._run(items, singly=True)

    async def _run(self, items: Sequence[Item], *, singly: bool) -> None:
        async with self._database.transaction() as tx:
            fresh = await self._receive(tx, items)
            keys = {item.key for item in fresh}
            marks, states = await queue.standing(tx.connection, self._name, keys)
            batch = _Batch(marks, states, singly)
            for item in fresh:
                await self._one(tx, batch, item)
            await self._apply_as_a_set(tx, batch)
            await queue.set_marks(tx.connection, self._name, batch.advanced)
            self.limit.check(poisoned=batch.poisoned, seen=len(fresh))
        self._measure(items, fresh)

    async def _receive(self, tx: Transaction, items: Sequence[Item]) -> list[Item]:
        """Note the records in the inbox; those not seen before, once each, in offset order."""
        identities = [item.identity for item in items]
        found = await tx.connection.execute(
            _RECEIVE,
            {
                "subscription": self._name,
                "now": tx.now,
                "sources": [source for source, _ in identities],
                "ids": [event_id for _, event_id in identities],
            },
        )
        new = {(source, event_id) for source, event_id in found}
        fresh = []
        for item in items:
            if item.identity in new:
                new.discard(item.identity)  # a batch may hold one event twice
                fresh.append(item)
        return fresh

    async def _one(self, tx: Transaction, batch: _Batch, item: Item) -> None:
        if item.key in batch.states and await self._still_stands(tx, batch, item.key):
            state = batch.states[item.key]
            if state != "held" or not self._is_next(batch, item):
                await self._add(tx, item, Reason(state=state, code="follower", cause=False))
                return
        reason = self._out_of_order(batch, item) or await self._handle(tx, batch, item)
        if reason is not None:
            await self._set_aside(tx, batch, item, reason)
            return
        self._advance(batch, item)
        if item.key in batch.states:  # it filled a gap: what was held behind it follows
            await self._apply_as_a_set(tx, batch)
            await queue.set_marks(tx.connection, self._name, batch.advanced)
            await self.drain(tx, item.key)
            await self._reload(tx, batch, item.key)

    async def _still_stands(self, tx: Transaction, batch: _Batch, key: str) -> bool:
        # Somebody may have emptied the queue since we looked; under the lock we know.
        await queue.lock_key(tx.connection, self._name, key)
        await self._reload(tx, batch, key)
        return key in batch.states

    async def _reload(self, tx: Transaction, batch: _Batch, key: str) -> None:
        marks, states = await queue.standing(tx.connection, self._name, [key])
        batch.states.pop(key, None)
        batch.states |= states
        if key in marks:
            batch.marks[key] = max(marks[key], batch.marks.get(key, 0))

    def _is_next(self, batch: _Batch, item: Item) -> bool:
        mark = batch.marks.get(item.key)
        return mark is not None and item.sequence == mark + 1

    def _out_of_order(self, batch: _Batch, item: Item) -> Reason | None:
        if item.fault is not None and self.subscription.raw is None:
            return Reason(state="parked", code=item.fault.code, detail=item.fault.detail)
        mark = batch.marks.get(item.key)
        sequence = item.sequence
        if sequence is None or mark is None or sequence == mark + 1:
            return None  # the first sight of a key sets its mark
        if sequence > mark:
            return Reason(
                state="held", code="gap", detail=f"{sequence} came, {mark + 1} is missing"
            )
        detail = f"{sequence} came under another id, {mark} was applied"
        return Reason(state="parked", code="sequence-conflict", detail=detail)

    def _advance(self, batch: _Batch, item: Item) -> None:
        if item.sequence is not None:
            batch.marks[item.key] = batch.advanced[item.key] = item.sequence

    async def _handle(self, tx: Transaction, batch: _Batch, item: Item) -> Reason | None:
        if self.subscription.batch is not None and not batch.singly:
            batch.fresh.append(item)
            return None
        if batch.singly:
            return await self._attempt.guarded(tx, item)
        await self._attempt.bare(tx, item)
        return None

    async def _apply_as_a_set(self, tx: Transaction, batch: _Batch) -> None:
        events = [item.event for item in batch.fresh if item.event]
        batch.fresh.clear()
        if events and self.subscription.batch is not None:
            await self.subscription.batch(tx, events)

    async def _set_aside(self, tx: Transaction, batch: _Batch, item: Item, reason: Reason) -> None:
        await queue.lock_key(tx.connection, self._name, item.key)
        await self._add(tx, item, reason)
        head = await queue.head(tx.connection, self._name, item.key)
        if head is not None and batch.states.get(item.key, head["state"]) != head["state"]:
            await queue.follow(tx.connection, head, head["state"])
        batch.states[item.key] = head["state"] if head is not None else reason.state
        batch.poisoned += reason.state == "parked"
        self._count(_OUTCOMES[reason.state])
        if reason.state == "held":
            self._metrics.inbox_gaps_total.labels(self._name).inc()

    async def _add(self, tx: Transaction, item: Item, reason: Reason) -> None:
        await queue.add(
            tx.connection,
            subscription=self._name,
            key=item.key,
            record=item.record,
            event=item.event,
            reason=reason,
            now=tx.now,
        )
        log.info(
            "record_set_aside",
            subscription=self._name,
            state=reason.state,
            reason=reason.code,
            type=item.type,
            partition=item.record.partition,
            offset=item.record.offset,
        )

    async def drain(
        self, tx: Transaction, key: str, *, by: str | None = None, head: int | None = None
    ) -> int:
        """Apply the queue of the key in order until it is empty or a row must stay.

        The caller holds the key's lock. A parked head stays unless a person (`by`) asks for it; a
        person also applies what was held although something is missing before it. With `head`,
        nothing is done unless that row is the first. Returns how many rows were applied.
        """
        marks, _ = await queue.standing(tx.connection, self._name, [key])
        batch = _Batch(marks, {}, singly=True)
        first = await queue.head(tx.connection, self._name, key)
        if head is not None and (first is None or first["id"] != head):
            raise queue.NotStanding
        applied = 0
        while row := await queue.head(tx.connection, self._name, key):
            if row["state"] == "parked" and by is None:
                break
            item = self._read(queue.record_of(row), key=key)
            reason = self._out_of_order(batch, item)
            if reason is None or (by and not applied and reason.state == "held"):
                reason = await self._attempt.guarded(tx, item, since=row["set_aside_at"])
            if reason is not None:
                await queue.restate(tx.connection, row, reason)
                break
            self._advance(batch, item)
            await queue.applied(tx.connection, row["id"], by=by, now=tx.now)
            applied += 1
        await queue.set_marks(tx.connection, self._name, batch.advanced)
        return applied

    async def discard(self, tx: Transaction, key: str, *, head: int, reason: str, by: str) -> None:
        """Drop the head of its queue; what stands behind it may then be drained.

        An intent is answered all the same, refused as `discarded`: its sender waits for a word.

        Raises:
            NotStanding: the row is not, or no longer, the head of a queue.
        """
        row = await queue.head(tx.connection, self._name, key)
        if row is None or row["id"] != head:
            raise queue.NotStanding
        item = self._read(queue.record_of(row), key=key)
        if self.subscription.intents and item.event is not None:
            await self._attempt.refuse(tx, item, Refused("discarded"))
        await queue.discarded(tx.connection, head, reason=reason, by=by, now=tx.now)
        if row["sequence"] is not None:
            await queue.set_marks(tx.connection, self._name, {key: row["sequence"]})

    async def expire(self, tx: Transaction, key: str) -> None:
        """Refuse the intent at the head of the key whose time to wait is over."""
        await queue.lock_key(tx.connection, self._name, key)
        head = await queue.head(tx.connection, self._name, key)
        if head is None or head["expires_at"] is None or head["expires_at"] > tx.now:
            return
        item = self._read(queue.record_of(head), key=key)
        refused = Refused(Waiting(head["token"]).unknown)
        if await self._attempt.refuse(tx, item, refused) is None:
            await queue.applied(tx.connection, head["id"], by=None, now=tx.now)
            await self.drain(tx, key)

    def _read(self, record: Record, *, key: str = "") -> Item:
        return Item.read(record, key=key, raw=self.subscription.raw is not None)

    def _measure(self, items: Sequence[Item], fresh: Sequence[Item]) -> None:
        self._count("taken", len(fresh))
        self._metrics.inbox_duplicates_total.labels(self._name).inc(len(items) - len(fresh))
        learnt = [item.event.recordedtime for item in fresh if item.event]
        if learnt and learnt[-1] is not None:
            delay = self._database.clock.now() - learnt[-1]
            self._metrics.event_apply_delay_seconds.labels(self._name).observe(
                max(delay.total_seconds(), 0.0)
            )

    def _count(self, outcome: str, number: int = 1) -> None:
        self._metrics.records_total.labels(self._name, outcome).inc(number)

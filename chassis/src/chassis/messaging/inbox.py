"""The one consumer wrapper: a batch of records becomes one transaction, each record one outcome.

A batch is first tried whole, without savepoints (two round trips per record would cost most of the
throughput); on an error it is rolled back and tried again with a savepoint per record, which finds
the record that fails. Intents go record by record at once, since a refusal undoes the record.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import RowMapping, text

from chassis.codec import Undecodable, decode_kafka
from chassis.database import Database, Transaction
from chassis.events import Event, Record
from chassis.messaging import queue
from chassis.messaging.limit import DeadLetterLimit
from chassis.messaging.outcomes import Poison, Refused, Waiting, is_transient
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


@dataclass(frozen=True, slots=True)
class Item:
    """A record with what could be read of it."""

    record: Record
    key: str
    event: Event | None
    fault: Undecodable | None

    @property
    def identity(self) -> tuple[str, str]:
        if self.event is not None:
            return self.event.source, self.event.id
        return self.record.topic, f"{self.record.partition}-{self.record.offset}"


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
        self._intent_wait = intent_wait

    async def take(self, records: Sequence[Record]) -> None:
        """Apply a batch; when it returns, everything is committed and offsets may be.

        Raises:
            TooManyDeadLetters: nothing was committed; the subscription must stop.
            Exception: a transient failure outlasted `ATTEMPTS`; nothing was committed.
        """
        with self._metrics.batch_seconds.labels(self._name).time():
            await self._take([self._item(record) for record in records])

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
        if not (self.subscription.intents or self.subscription.raw):
            try:
                return await self._run(items, singly=False)
            except Exception as error:
                if is_transient(error):
                    raise
                log.info("batch_tried_singly", subscription=self._name, error=type(error).__name__)
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
        return item.event is not None and mark is not None and item.event.sequence == mark + 1

    def _out_of_order(self, batch: _Batch, item: Item) -> Reason | None:
        if item.fault is not None and self.subscription.raw is None:
            return Reason(state="parked", code=item.fault.code, detail=item.fault.detail)
        mark = batch.marks.get(item.key)
        sequence = item.event.sequence if item.event else None
        if sequence is None or mark is None or sequence == mark + 1:
            return None  # the first sight of a key sets its mark
        if sequence > mark:
            return Reason(
                state="held", code="gap", detail=f"{sequence} came, {mark + 1} is missing"
            )
        detail = f"{sequence} came under another id, {mark} was applied"
        return Reason(state="parked", code="sequence-conflict", detail=detail)

    def _advance(self, batch: _Batch, item: Item) -> None:
        if item.event is not None and item.event.sequence is not None:
            batch.marks[item.key] = batch.advanced[item.key] = item.event.sequence

    async def _handle(self, tx: Transaction, batch: _Batch, item: Item) -> Reason | None:
        if self.subscription.batch is not None and not batch.singly:
            batch.fresh.append(item)
            return None
        return await self._try(tx, item, guarded=batch.singly)

    async def _apply_as_a_set(self, tx: Transaction, batch: _Batch) -> None:
        if batch.fresh and self.subscription.batch is not None:
            await self.subscription.batch(tx, [item.event for item in batch.fresh if item.event])

    async def _try(self, tx: Transaction, item: Item, *, guarded: bool) -> Reason | None:
        """Run the handler; None when it is done, else why the record is set aside."""
        if not guarded:
            await self._call(tx, item)
            return None
        try:
            async with tx.savepoint():
                await self._call(tx, item)
        except Waiting as waiting:
            return await self._waiting(tx, item, waiting)
        except Refused as refused:
            return await self._refuse(tx, item, refused)
        except Poison as poison:
            return Reason(state="parked", code=poison.code, detail=poison.detail)
        except Exception as error:
            if is_transient(error):
                raise
            # The class only: the message of an exception may quote what must not be kept twice.
            log.exception("handler_failed", subscription=self._name, type=_type(item))
            return Reason(state="parked", code="handler-failed", detail=type(error).__name__)
        return None

    async def _call(self, tx: Transaction, item: Item) -> None:
        subscription = self.subscription
        tx.cause = item.event
        if subscription.raw is not None:
            await subscription.raw(tx, item.record)
        elif item.event is not None and subscription.batch is not None:
            await subscription.batch(tx, [item.event])
        elif item.event is not None and (handler := subscription.handlers.get(item.event.type)):
            with structlog.contextvars.bound_contextvars(event_id=item.event.id):
                await handler(tx, item.event)
        tx.cause = None

    async def _waiting(self, tx: Transaction, item: Item, waiting: Waiting) -> Reason | None:
        # Whoever brings the token takes the same lock before it looks for waiters: after we hold
        # it, either the thing is there now, or its bringer will see our row.
        await queue.lock_token(tx.connection, waiting.token)
        try:
            async with tx.savepoint():
                await self._call(tx, item)
        except Waiting as still:
            expires = tx.now + self._intent_wait if self.subscription.intents else None
            return Reason(state="waiting", code="waiting", token=still.token, expires_at=expires)
        except Refused as refused:
            return await self._refuse(tx, item, refused)
        return None

    async def _refuse(self, tx: Transaction, item: Item, refused: Refused) -> Reason | None:
        if self.subscription.refuse is None or item.event is None:
            return Reason(state="parked", code="fact-refused", detail=refused.code)
        tx.cause = item.event
        await self.subscription.refuse(tx, item.event, refused)
        tx.cause = None
        self._count("refused")
        return None

    async def _set_aside(self, tx: Transaction, batch: _Batch, item: Item, reason: Reason) -> None:
        await queue.lock_key(tx.connection, self._name, item.key)
        await self._add(tx, item, reason)
        if batch.states.get(item.key) == "held" and reason.state != "held":
            await self._follow_head(tx, item.key)
        batch.states[item.key] = (
            await queue.head_state(tx.connection, self._name, item.key) or reason.state
        )
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
            type=_type(item),
            partition=item.record.partition,
            offset=item.record.offset,
        )

    async def _follow_head(self, tx: Transaction, key: str) -> None:
        head = (await queue.rows(tx.connection, self._name, key))[0]
        await queue.restate(tx.connection, head, _reason_of(head))

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
        rows = await queue.rows(tx.connection, self._name, key)
        if head is not None and (not rows or rows[0]["id"] != head):
            raise queue.NotStanding
        applied = 0
        for row in rows:
            if row["state"] == "parked" and by is None:
                break
            item = self._item(queue.record_of(row), key=key)
            reason = self._out_of_order(batch, item)
            if reason is None or (by and not applied and reason.state == "held"):
                reason = await self._try(tx, item, guarded=True)
            if reason is not None:
                await queue.restate(tx.connection, row, reason)
                break
            self._advance(batch, item)
            await queue.applied(tx.connection, row["id"], by=by, now=tx.now)
            applied += 1
        await queue.set_marks(tx.connection, self._name, batch.advanced)
        return applied

    async def discard(self, tx: Transaction, row_id: int, *, reason: str, by: str) -> None:
        """Drop the head of its queue; what stands behind it may then be drained.

        Raises:
            NotStanding: the row is not, or no longer, the head of a queue.
        """
        row = await queue.find(tx.connection, row_id)
        rows = await queue.rows(tx.connection, self._name, row["key"]) if row else []
        if row is None or not rows or rows[0]["id"] != row_id:
            raise queue.NotStanding
        await queue.discarded(tx.connection, row_id, reason=reason, by=by, now=tx.now)
        if row["sequence"] is not None:
            await queue.set_marks(tx.connection, self._name, {row["key"]: row["sequence"]})

    async def expire(self, tx: Transaction, key: str) -> None:
        """Refuse the intent at the head of the key whose time to wait is over."""
        await queue.lock_key(tx.connection, self._name, key)
        rows = await queue.rows(tx.connection, self._name, key)
        if not rows or rows[0]["expires_at"] is None or rows[0]["expires_at"] > tx.now:
            return
        item = self._item(queue.record_of(rows[0]), key=key)
        refused = Refused(Waiting(rows[0]["token"]).unknown)
        if await self._refuse(tx, item, refused) is None:
            await queue.applied(tx.connection, rows[0]["id"], by=None, now=tx.now)
            await self.drain(tx, key)

    def _item(self, record: Record, *, key: str | None = None) -> Item:
        fallback = f"{record.topic}/{record.partition}/{record.offset}"
        if self.subscription.raw is not None:
            # Content is never poison here, and no record stands in the way of another.
            return Item(record, key or fallback, None, None)
        key = key or _readable(record.key) or fallback
        try:
            return Item(record, key, decode_kafka(record.headers, record.value), None)
        except Undecodable as fault:
            return Item(record, key, None, fault)

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


def _readable(key: bytes | None) -> str:
    return (key or b"").decode(errors="replace").replace("\0", "\ufffd")


def _reason_of(row: RowMapping) -> Reason:
    return Reason(
        state=row["state"],
        code=row["reason"],
        detail=row["detail"],
        cause=row["cause"],
        token=row["token"],
        expires_at=row["expires_at"],
    )


def _type(item: Item) -> str:
    return item.event.type if item.event else "(unreadable)"

"""All subscriptions of a service on one FastStream broker, and the doors of people to what stands.

FastStream is fenced here: every default of it that loses messages is set otherwise, and nothing
else of the platform imports it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from chassis.database import Database, Transaction
from chassis.events import Record
from chassis.messaging import queue
from chassis.messaging.inbox import Inbox
from chassis.messaging.limit import TooManyDeadLetters
from chassis.messaging.subscription import Subscription
from chassis.metrics import Metrics
from chassis.settings import KafkaSettings

MAX_RECORDS = 500
"""Records of one batch; with the inbox 87 times a plain handler, and under a second of work."""
_POLL_MS = 1000  # it returns as soon as something is there
_GATHERED_BYTES = 65_536  # some hundred facts
STANDS_MAX = {"held": timedelta(seconds=60), "waiting": timedelta(minutes=15)}
"""How long a gap may stay, or a record wait, before it is an alarm (messages.md §3, §4)."""

log = structlog.get_logger(__name__)


class Consumers:
    """Starts and stops the subscriptions; applies what waited; carries out people's decisions."""

    def __init__(
        self,
        subscriptions: Sequence[Subscription],
        *,
        database: Database,
        kafka: KafkaSettings,
        instance: str,
        metrics: Metrics,
        intent_wait: timedelta,
    ) -> None:
        self.inboxes = {
            subscription.name: Inbox(
                subscription, database=database, metrics=metrics, intent_wait=intent_wait
            )
            for subscription in subscriptions
        }
        self._too_long = {(name, state): False for name in self.inboxes for state in STANDS_MAX}
        self._database = database
        self._metrics = metrics
        self._kafka = kafka
        self._instance = instance
        self._stopping = asyncio.Event()
        self._stopped: dict[str, str] = {}
        self._broker: KafkaBroker | None = None
        database.release = self.release

    async def start(self) -> None:
        """Join the groups.

        Raises:
            KafkaError: the broker cannot be reached or refuses us; the process should end.
        """
        self._stopping.clear()
        self._broker = broker = KafkaBroker(
            self._kafka.bootstrap,
            security=self._kafka.faststream_security(),
            client_id=self._instance,
            consumer_only=True,  # our facts leave by the relay, never by this broker
            allow_auto_create_topics=False,
            ack_policy=AckPolicy.NACK_ON_ERROR,  # every other policy loses messages
            graceful_timeout=15.0,
            apply_types=False,  # its injection sends every batch through a thread
            logger=None,
        )
        for inbox in self.inboxes.values():
            self._subscribe(broker, inbox)
        await broker.start()

    async def stop(self) -> None:
        """Finish the batches in hand and leave."""
        self._stopping.set()
        if self._broker is not None:
            await self._broker.stop()
            self._broker = None

    def ready(self) -> list[str]:
        """Why this service does not read as it should; empty when it does."""
        reasons = [f"{name} stopped: {why}" for name, why in self._stopped.items()]
        if self._broker is None:
            return [*reasons, "consumers are not started"]
        for subscriber in self._broker.subscribers:
            consumer: Any = getattr(subscriber, "consumer", None)
            if consumer is None or not consumer.assignment():
                reasons.append(f"{getattr(subscriber, 'group_id', '?')} has no partition yet")
        return reasons

    async def release(self, tx: Transaction, tokens: list[str]) -> None:
        """Apply the records that waited for the tokens, in the transaction that brings them."""
        await queue.lock_tokens(tx.connection, *sorted(set(tokens)))
        for subscription, key in await queue.waiters(tx.connection, tokens):
            if inbox := self.inboxes.get(subscription):
                await queue.lock_key(tx.connection, subscription, key)
                await inbox.drain(tx, key)

    async def expire(self) -> None:
        """Refuse the intents that have waited long enough; a sweep calls it every second."""
        async with self._database.reading() as connection:
            overdue = await queue.expired(connection, self._database.clock.now())
        for subscription, key in overdue:
            if inbox := self.inboxes.get(subscription):
                try:
                    async with self._database.transaction() as tx:
                        await inbox.expire(tx, key)
                except Exception:  # the others' time is over too
                    log.exception("expiry_failed", subscription=subscription)

    async def measure(self) -> None:
        """Say how much stands aside, and where too long; a sweep calls it every few seconds."""
        async with self._database.reading() as connection:
            counts = await queue.counts(connection)
        now, metrics = self._database.clock.now(), self._metrics
        parked = [count for count in counts if count.state == "parked"]
        metrics.dead_letters_open.set(sum(count.records for count in parked))
        metrics.parked_keys.set(sum(count.keys for count in parked))
        standing = dict.fromkeys(self._too_long, (0, now)) | {
            (count.subscription, count.state): (count.records, count.since)
            for count in counts
            if count.state in STANDS_MAX
        }
        for place, (records, since) in standing.items():
            metrics.records_standing.labels(*place).set(records)
            age_s = (now - since).total_seconds()
            metrics.records_standing_oldest_age_seconds.labels(*place).set(age_s)
            too_long = now - since >= STANDS_MAX[place[1]]
            if too_long and not self._too_long.get(place):  # once, when it begins
                log.error("records_stand", subscription=place[0], state=place[1])
            self._too_long[place] = too_long

    async def replay(self, tx: Transaction, row_id: int, *, by: str) -> int:
        """Apply the queue that the row heads, as a person asks; how many rows were applied."""
        return await self._decide(tx, row_id, by=by, discard=None)

    async def discard(self, tx: Transaction, row_id: int, *, reason: str, by: str) -> int:
        """Drop the row, for a reason, and apply what stood behind it; how many were applied."""
        return await self._decide(tx, row_id, by=by, discard=reason)

    async def _decide(self, tx: Transaction, row_id: int, *, by: str, discard: str | None) -> int:
        row = await queue.find(tx.connection, row_id)
        inbox = self.inboxes.get(row["subscription"]) if row else None
        if row is None or inbox is None:
            raise queue.NotStanding
        await queue.lock_key(tx.connection, row["subscription"], row["key"])
        if discard is None:
            return await inbox.drain(tx, row["key"], by=by, head=row_id)
        await inbox.discard(tx, row["key"], head=row_id, reason=discard, by=by)
        return await inbox.drain(tx, row["key"], by=by)

    def _subscribe(self, broker: KafkaBroker, inbox: Inbox) -> None:
        subscription = inbox.subscription

        subscriber = broker.subscriber(
            *subscription.topics,
            group_id=subscription.name,  # one group each: topics do not rebalance one another
            group_instance_id=f"{self._instance}.{subscription.name}",  # back at once after a kill
            auto_offset_reset="earliest",  # `latest` skips what came before the first start
            batch=True,
            # The broker answers as soon as there is anything, or lets it come together.
            fetch_min_bytes=_GATHERED_BYTES if subscription.gathers_ms else 1,
            fetch_max_wait_ms=subscription.gathers_ms or 250,
            session_timeout_ms=15_000,
            heartbeat_interval_ms=3_000,
            max_poll_interval_ms=300_000,
            no_reply=True,  # else `reply_to` publishes with our credentials wherever it says
            parser=_headerless,
            decoder=_as_it_is,
        )
        # FastStream's own sleeps after each empty poll: late when little comes, busy when nothing.
        subscriber.get_msg = _next_batch  # type: ignore[method-assign] # no parameter says it

        @subscriber
        async def receive(batch: tuple[ConsumerRecord, ...]) -> None:
            await self._receive(inbox, [_record(record) for record in batch])

    async def _receive(self, inbox: Inbox, records: Sequence[Record]) -> None:
        try:
            await inbox.take(records)
        except TooManyDeadLetters as error:
            # Unready until a person has looked; the offsets stay where they are.
            self._stopped[inbox.subscription.name] = str(error)
            log.exception("subscription_stopped", subscription=inbox.subscription.name)
            await self._stopping.wait()
            raise


async def _next_batch(consumer: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
    found = await consumer.getmany(timeout_ms=_POLL_MS, max_records=MAX_RECORDS)
    return tuple(chain.from_iterable(found.values()))


async def _headerless(batch: tuple[ConsumerRecord, ...], parse: Any) -> KafkaMessage:  # noqa: ANN401 - FastStream's
    """Hide headers from FastStream: none can break its parser (and drop the batch) or steer it."""
    message: KafkaMessage = await parse(tuple(replace(record, headers=()) for record in batch))
    message.raw_message = batch
    return message


async def _as_it_is(message: KafkaMessage) -> Any:  # noqa: ANN401 - FastStream's
    """The wrapper reads bytes itself: a decoder that fails would loop for ever."""
    return message.raw_message


def _record(record: ConsumerRecord) -> Record:
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        headers=tuple(record.headers),
        value=record.value,
        timestamp_ms=record.timestamp,
    )

"""The relay takes the outbox to Kafka: one leader per service, in order, at least once.

It reads `sent_at IS NULL ORDER BY seq`: a cursor over a sequence loses late commits, several
workers lose the order, NOTIFY slows the writers. Two leaders for a moment mean duplicates, which
the readers' inboxes absorb.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from chassis.clock import Clock
from chassis.metrics import Metrics
from chassis.settings import KafkaSettings

PAGE = 1000
IDLE_POLL_S = 0.05  # for other processes; writers of this one wake it
STUCK_RETRY = timedelta(minutes=1)
_LEADER_LOCK = 0x6D61696C  # one per database, and each service has its own database
_STAND_BY_S = 0.5
_REBUILD_WAIT_S = 0.5
_UNSENDABLE = (
    *(MessageSizeTooLargeError, TopicAuthorizationFailedError, UnknownTopicOrPartitionError),
)

_PENDING = """
    SELECT o.seq, o.topic, o.key, o.headers::text AS headers, o.value FROM outbox o
    WHERE o.sent_at IS NULL
        AND NOT EXISTS (SELECT FROM outbox_stuck s WHERE s.topic = o.topic AND s.key = o.key)
    ORDER BY o.seq LIMIT $1
"""
_SENT = "UPDATE outbox SET sent_at = $2 WHERE seq = ANY($1::bigint[])"
_STUCK = """
    INSERT INTO outbox_stuck (topic, key, reason, since) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
"""
_RETRIED = "DELETE FROM outbox_stuck WHERE since < $1"
_STATE = """
    SELECT count(*), min(recorded_at), (SELECT count(*) FROM outbox_stuck)
    FROM outbox WHERE sent_at IS NULL
"""

_Key = tuple[str, str]  # topic and key
log = structlog.get_logger(__name__)


class _ProducerBroken(Exception):
    """The producer will never send again (it lost its place in the log): build another."""


class Relay:
    """Sends the outbox of one service; `start`, `stop`, `ready`, `wake`."""

    def __init__(
        self,
        database_url: str,
        *,
        kafka: KafkaSettings,
        clock: Clock,
        metrics: Metrics,
        build: Callable[[KafkaSettings], AIOKafkaProducer] | None = None,
    ) -> None:
        self._build = build or _producer
        self._url = database_url.replace("+asyncpg", "")
        self._kafka = kafka
        self._clock = clock
        self._metrics = metrics
        self._task: asyncio.Task[None] | None = None
        self._wakened = asyncio.Event()
        self._standing = "not started"

    async def start(self) -> None:
        """Begin to send, or to stand by for whoever leads."""
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Stop after the page in hand, or after a moment if the broker does not answer."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            self._standing = "stopped"

    def ready(self) -> list[str]:
        """Why nothing is sent; empty for a leader and for a stand-by."""
        return [f"relay: {self._standing}"] if self._standing else []

    def wake(self) -> None:
        """Rows were written in this process: do not wait for the next poll."""
        self._wakened.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._with_connection()
            except Exception as error:  # noqa: BLE001 - the relay never dies: it tries again
                self._standing = type(error).__name__
                log.warning("relay_interrupted", error=type(error).__name__)
                await asyncio.sleep(_REBUILD_WAIT_S)
            finally:
                self._metrics.relay_leader.set(0)

    async def _with_connection(self) -> None:
        connection = await asyncpg.connect(
            self._url, timeout=5, server_settings={"application_name": "relay"}
        )
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LEADER_LOCK):
                self._standing = ""
                await asyncio.sleep(_STAND_BY_S)
            self._metrics.relay_leader.set(1)
            await connection.execute("DELETE FROM outbox_stuck")  # a new leader tries again
            await self._lead(connection)
        finally:
            connection.terminate()  # the lock dies with it; a polite close may hang

    async def _lead(self, connection: asyncpg.Connection) -> None:
        producer = self._build(self._kafka)
        try:
            await producer.start()  # what cannot start must be closed too
            self._standing = ""
            await self._send_for_ever(connection, producer)
        finally:
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), 3)

    async def _send_for_ever(
        self, connection: asyncpg.Connection, producer: AIOKafkaProducer
    ) -> None:
        measured_at = 0.0
        loop = asyncio.get_running_loop()
        while True:
            self._wakened.clear()
            rows = await connection.fetch(_PENDING, PAGE)
            if rows:
                await self._send(connection, producer, rows)
            if loop.time() - measured_at > 1:
                await self._measure(connection)
                measured_at = loop.time()
            if len(rows) < PAGE:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wakened.wait(), IDLE_POLL_S)

    async def _send(
        self,
        connection: asyncpg.Connection,
        producer: AIOKafkaProducer,
        rows: Sequence[Mapping[str, Any]],
    ) -> None:
        failed: dict[_Key, BaseException] = {}
        queued = await _queue(producer, rows, failed)
        results = await asyncio.gather(*(future for *_, future in queued), return_exceptions=True)
        sent, lost = [], set()
        for (key, seq, _), result in zip(queued, results, strict=True):
            if isinstance(result, BaseException):
                failed[key] = result
                lost.add(key)
            elif key not in lost:  # else it comes again, behind the one that failed
                sent.append(seq)
        await connection.execute(_SENT, sent, self._clock.now())
        self._metrics.relay_published_total.inc(len(sent))
        for key, error in failed.items():
            await self._failed(connection, key, error)

    async def _failed(
        self, connection: asyncpg.Connection, key: _Key, error: BaseException
    ) -> None:
        self._metrics.relay_failures_total.inc()
        log.warning("send_failed", topic=key[0], error=type(error).__name__)
        if isinstance(error, _UNSENDABLE):
            await connection.execute(_STUCK, *key, type(error).__name__, self._clock.now())
        elif isinstance(error, KafkaTimeoutError):
            return  # aiokafka does not call it retriable, yet a full buffer empties
        elif isinstance(error, KafkaError) and not error.retriable:
            raise _ProducerBroken from error

    async def _measure(self, connection: asyncpg.Connection) -> None:
        # A topic that the producer could not see for a while looks like one that does not exist.
        await connection.execute(_RETRIED, self._clock.now() - STUCK_RETRY)
        pending, oldest, stuck = await connection.fetchrow(_STATE)
        age_s = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        self._metrics.outbox_pending.set(pending)
        self._metrics.outbox_oldest_age_seconds.set(max(age_s, 0.0))
        self._metrics.outbox_stuck_keys.set(stuck)


def _producer(kafka: KafkaSettings) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=131_072,
        compression_type="lz4",
        **kafka.client_options(),
    )


async def _queue(
    producer: AIOKafkaProducer, rows: Sequence[Mapping[str, Any]], failed: dict[_Key, BaseException]
) -> list[tuple[_Key, int, asyncio.Future[Any]]]:
    queued = []
    for row in rows:
        key = row["topic"], row["key"]
        if key in failed:
            continue  # its turn comes after the one that could not be queued
        headers = [(name, text.encode()) for name, text in orjson.loads(row["headers"])]
        try:
            future = await producer.send(key[0], row["value"], key=key[1].encode(), headers=headers)
        except KafkaError as error:  # too large, unknown topic, or the buffer stayed full
            failed[key] = error
        else:
            queued.append((key, row["seq"], future))
    return queued

"""What the relay does with a producer that fails: go on with it, or build another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.errors import KafkaError, KafkaTimeoutError, OutOfOrderSequenceNumber
from sqlalchemy import text

from chassis.database import Database
from chassis.ids import new_id
from chassis.metrics import Metrics
from chassis.relay import Relay
from chassis.settings import KafkaSettings
from tests.chassis.messaging.conftest import NOON, Happened
from tests.servers.handles import DatabaseAccess
from tests.timing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(60)]

Trouble = dict[int, KafkaError]  # what the sends of this number (from 1) end with


class Broker:
    """A broker of one list, and how many producers were built and stopped on the way to it."""

    def __init__(self, *, at_once: Trouble, later: Trouble) -> None:
        self.at_once = at_once  # raised by `send`: the record could not be queued
        self.later = later  # the answer to a record that was queued
        self.sends = 0
        self.received: list[bytes] = []
        self.built: list[Producer] = []

    def build(self, _settings: KafkaSettings) -> Any:
        producer = Producer(self)
        self.built.append(producer)
        return producer


class Producer:
    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.stopped = False

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True

    async def send(self, _topic: str, value: bytes, **_more: Any) -> asyncio.Future[None]:
        self.broker.sends += 1
        if error := self.broker.at_once.pop(self.broker.sends, None):
            raise error
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if error := self.broker.later.pop(self.broker.sends, None):
            answer.set_exception(error)
        else:
            self.broker.received.append(value)
            answer.set_result(None)
        return answer


@pytest.fixture
def relaying(store: Database, database: DatabaseAccess) -> Callable[[Broker], Any]:
    @asynccontextmanager
    async def start(broker: Broker) -> AsyncIterator[None]:
        kafka = KafkaSettings(bootstrap="nowhere:9092", username="test", password=str(new_id()))
        relay = Relay(
            database.url, kafka=kafka, clock=store.clock, metrics=Metrics(), build=broker.build
        )
        await relay.start()
        try:
            yield
        finally:
            await relay.stop()

    return start


async def write_three(store: Database) -> None:
    key = new_id()
    async with store.transaction() as tx:
        for number in (1, 2, 3):
            tx.emit(Happened(f"fact {number}"), key=key, sequence=number, happened_at=NOON)


async def unsent(store: Database) -> int:
    async with store.reading() as connection:
        found = await connection.execute(text("SELECT count(*) FROM outbox WHERE sent_at IS NULL"))
        return int(found.scalar_one())


def facts(received: list[bytes]) -> list[int]:
    return [number for value in received for number in (1, 2, 3) if b"fact %d" % number in value]


@pytest.mark.parametrize(
    ("at_once", "later"),
    [({2: KafkaTimeoutError()}, {}), ({}, {3: KafkaTimeoutError()})],
    ids=["the-buffer-stayed-full", "no-answer-came"],
)
async def test_a_time_out_keeps_the_producer_and_sends_the_rows_later(
    store: Database, relaying: Callable[[Broker], Any], at_once: Trouble, later: Trouble
) -> None:
    broker = Broker(at_once=dict(at_once), later=dict(later))
    await write_three(store)

    async with relaying(broker):
        await eventually(lambda: unsent(store), until=lambda left: left == 0)
        assert [producer.stopped for producer in broker.built] == [False]

    assert not broker.at_once
    assert not broker.later
    assert facts(broker.received) == [1, 2, 3]


async def test_a_producer_that_lost_its_place_is_stopped_and_another_built(
    store: Database, relaying: Callable[[Broker], Any]
) -> None:
    broker = Broker(
        at_once={}, later={2: OutOfOrderSequenceNumber(), 3: OutOfOrderSequenceNumber()}
    )
    await write_three(store)

    async with relaying(broker):
        await eventually(lambda: unsent(store), until=lambda left: left == 0)
        assert [producer.stopped for producer in broker.built] == [True, False]

    assert facts(broker.received) == [1, 2, 3]

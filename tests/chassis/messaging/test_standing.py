"""What stands aside is counted by why it does, and told once when it stands too long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import structlog

from chassis.database import Database, Transaction
from chassis.events import Event
from chassis.messaging import Subscription, Waiting
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics
from chassis.settings import KafkaSettings
from tests.chassis.messaging.conftest import event, note, records
from tests.timing import FixedClock

SUBSCRIPTION = "test.facts"
Sweep = Callable[[timedelta], Any]  # lets time pass and measures: the lines logged


async def handler(tx: Transaction, given: Event) -> None:
    if given.data.get("orphan"):
        raise Waiting("thing:parent")
    await note(tx, given)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def consumers(store: Database, metrics: Metrics) -> Consumers:
    """Not started: the tests bring the records themselves."""
    return Consumers(
        [
            Subscription(
                name=SUBSCRIPTION,
                topics=("test.facts.v1",),
                handlers={"test.thing.happened.v1": handler},
            )
        ],
        database=store,
        kafka=KafkaSettings(bootstrap="nowhere:9092", username="test", password=SUBSCRIPTION),
        instance="test-0",
        metrics=metrics,
        intent_wait=timedelta(seconds=60),
    )


@pytest.fixture
def sweep(store: Database, consumers: Consumers) -> Sweep:
    async def measure_after(time: timedelta) -> list[Any]:
        assert isinstance(store.clock, FixedClock)
        store.clock.advance(time)
        with structlog.testing.capture_logs() as lines:
            await consumers.measure()
        return lines

    return measure_after


def shown(metrics: Metrics, series: str, state: str) -> float | None:
    labels = {"subscription": SUBSCRIPTION, "state": state}
    return metrics.registry.get_sample_value(series, labels)


def alarm(state: str) -> list[dict[str, str]]:
    where = {"subscription": SUBSCRIPTION, "state": state}
    return [{"event": "records_stand", "log_level": "error", **where}]


GAP = (event("a", 1), event("a", 3))
ORPHAN = (event("child", 1, data={"orphan": True}), event("child", 2))


@pytest.mark.parametrize(
    ("given", "state", "limit"),
    [(GAP, "held", timedelta(seconds=60)), (ORPHAN, "waiting", timedelta(minutes=15))],
    ids=["a-gap-at-60-s", "a-waiting-record-at-15-min"],
)
async def test_standing_too_long_is_an_alarm_raised_once(
    consumers: Consumers, sweep: Sweep, given: tuple[Event, ...], state: str, limit: timedelta
) -> None:
    second = timedelta(seconds=1)
    await consumers.inboxes[SUBSCRIPTION].take(records(*given))

    assert await sweep(limit - second) == []
    assert await sweep(second) == alarm(state)
    assert await sweep(second) == []


async def test_a_gap_that_closed_and_another_that_stays_are_two_alarms(
    consumers: Consumers, sweep: Sweep
) -> None:
    inbox, minute = consumers.inboxes[SUBSCRIPTION], timedelta(minutes=1)
    await inbox.take(records(*GAP))
    assert await sweep(minute) == alarm("held")

    await inbox.take(records(event("a", 2)))
    assert await sweep(minute) == []

    await inbox.take(records(event("a", 5)))
    assert await sweep(minute) == alarm("held")


async def test_held_and_waiting_records_are_measured_apart_and_fall_to_zero(
    consumers: Consumers, metrics: Metrics, sweep: Sweep
) -> None:
    inbox = consumers.inboxes[SUBSCRIPTION]
    await inbox.take(records(*GAP))
    await sweep(timedelta(seconds=30))
    await inbox.take(records(*ORPHAN))
    await sweep(timedelta(seconds=10))

    assert shown(metrics, "records_standing", "held") == 1
    assert shown(metrics, "records_standing", "waiting") == 2
    assert shown(metrics, "records_standing_oldest_age_seconds", "held") == 40
    assert shown(metrics, "records_standing_oldest_age_seconds", "waiting") == 10

    await inbox.take(records(event("a", 2)))
    await sweep(timedelta(seconds=10))

    assert shown(metrics, "records_standing", "held") == 0
    assert shown(metrics, "records_standing_oldest_age_seconds", "held") == 0
    assert shown(metrics, "records_standing_oldest_age_seconds", "waiting") == 20


async def test_dead_letters_are_counted_over_all_subscriptions_and_are_no_alarm_of_these(
    consumers: Consumers, metrics: Metrics, sweep: Sweep
) -> None:
    inbox = consumers.inboxes[SUBSCRIPTION]
    await inbox.take(records(event("a", 2), event("a", 1), event("a", 3)))

    assert await sweep(timedelta(days=1)) == []
    assert metrics.registry.get_sample_value("dead_letters_open") == 2
    assert metrics.registry.get_sample_value("parked_keys") == 1
    assert shown(metrics, "records_standing", "held") == 0

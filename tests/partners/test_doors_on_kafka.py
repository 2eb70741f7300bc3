"""The doors on a real broker: a hostile partner stops nobody, not even its own next event."""

import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics as ChassisMetrics
from chassis.settings import KafkaSettings
from contracts.topics import MAX_BATCH_BYTES, partner_in, partner_out
from partners.entrypoints.doors import doors
from tests.partners.hostile import HOSTILE
from tests.partners.world import World, event, structured
from tests.servers.handles import KafkaAccess
from tests.timing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]


@pytest.fixture
def slugs(kafka: KafkaAccess) -> Iterator[tuple[str, str]]:
    """Two organisations whose topics nobody else uses."""
    pair = (f"rude-{secrets.token_hex(4)}", f"kind-{secrets.token_hex(4)}")
    admin = AdminClient(kafka.confluent)
    names = [partner_in(slug) for slug in pair]
    config = {"max.message.bytes": str(MAX_BATCH_BYTES)}
    topics = [NewTopic(name, 1, config=config) for name in names]
    for made in admin.create_topics(topics).values():
        made.result(20)
    yield pair
    for gone in admin.delete_topics(names).values():
        gone.result(20)


@pytest.fixture
async def producer(kafka: KafkaAccess) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(
        **kafka.aiokafka, acks="all", max_request_size=MAX_BATCH_BYTES
    ) as producer:
        yield producer


async def test_a_hostile_partner_stops_nobody_and_the_consumer_goes_on(
    world: World, kafka: KafkaAccess, slugs: tuple[str, str], producer: AIOKafkaProducer
) -> None:
    rude, kind = slugs
    for slug in slugs:
        await world.partner(slug, kind="family_allowance_fund")
    consumers = Consumers(
        doors(frozenset(slugs), metrics=world.here.metrics, wait=timedelta(seconds=60)),
        database=world.here.database,
        kafka=KafkaSettings(
            bootstrap=kafka.bootstrap,
            username=kafka.username,
            password=kafka.password,
            security_protocol=kafka.security_protocol,
            mechanism=kafka.mechanism,
        ),
        instance=f"partners-{secrets.token_hex(4)}",
        metrics=ChassisMetrics(),
        intent_wait=timedelta(seconds=60),
    )
    for each in HOSTILE:
        await producer.send_and_wait(
            partner_in(rude), each.value, headers=list(each.headers), key=b"\xff\0"
        )
    for slug in slugs:
        await producer.send_and_wait(partner_in(slug), structured(slug, event()).value)

    await consumers.start()
    try:
        await eventually(lambda: _taken(world, slugs, 1), within_s=60)
        for slug in slugs:
            await producer.send_and_wait(partner_in(slug), structured(slug, event()).value)
        await eventually(lambda: _taken(world, slugs, 2), within_s=60)
    finally:
        await consumers.stop()

    answers = await world.told(partner_out(rude))
    assert [each.event.data["offset"] for each in answers] == list(range(len(HOSTILE)))
    reasons = [each.event.data["reason"] for each in answers]
    wanted = [each.reason for each in HOSTILE]
    assert [
        reason if known != "*" else "*" for reason, known in zip(reasons, wanted, strict=True)
    ] == wanted
    assert await world.told(partner_out(kind)) == []
    assert await world.rows("SELECT id FROM set_aside") == []


async def _taken(world: World, slugs: tuple[str, str], number: int) -> bool:
    rows = await world.rows(
        "SELECT o.slug, count(*) AS number FROM submission s JOIN organisation o "
        "ON o.id = s.organisation WHERE s.identity IS NOT NULL GROUP BY o.slug"
    )
    return {row["slug"]: row["number"] for row in rows} == dict.fromkeys(slugs, number)

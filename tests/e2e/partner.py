"""What an integrator does at the doors: events by HTTP and by Kafka, and the answers to them."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.codec import decode_kafka
from chassis.events import Event
from tests.e2e.stack import Stack, consuming, producing
from tests.timing import eventually

Mode = Literal["structured", "binary"]
MODES: tuple[Mode, ...] = ("structured", "binary")
KafkaHeaders = list[tuple[str, bytes | None]]

PATIENCE_S = 30
STRUCTURED = "application/cloudevents+json"
JSON = "application/json"
IDENTITY = {
    "family_name": "Exemplaire",
    "given_name": "Odile",
    "birth_year": 1951,
    "commune": "23096",
    "phone": "05 55 00 00 01",
}


def over_http(event: dict[str, Any], mode: Mode) -> tuple[dict[str, str], bytes]:
    """Headers and body of an event in structured or binary mode."""
    if mode == "structured":
        return {"content-type": STRUCTURED}, orjson.dumps(event)
    headers = {f"ce-{name}": value for name, value in event.items() if isinstance(value, str)}
    del headers["ce-datacontenttype"]
    return headers | {"content-type": JSON}, orjson.dumps(event["data"])


def over_kafka(event: dict[str, Any], mode: Mode) -> tuple[KafkaHeaders, bytes]:
    """Headers and value of an event in structured or binary mode."""
    if mode == "structured":
        return [("content-type", STRUCTURED.encode())], orjson.dumps(event)
    headers, value = over_http(event, mode)
    return [(name.replace("ce-", "ce_"), text.encode()) for name, text in headers.items()], value


async def post(
    stack: Stack, name: str, event: dict[str, Any], *, mode: Mode = "structured"
) -> httpx.Response:
    headers, body = over_http(event, mode)
    async with stack.client("partners", name) as client:
        return await client.post("/v1/events", content=body, headers=headers)


async def send(
    stack: Stack, name: str, event: dict[str, Any], *, mode: Mode = "structured"
) -> dict[str, Any]:
    """Posts an event that is to be received; the receipt."""
    answer = await post(stack, name, event, mode=mode)
    assert answer.status_code == 202, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def status(stack: Stack, name: str, submission: str) -> dict[str, Any]:
    """What the status address says now."""
    async with stack.client("partners", name) as client:
        answer = await client.get(f"/v1/submissions/{submission}")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def decided(stack: Stack, name: str, submission: str) -> dict[str, Any]:
    """What the status address says once there is an answer."""
    return await eventually(
        lambda: status(stack, name, submission),
        until=lambda found: found["state"] != "received",
        within_s=PATIENCE_S,
    )


async def accepted(stack: Stack, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Posts an event that is to be accepted; its status then."""
    answer = await decided(stack, name, (await send(stack, name, event))["submission"])
    assert answer["state"] == "accepted", answer
    return answer


async def refused(stack: Stack, name: str, event: dict[str, Any]) -> str:
    """Posts an event that is to be received and refused; the reason."""
    answer = await decided(stack, name, (await send(stack, name, event))["submission"])
    assert answer["state"] == "refused", answer
    return str(answer["reason"])


async def produce(
    stack: Stack, name: str, *records: tuple[KafkaHeaders, bytes | None]
) -> list[tuple[str, int, int]]:
    """Writes on the partner's own topic, in order; where each record lies."""
    config = stack.kafka(name)
    async with producing(config) as producer:
        written = [
            await producer.send_and_wait(config["in_topic"], value, b"mine", headers=headers)
            for headers, value in records
        ]
    return [(each.topic, each.partition, each.offset) for each in written]


async def deposit(stack: Stack, name: str, reference: str, **identity: Any) -> str:
    """Deposits a person at the vault's door, twice as one may; the partner's own id of them."""
    body = IDENTITY | identity
    async with stack.client("referrals", name) as client:
        first = await client.put(f"/v1/persons/{reference}", json=body)
        again = await client.put(f"/v1/persons/{reference}", json=body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    return str(first.json()["person"])


@dataclass
class Answers:
    """What has come on a partner's own outbound topic since one began to listen."""

    consumer: AIOKafkaConsumer
    seen: list[Event] = field(default_factory=list)

    async def take(self) -> list[Event]:
        """Everything seen so far."""
        for records in (await self.consumer.getmany(timeout_ms=200)).values():
            self.seen += [decode_kafka(record.headers, record.value) for record in records]
        return self.seen

    async def of(self, event_id: str) -> Event:
        """The answer to one event of the partner."""
        return await self._first(lambda each: each.data.get("event_id") == event_id)

    async def at(self, offset: int) -> Event:
        """The refusal of the record at that place of the partner's inbound topic."""
        return await self._first(lambda each: each.data.get("offset") == offset)

    async def of_journey(self, correlation: str, last: str, *, times: int = 1) -> list[Event]:
        """The facts told of one journey, once so many of the type `last` are there."""

        async def told() -> list[Event]:
            facts = [each for each in await self.take() if "intent." not in each.type]
            return [each for each in facts if each.correlationid == correlation]

        return await eventually(
            told,
            until=lambda found: [each.type for each in found].count(last) >= times,
            within_s=PATIENCE_S,
        )

    async def story(self, referral: str, *steps: str) -> list[Event]:
        """The facts told of one referral, once every one of `steps` (`accepted`…) is there."""
        wanted = {f"maillage.referral.{step}.v1" for step in steps}

        async def told() -> list[Event]:
            return [each for each in await self.take() if each.subject == referral]

        return await eventually(
            told, until=lambda found: wanted <= {each.type for each in found}, within_s=PATIENCE_S
        )

    async def _first(self, wanted: Callable[[Event], bool]) -> Event:
        async def found() -> list[Event]:
            known = list(filter(wanted, self.seen))
            return known or list(filter(wanted, await self.take()))

        return (await eventually(found, within_s=PATIENCE_S))[0]


@asynccontextmanager
async def answers(stack: Stack, name: str) -> AsyncIterator[Answers]:
    """Listens on the partner's own outbound topic from now on, with the partner's own rights."""
    config = stack.kafka(name)
    async with consuming(config) as consumer:
        partition = TopicPartition(config["out_topic"], 0)
        consumer.assign([partition])
        consumer.seek(partition, (await consumer.end_offsets([partition]))[partition])
        yield Answers(consumer)


async def journey(
    stack: Stack, correlation: str, *steps: str, name: str = "departement"
) -> list[dict[str, Any]]:
    """The steps of a journey at reporting, once every one of `steps` (by type) is there."""

    async def look() -> dict[str, Any]:
        async with stack.client("reporting", name) as client:
            answer = await client.get(f"/v1/journeys/{correlation}")
        return answer.json() if answer.is_success else {"steps": []}

    def whole(found: dict[str, Any]) -> bool:
        return {each["type"] for each in found["steps"]} >= set(steps)

    found = await eventually(look, until=whole, within_s=PATIENCE_S)
    assert found["correlation_id"] == correlation
    listed: list[dict[str, Any]] = found["steps"]
    return listed


def types(steps: Sequence[dict[str, Any]]) -> list[str]:
    """`referral.sent`, `referral.accepted`… in the order of the journey."""
    return [each["type"].removeprefix("maillage.").removesuffix(".v1") for each in steps]

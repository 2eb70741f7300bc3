"""Intents as intake puts them on its topic, referrals' facts, and the readers that take them."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.codec import encode_kafka
from chassis.events import Event, Record
from chassis.messaging.consumers import Consumers
from chassis.messaging.inbox import Inbox
from contracts import topics
from contracts.intents.intent import Intent
from contracts.message import Message
from tests.scheduling.told import World


class Post:
    """Brings intents and facts to scheduling, as its topics would, and reads the answers."""

    def __init__(self, world: World, consumers: Consumers) -> None:
        self.world = world
        self.consumers = consumers
        self._offsets = itertools.count()

    @property
    def inbox(self) -> Inbox:
        return self.consumers.inboxes["scheduling.intake"]

    async def bring(self, slug: str, intent: Intent | Mapping[str, Any], **given: Any) -> UUID:
        """One intent, and the submission it came under."""
        submission: UUID = given.pop("submission", None) or uuid4()
        await self.inbox.take([self.record(slug, intent, submission=submission, **given)])
        return submission

    def record(
        self,
        slug: str,
        intent: Intent | Mapping[str, Any],
        *,
        submission: UUID,
        type_: str = "",
        at: datetime | None = None,
        history: bool = False,
    ) -> Record:
        """The record of one intent; a mapping may break the contract."""
        now = self.world.clock.now()
        key = intent.record_key(submission) if isinstance(intent, Intent) else submission
        extensions = {"organisation": str(self.world[slug]), "submission": str(submission)}
        if history:
            extensions["history"] = "true"
        return self._record(
            topics.INTAKE,
            Event(
                id=str(submission),
                source=f"/partners/{slug}",
                type=type_ or getattr(intent, "type", ""),
                time=at or now,
                recordedtime=now,
                subject=str(key),
                partitionkey=str(key),
                extensions=extensions,
                data=intent.to_data() if isinstance(intent, Intent) else intent,
            ),
        )

    async def tell(self, fact: Message, *, correlation: UUID | None = None) -> None:
        """One fact of referrals, the first of its aggregate."""
        now = self.world.clock.now()
        key = str(getattr(fact, fact.key))
        event = Event(
            id=str(uuid4()),
            source="/referrals",
            type=fact.type,
            time=now,
            recordedtime=now,
            subject=key,
            partitionkey=key,
            sequence=1,
            correlationid=None if correlation is None else str(correlation),
            data=fact.to_data(),
        )
        record = self._record(topics.REFERRALS, event)
        await self.consumers.inboxes["scheduling.referrals"].take([record])

    async def verdict(self, submission: UUID) -> dict[str, Any]:
        """The one answer to a submission."""
        (one,) = await self.verdicts(submission)
        return one

    async def verdicts(self, submission: UUID) -> list[dict[str, Any]]:
        told = await self.world.facts("intent.accepted", "intent.refused")
        return [one for one in told if one["key"] == str(submission)]

    async def aside(self) -> list[tuple[str, str]]:
        """(state, reason) of every record that still stands aside."""
        rows = await self.world.rows(
            "SELECT state, reason FROM set_aside WHERE decided_at IS NULL ORDER BY id"
        )
        return [(row["state"], row["reason"]) for row in rows]

    def _record(self, topic: str, event: Event) -> Record:
        headers, value = encode_kafka(event)
        return Record(
            topic=topic,
            partition=0,
            offset=next(self._offsets),
            key=str(event.partitionkey).encode(),
            headers=tuple(headers),
            value=value,
            timestamp_ms=int(event.time.timestamp() * 1000),
        )


@pytest.fixture
def post(world: World, consumers: Consumers) -> Post:
    return Post(world, consumers)

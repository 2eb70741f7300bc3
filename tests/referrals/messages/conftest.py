"""Intents as intake puts them on its topic, and the reader that decides them."""

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from chassis import metrics as chassis_metrics
from chassis.codec import encode_kafka
from chassis.events import Event, Record
from chassis.messaging.consumers import Consumers
from chassis.messaging.inbox import Inbox
from chassis.settings import KafkaSettings
from contracts import topics
from contracts.intents.intent import Intent
from referrals.entrypoints.inbound import subscriptions
from referrals.metrics import Metrics
from tests.referrals.told import World

INTENT_WAIT = timedelta(seconds=60)
NO_BROKER = KafkaSettings(bootstrap="127.0.0.1:1", username="nobody", password="unused")  # noqa: S106 - no broker is asked


class Intake:
    """Brings intents to referrals, as partners' intake would, and reads the answers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.metrics = CollectorRegistry()
        self._offsets = itertools.count()
        # Not started: no broker. They apply what waits, exactly as in the running service.
        self.consumers = Consumers(
            subscriptions(Metrics(self.metrics)),
            database=world.store,
            kafka=NO_BROKER,
            instance="referrals-0",
            metrics=chassis_metrics.Metrics(),
            intent_wait=INTENT_WAIT,
        )

    @property
    def inbox(self) -> Inbox:
        return self.consumers.inboxes["referrals.intake"]

    @property
    def directory(self) -> Inbox:
        return self.consumers.inboxes["referrals.directory"]

    async def bring(self, slug: str, intent: Intent | Mapping[str, Any], **given: Any) -> UUID:
        """One intent, and the submission it came under."""
        submission = given.pop("submission", None) or uuid4()
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
        **changes: Any,
    ) -> Record:
        """The record of one intent; a mapping may break the contract."""
        now = self.world.clock.now()
        data = intent.to_data() if isinstance(intent, Intent) else intent
        key = str(data.get("referral", submission))
        extensions = {"organisation": str(self.world[slug]), "submission": str(submission)}
        if history:
            extensions["history"] = "true"
        event: dict[str, Any] = {
            "id": str(submission),
            "source": f"/partners/{slug}",
            "type": type_ or getattr(intent, "type", ""),
            "time": at or now,
            "recordedtime": now,
            "subject": key,
            "partitionkey": key,
            "extensions": extensions,
            "data": data,
        }
        headers, value = encode_kafka(Event(**{**event, **changes}))
        return Record(
            topic=topics.INTAKE,
            partition=0,
            offset=next(self._offsets),
            key=key.encode(),
            headers=tuple(headers),
            value=value,
            timestamp_ms=int(now.timestamp() * 1000),
        )

    async def verdicts(self, submission: UUID | None = None) -> list[dict[str, Any]]:
        """The answers given, of one submission or all."""
        told = await self.world.facts("intent.accepted", "intent.refused")
        return [one for one in told if submission is None or one["key"] == str(submission)]

    async def verdict(self, submission: UUID) -> dict[str, Any]:
        """The one answer to a submission."""
        (one,) = await self.verdicts(submission)
        return one

    async def aside(self) -> list[tuple[str, str]]:
        """(state, reason) of every record that still stands aside."""
        rows = await self.world.rows(
            "SELECT state, reason FROM set_aside WHERE decided_at IS NULL ORDER BY id"
        )
        return [(row["state"], row["reason"]) for row in rows]


@pytest.fixture
def intake(world: World) -> Intake:
    return Intake(world)

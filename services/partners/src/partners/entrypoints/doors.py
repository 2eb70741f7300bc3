"""The doors on Kafka: one topic per organisation, written by outsiders and trusted in nothing.

What cannot be taken in is answered on the organisation's own topic and passed: no record stands in
the way of the next one, and no organisation in the way of another (each has its own group).
"""

from datetime import timedelta

import structlog

from chassis.codec import Undecodable, decode_kafka
from chassis.database import Transaction
from chassis.events import Event, Record
from chassis.ids import new_id
from chassis.messaging import Poison, Subscription
from contracts.topics import partner_in
from partners.application.access import known_organisation
from partners.application.answers import TurnAway, turn_away
from partners.application.intake import Submit, sender_by_topic, submit
from partners.domain.refusals import SubmissionRefused, UnknownOrganisation, Unreadable
from partners.domain.submission import Door
from partners.entrypoints.intents import echo, read_intent
from partners.metrics import Metrics

log = structlog.get_logger(__name__)


def doors(slugs: frozenset[str], *, metrics: Metrics, wait: timedelta) -> tuple[Subscription, ...]:
    """A subscription for each organisation that has topics of its own."""
    return tuple(_door(slug, slugs, metrics=metrics, wait=wait) for slug in sorted(slugs))


def _door(slug: str, slugs: frozenset[str], *, metrics: Metrics, wait: timedelta) -> Subscription:
    async def take(tx: Transaction, record: Record) -> None:
        event: Event | None = None
        outcome = "received"
        try:
            # Read before the right to send is asked: a refusal then says which event it is about.
            event = _decoded(record)
            sender = await sender_by_topic(tx.connection, slug)
            intent = read_intent(event)
            await submit(tx, Submit(intent=intent, new_id=new_id()), sender=sender, wait=wait)
        except SubmissionRefused as refusal:
            outcome = refusal.code
            await _answer(tx, record, event, refusal)
        metrics.submissions_total.labels(Door.KAFKA, outcome).inc()

    async def _answer(
        tx: Transaction, record: Record, event: Event | None, refusal: SubmissionRefused
    ) -> None:
        try:
            organisation = await known_organisation(tx.connection, slug)
        except UnknownOrganisation:
            # Not the sender's fault: the settings open a door for nobody we know.
            raise Poison("door-without-organisation", f"{slug} is not registered") from None
        command = TurnAway(
            refusal=refusal,
            organisation=organisation,
            new_id=new_id(),
            offset=record.offset,
            **echo(event),
        )
        await turn_away(tx, command, kafka_doors=slugs)
        log.info("record_turned_away", reason=refusal.code, offset=record.offset)

    return Subscription(name=f"partners.in.{slug}", topics=(partner_in(slug),), raw=take)


def _decoded(record: Record) -> Event:
    try:
        return decode_kafka(record.headers, record.value)
    except Undecodable as fault:
        raise Unreadable(fault.code, fault.detail) from None

"""What partners reads of others: verdicts, facts to tell on, and how organisations name persons."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging import Handler, Poison, Subscription
from contracts.topics import OUTWARD_IDS, REFERRALS, SCHEDULING, VOUCHERS
from partners.application.answers import No, Verdict, VerdictOfNothing, Yes, take_verdict
from partners.application.persons import learn_outward_ids
from partners.domain.outgoing import OutwardId
from partners.domain.submission import AnsweredTwice
from partners.entrypoints import facts, facts_of_help, telling
from partners.entrypoints.reading import Reader, read, read_uuid
from partners.metrics import Metrics


class Accepted(Reader):
    submission: UUID
    intent: str
    subject: UUID


class Refused(Reader):
    submission: UUID
    intent: str
    reason: str
    detail: str | None = None


class Assigned(Reader):
    outward: UUID
    organisation: UUID
    person: UUID


ACCEPTED: Final = "maillage.intent.accepted.v1"
REFUSED: Final = "maillage.intent.refused.v1"
ASSIGNED: Final = "maillage.outward-id.assigned.v1"

READS: Final[Mapping[str, type[BaseModel]]] = {
    ACCEPTED: Accepted,
    REFUSED: Refused,
    ASSIGNED: Assigned,
    **facts.READS,
    **facts_of_help.READS,
}


def subscriptions(*, metrics: Metrics, kafka_doors: frozenset[str]) -> tuple[Subscription, ...]:
    """Every topic of the platform that partners reads; its partners' own are in doors.py."""

    async def accepted(tx: Transaction, event: Event) -> None:
        said = read(Accepted, event)
        await _decided(tx, event, said, Yes(subject=said.subject))

    async def refused(tx: Transaction, event: Event) -> None:
        said = read(Refused, event)
        await _decided(tx, event, said, No(reason=said.reason, detail=said.detail))

    async def _decided(
        tx: Transaction, event: Event, said: Accepted | Refused, decision: Yes | No
    ) -> None:
        verdict = Verdict(
            submission=said.submission,
            organisation=read_uuid(event, "organisation", event.extensions.get("organisation")),
            intent=said.intent,
            decision=decision,
            correlation=_maybe(event, "correlationid", event.correlationid),
            person=_maybe(event, "datasubject", event.datasubject),
            command=_maybe(event, "causationid", event.causationid),
        )
        try:
            submission = await take_verdict(tx, verdict, kafka_doors=kafka_doors)
        except VerdictOfNothing:
            raise Poison("unknown-submission", "no such submission was put before you") from None
        except AnsweredTwice:
            raise Poison("second-verdict", "the submission had its answer") from None
        metrics.verdicts_total.labels(submission.state).inc()
        metrics.answer_seconds.observe((tx.now - submission.received_at).total_seconds())

    verdicts: Mapping[str, Handler] = {ACCEPTED: accepted, REFUSED: refused}
    # Every owner answers on its own facts topic; one group each, so that one that stands still
    # keeps no answer of another back.
    owners = [
        Subscription(
            name=name,
            topics=(topic,),
            handlers={**verdicts, **telling.handlers(tells, metrics=metrics)},
            gathers_ms=200,
        )
        for name, topic, tells in (
            ("partners.referrals", REFERRALS, facts.of_referrals(kafka_doors=kafka_doors)),
            ("partners.vouchers", VOUCHERS, facts_of_help.of_vouchers(kafka_doors=kafka_doors)),
            (
                "partners.scheduling",
                SCHEDULING,
                facts_of_help.of_scheduling(kafka_doors=kafka_doors),
            ),
        )
    ]
    # Sooner than the facts, which wait for these.
    persons = Subscription(
        name="partners.outward-ids", topics=(OUTWARD_IDS,), batch=_assigned, gathers_ms=120
    )
    return (*owners, persons)


async def _assigned(tx: Transaction, events: Sequence[Event]) -> None:
    said = [read(Assigned, event) for event in events if event.type == ASSIGNED]
    await learn_outward_ids(tx, [OutwardId(**each.model_dump()) for each in said])


def _maybe(event: Event, name: str, value: str | None) -> UUID | None:
    return read_uuid(event, name, value) if value else None

"""Others' facts as they stand on the topics: organisations, referrals, verdicts."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from chassis.codec import encode_kafka
from chassis.events import Event, Record
from contracts import topics
from contracts.codes import (
    Need,
    OrganisationKind,
    Outcome,
    RefusalReason,
    SuspensionReason,
    Urgency,
)
from contracts.events import partners as directory
from contracts.events import referrals as facts
from contracts.message import Message
from contracts.verdicts import IntentAccepted

SPACE = UUID("7d444840-9dc0-11d1-b245-5ffdce74fad2")
START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def named(name: str) -> UUID:
    """The same id for the same word, in every run."""
    return uuid5(SPACE, name)


CAF, TELA, MAIRIE = named("caf"), named("tela"), named("mairie")
NAMES = {CAF: "CAF de la Creuse", TELA: "Tela", MAIRIE: "Mairie de Guéret"}


@dataclass
class Referral:
    """One referral as its owner tells it, fact by fact."""

    name: str
    sender: UUID = CAF
    targets: tuple[UUID, ...] = (TELA,)
    commune: str = "23096"
    _sequence: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> UUID:
        return named(f"referral-{self.name}")

    @property
    def journey(self) -> UUID:
        return named(f"journey-{self.name}")

    @property
    def person(self) -> UUID:
        return named(f"person-{self.name}")

    def sent(self, at: datetime, *, learnt: datetime | None = None) -> Event:
        message = facts.ReferralSent(
            referral=self.id,
            sender=self.sender,
            person=self.person,
            targets=self.targets,
            need=Need.EMAIL,
            urgency=Urgency.ORDINARY,
            commune=self.commune,
        )
        return replace(self._fact(message, at, learnt), datasubject=str(self.person))

    def accepted(self, by: UUID, at: datetime, *, learnt: datetime | None = None) -> Event:
        return self._fact(facts.ReferralAccepted(referral=self.id, organisation=by), at, learnt)

    def refused(self, by: UUID, at: datetime, reason: RefusalReason) -> Event:
        message = facts.ReferralRefused(referral=self.id, organisation=by, reason=reason)
        return self._fact(message, at)

    def completed(self, by: UUID, at: datetime, outcome: Outcome) -> Event:
        message = facts.ReferralCompleted(referral=self.id, organisation=by, outcome=outcome)
        return self._fact(message, at)

    def person_registered(self, at: datetime) -> Event:
        """The person's own fact, told within the journey as an owner might come to do."""
        message = facts.PersonRegistered(person=self.person, registered_by=self.sender)
        event = told(
            message, self.person, at, source="/referrals", sequence=1, journey=self.journey
        )
        return replace(event, datasubject=str(self.person))

    def verdict(self, at: datetime) -> Event:
        submission = named(f"submission-{self.name}")
        message = IntentAccepted(
            submission=submission, intent="maillage.intent.referral.sent.v1", subject=self.id
        )
        event = told(message, submission, at, source="/referrals", journey=self.journey)
        return replace(event, extensions={"submission": str(submission), "organisation": str(CAF)})

    def _fact(self, message: Message, at: datetime, learnt: datetime | None = None) -> Event:
        return told(
            message,
            self.id,
            at,
            source="/referrals",
            sequence=next(self._sequence),
            journey=self.journey,
            learnt=learnt,
        )


def organisation(
    organisation_id: UUID, *, at: datetime = START, suspended: bool = False
) -> list[Event]:
    """An organisation's facts until it is active, or suspended again."""
    messages: list[Message] = [
        directory.OrganisationRegistered(
            organisation=organisation_id,
            slug="une-organisation",
            name=NAMES[organisation_id],
            kind=OrganisationKind.OTHER,
        ),
        directory.OrganisationActivated(organisation=organisation_id),
    ]
    if suspended:
        messages.append(
            directory.OrganisationSuspended(
                organisation=organisation_id, reason=SuspensionReason.OWN_REQUEST
            )
        )
    return [
        told(message, organisation_id, at, source="/partners", sequence=number)
        for number, message in enumerate(messages, start=1)
    ]


def told(
    message: Message,
    key: UUID,
    at: datetime,
    *,
    source: str,
    sequence: int | None = None,
    journey: UUID | None = None,
    learnt: datetime | None = None,
) -> Event:
    """The message in its envelope; learnt as it happened unless said otherwise."""
    return Event(
        id=str(UUID(int=next(_written))),  # they grow as a writer writes, as UUIDv7 do
        source=source,
        type=message.type,
        time=at,
        recordedtime=learnt or at,
        subject=str(key),
        partitionkey=str(key),
        sequence=sequence,
        correlationid=None if journey is None else str(journey),
        data=message.to_data(),
    )


_written = itertools.count(1)
_offsets = itertools.count()


def record(event: Event, *, topic: str = topics.REFERRALS) -> Record:
    """The event as a record of a topic."""
    headers, value = encode_kafka(event)
    return Record(
        topic=topic,
        partition=0,
        offset=next(_offsets),
        key=(event.partitionkey or "").encode(),
        headers=tuple(headers),
        value=value,
        timestamp_ms=int(event.time.timestamp() * 1000),
    )


def records(events: Iterable[Event]) -> list[Record]:
    return [record(event) for event in events]


def a_department() -> list[Event]:
    """Three organisations and a week of referrals: every figure has something to count."""
    monday = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    day = timedelta(days=1)
    quick, slow, full, late = (Referral(name) for name in ("quick", "slow", "full", "late"))
    both = Referral("both", sender=MAIRIE, targets=(TELA, CAF))
    return [
        *(*organisation(CAF), *organisation(TELA), *organisation(MAIRIE, suspended=True)),
        quick.sent(monday),
        quick.verdict(monday),
        quick.accepted(TELA, monday + timedelta(hours=2)),
        quick.completed(TELA, monday + 6 * day, Outcome.AUTONOMOUS),
        # Sent at 23 h 30 in Paris, answered five civil days later though not five times 24 hours.
        slow.sent(monday + timedelta(hours=14, minutes=30)),
        slow.accepted(TELA, monday + 5 * day),
        full.sent(monday + day),
        full.refused(TELA, monday + 4 * day, RefusalReason.SESSION_FULL),
        late.sent(monday + 2 * day, learnt=monday + 3 * day),
        both.sent(monday + 3 * day),
        both.refused(CAF, monday + 3 * day + timedelta(hours=1), RefusalReason.OTHER),
        both.accepted(TELA, monday + 3 * day + timedelta(hours=4)),
        both.completed(TELA, monday + 9 * day, Outcome.WANTS_NO_TRAINING),
    ]

"""One referral as referrals tells it, and what organisations hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.events import Event
from chassis.messaging.consumers import Consumers
from contracts.topics import OUTWARD_IDS, REFERRALS, partner_out
from tests.partners.world import NOW, Partner, Told, World, assigned, record

CORRELATION = "019530f0-0000-7000-8000-00000000c0de"
GUERET = "23096"


@dataclass
class Story:
    """One referral as referrals tells it, to a service that applies what waits."""

    world: World
    consumers: Consumers
    sender: Partner
    targets: tuple[UUID, ...]
    person: UUID = field(default_factory=uuid4)
    referral: UUID = field(default_factory=uuid4)
    submission: str | None = None

    async def take(self, *facts: Event) -> None:
        inbox = self.consumers.inboxes["partners.referrals"]
        await inbox.take([record(REFERRALS, each, offset=at) for at, each in enumerate(facts)])

    async def introduce(self, *partners: Partner) -> list[UUID]:
        """Referrals says under which id each knows the person."""
        outward = [uuid4() for _ in partners]
        said = [
            record(OUTWARD_IDS, assigned(new, organisation=each.id, person=self.person))
            for new, each in zip(outward, partners, strict=True)
        ]
        await self.consumers.inboxes["partners.outward-ids"].take(said)
        return outward

    def sent(self, **changes: Any) -> Event:
        data = {
            "referral": str(self.referral),
            "sender": str(self.sender.id),
            "person": str(self.person),
            "targets": [str(each) for each in self.targets],
            "need": "email",
            "urgency": "ordinary",
            "commune": GUERET,
            "birth_band": "1950-1959",
        }
        stamps = {} if self.submission is None else {"submission": self.submission}
        return self._fact("sent", 1, {**data, **changes}, stamps)

    def answer(self, kind: str, by: UUID, number: int, **code: str) -> Event:
        data = {"referral": str(self.referral), "organisation": str(by), **code}
        return self._fact(kind, number, data, {"submission": str(uuid4())})

    def _fact(
        self, kind: str, number: int, data: Mapping[str, Any], stamps: Mapping[str, str]
    ) -> Event:
        return Event(
            id=str(uuid4()),
            source="/referrals",
            type=f"maillage.referral.{kind}.v1",
            time=NOW - timedelta(days=number),
            subject=str(self.referral),
            partitionkey=str(self.referral),
            sequence=number,
            correlationid=CORRELATION,
            datasubject=str(self.person),
            extensions=stamps,
            data=data,
        )

    async def told(self, partner: Partner) -> list[Told]:
        """The facts on the partner's own topic; the answers to what it sent left out."""
        every = await self.world.told(partner_out(partner.slug))
        return [each for each in every if each.event.type.startswith("maillage.referral.")]

    async def kinds(self, partner: Partner) -> list[str]:
        return [each.event.type.split(".")[2] for each in await self.told(partner)]

    async def aside(self) -> list[tuple[str, str]]:
        rows = await self.world.rows(
            "SELECT state, reason FROM set_aside WHERE decided_at IS NULL ORDER BY id"
        )
        return [(row["state"], row["reason"]) for row in rows]

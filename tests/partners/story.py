"""One referral and the help that follows, as their owners tell it, and what organisations hear."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from chassis.events import Event
from chassis.messaging.consumers import Consumers
from contracts.topics import OUTWARD_IDS, REFERRALS, SCHEDULING, VOUCHERS, partner_out
from tests.partners.world import NOW, Partner, Told, World, assigned, record

CORRELATION = "019530f0-0000-7000-8000-00000000c0de"
GUERET = "23096"
STARTS, ENDS = "2026-03-17T13:00:00Z", "2026-03-17T15:00:00Z"


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

    def redirected(self, from_: UUID, *targets: UUID, number: int = 2, **code: str) -> Event:
        data = {
            "referral": str(self.referral),
            "from_organisation": str(from_),
            "targets": [str(each) for each in targets],
            **code,
        }
        return self._fact("redirected", number, data, {"submission": str(uuid4())})

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
        return [each for each in every if not each.event.type.startswith("maillage.intent.")]

    async def kinds(self, partner: Partner) -> list[str]:
        return [each.event.type.split(".")[2] for each in await self.told(partner)]

    async def aside(self) -> list[tuple[str, str]]:
        rows = await self.world.rows(
            "SELECT state, reason FROM set_aside WHERE decided_at IS NULL ORDER BY id"
        )
        return [(row["state"], row["reason"]) for row in rows]


@dataclass
class Help:
    """A seat at a place, what became of it, and the voucher that paid: by scheduling and vouchers.

    It follows the story's referral unless it is nobody's.
    """

    story: Story
    host: UUID
    referred: bool = True
    booking: UUID = field(default_factory=uuid4)
    booklet: UUID = field(default_factory=uuid4)
    voucher: UUID = field(default_factory=uuid4)
    place: UUID = field(default_factory=uuid4)
    session: UUID = field(default_factory=uuid4)
    programme: UUID = field(default_factory=uuid4)
    funder: UUID = field(default_factory=uuid4)

    async def take(self, *facts: Event) -> None:
        """Each topic has its own reader; what belongs to one comes in the order given."""
        for name, topic in (("scheduling", SCHEDULING), ("vouchers", VOUCHERS)):
            records = [
                record(topic, each, offset=at)
                for at, each in enumerate(facts)
                if each.source == f"/{name}"
            ]
            await self.story.consumers.inboxes[f"partners.{name}"].take(records)

    def booked(self, **changes: Any) -> Event:
        seat = {
            "booked_by": str(self.story.sender.id),
            "kind": "workshop",
            "need": "email",
            "level": "beginner",
            "starts_at": STARTS,
            "ends_at": ENDS,
        }
        lives = {"commune": GUERET, "birth_band": "1950-1959"}
        data = {**self._seat(), **self._followed(), **seat, **lives, **changes}
        return self._fact("booking.confirmed", self.booking, 1, data)

    def cancelled(self, number: int = 2) -> Event:
        data = {
            "booking": str(self.booking),
            "session": str(self.session),
            "person": str(self.story.person),
            "reason": "by_person",
        }
        return self._fact("booking.cancelled", self.booking, number, data)

    def attended(self, status: str = "seen", **changes: Any) -> Event:
        return self._attendance("recorded", 2, status, **changes)

    def corrected(self, status: str, previous: str) -> Event:
        return self._attendance("corrected", 3, status, previous_status=previous)

    def visited(self, person: UUID | None = None) -> Event:
        data = {
            "visit": str(self.booking),
            "place": str(self.place),
            "organisation": str(self.host),
            "minutes": 20,
            "topics": ["email"],
            "autonomy": "partly_autonomous",
            "commune": GUERET,
            **({} if person is None else {"person": str(person)}),
        }
        return self._fact("visit.recorded", self.booking, 1, data)

    def issued(self) -> Event:
        data = {
            "booklet": str(self.booklet),
            "programme": str(self.programme),
            "person": str(self.story.person),
            "distributor": str(self.host),
            **self._followed(),
            "face_cents": 5_000,
            "valid_until": "2026-12-31",
        }
        return self._fact("booklet.issued", self.booklet, 1, data)

    def redeemed(self) -> Event:
        return self._paid("redeemed", 1, session=str(self.session))

    def undone(self) -> Event:
        return self._paid("reversed", 2, reason="missed")

    def settled(self) -> Event:
        return self._paid("settled", 2, settlement=str(uuid4()))

    def _seat(self) -> dict[str, str]:
        return {
            "booking": str(self.booking),
            "session": str(self.session),
            "place": str(self.place),
            "organisation": str(self.host),
            "person": str(self.story.person),
        }

    def _followed(self) -> dict[str, str]:
        return {"referral": str(self.story.referral)} if self.referred else {}

    def _attendance(self, kind: str, number: int, status: str, **changes: Any) -> Event:
        came = {
            "status": status,
            "topics": ["email"],
            "minutes": 50,
            "title_presented": True,
            "starts_at": STARTS,
        }
        data = {**self._seat(), **self._followed(), **came, **changes}
        return self._fact(f"attendance.{kind}", self.booking, number, data)

    def _paid(self, kind: str, number: int, **own: str) -> Event:
        seat = {name: value for name, value in self._seat().items() if name != "session"}
        data = {
            **seat,
            **own,
            "voucher": str(self.voucher),
            "serial": 41,
            "booklet": str(self.booklet),
            "programme": str(self.programme),
            "cents": 1_000,
            "split": [{"funder": str(self.funder), "cents": 1_000}],
        }
        return self._fact(f"voucher.{kind}", self.voucher, number, data)

    def _fact(self, kind: str, key: UUID, number: int, data: Mapping[str, Any]) -> Event:
        owner = "vouchers" if kind.startswith(("voucher.", "booklet.")) else "scheduling"
        return Event(
            id=str(uuid4()),
            source=f"/{owner}",
            type=f"maillage.{kind}.v1",
            time=NOW - timedelta(hours=10 - number),
            subject=str(key),
            partitionkey=str(key),
            sequence=number,
            correlationid=CORRELATION,
            datasubject=data.get("person"),
            data=data,
        )

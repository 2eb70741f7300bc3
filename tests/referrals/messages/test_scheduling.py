"""What scheduling tells: seats become acceptances and appointments, presences are told on."""

import asyncio
import itertools
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.codec import encode_kafka
from chassis.events import Event, Record
from contracts import topics
from contracts.codes import (
    AttendanceStatus,
    BookingCancellation,
    Level,
    Need,
    PlaceKind,
    SessionCancellation,
    SessionKind,
)
from contracts.events import scheduling as facts
from contracts.message import Message
from referrals.application.offering import Search, nearest_seats
from referrals.domain.events import ReferralSent
from referrals.domain.referrals import Step
from referrals.storage import referrals
from referrals.storage import seats as rows
from referrals.storage.referrals import Departure
from tests.referrals.messages.conftest import Intake
from tests.referrals.told import World

OWN = ("referral.accepted", "referral.appointment-set", "referral.attended", "referral.missed")


class Seats:
    """One session at a place of Tela, and what scheduling tells of it."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self.world = intake.world
        self.place, self.session, self.booking = uuid4(), uuid4(), uuid4()
        self.starts_at = self.world.clock.now() + timedelta(days=3)
        self._offsets = itertools.count()

    async def declare(self) -> None:
        place = facts.PlaceRegistered(
            place=self.place,
            organisation=self.world["tela"],
            name="Tela, l'atelier",
            kind=PlaceKind.THIRD_PLACE,
            commune="23096",
            online_booking=True,
        )
        session = facts.SessionScheduled(
            session=self.session,
            place=self.place,
            organisation=self.world["tela"],
            kind=SessionKind.WORKSHOP,
            starts_at=self.starts_at,
            ends_at=self.starts_at + timedelta(hours=2),
            need=Need.EMAIL,
            level=Level.BEGINNER,
            capacity=2,
            direct_booking=True,
        )
        await self.take(self.record(session, 1))
        record = self.record(place, 1, topic=topics.DIRECTORY)
        await self.intake.directory.take([record])

    def booked(self, referral: UUID | None, *, number: int = 1, **changes: Any) -> Record:
        told = {
            "booking": self.booking,
            "session": self.session,
            "place": self.place,
            "organisation": self.world["tela"],
            "person": uuid4(),
            "referral": referral,
            "booked_by": self.world["caf"],
            "kind": SessionKind.WORKSHOP,
            "need": Need.EMAIL,
            "starts_at": self.starts_at,
            "ends_at": self.starts_at + timedelta(hours=2),
        }
        return self.record(facts.BookingConfirmed(**{**told, **changes}), number)

    def seen(
        self,
        referral: UUID | None,
        status: AttendanceStatus = AttendanceStatus.SEEN,
        *,
        number: int = 2,
        before: AttendanceStatus | None = None,
        booking: UUID | None = None,
    ) -> Record:
        told: dict[str, Any] = {
            "booking": booking or self.booking,
            "session": self.session,
            "place": self.place,
            "organisation": self.world["tela"],
            "person": uuid4(),
            "referral": referral,
            "status": status,
            "topics": [Need.EMAIL],
            "title_presented": False,
            "starts_at": self.starts_at,
        }
        if before is None:
            return self.record(facts.AttendanceRecorded(**told), number)
        corrected = facts.AttendanceCorrected(**told, previous_status=before)
        return self.record(corrected, number)

    def cancelled(self, number: int = 2) -> Record:
        fact = facts.BookingCancelled(
            booking=self.booking,
            session=self.session,
            person=uuid4(),
            reason=BookingCancellation.BY_PERSON,
        )
        return self.record(fact, number)

    async def take(self, *records: Record) -> None:
        await self.intake.consumers.inboxes["referrals.scheduling"].take(records)

    def record(self, message: Message, number: int, *, topic: str = topics.SCHEDULING) -> Record:
        key = str(getattr(message, message.key))
        now = self.world.clock.now()
        event = Event(
            id=str(uuid4()),
            source="/scheduling",
            type=message.type,
            time=now,
            recordedtime=now,
            subject=key,
            partitionkey=key,
            sequence=number,
            correlationid=str(uuid4()),
            data=message.to_data(),
        )
        headers, value = encode_kafka(event)
        return Record(
            topic=topic,
            partition=0,
            offset=next(self._offsets),
            key=key.encode(),
            headers=tuple(headers),
            value=value,
            timestamp_ms=int(now.timestamp() * 1000),
        )

    async def proposed(self) -> list[tuple[UUID, int]]:
        """The sessions that are proposed now, with the number of seats left."""
        search = Search(need="email", level="beginner", commune="23096")
        async with self.world.store.reading() as connection:
            offers = await nearest_seats(connection, search, now=self.world.clock.now())
        return [(offer.seat.session, offer.seat.free) for offer in offers]


@pytest.fixture
def seats(intake: Intake) -> Seats:
    return Seats(intake)


async def own(world: World, referral: UUID) -> list[tuple[str, int]]:
    """The facts of one referral after its sending, with their numbers."""
    told = [fact for fact in await world.facts(*OWN) if fact["key"] == str(referral)]
    return [(fact["type"].removeprefix("referral."), fact["sequence"]) for fact in told]


async def test_a_seat_is_the_acceptance_and_the_appointment(world: World, seats: Seats) -> None:
    referral = await world.sent("caf", "tela")
    (sent,) = await world.facts("referral.sent")

    await seats.take(seats.booked(referral))

    accepted, appointment = await world.facts(*OWN)
    base = {"referral": str(referral), "organisation": str(world["tela"])}
    assert accepted["data"] == base
    assert appointment["data"] == {
        **base,
        "booking": str(seats.booking),
        "session": str(seats.session),
        "place": str(seats.place),
        "starts_at": seats.starts_at.isoformat().replace("+00:00", "Z"),
    }
    assert [fact["sequence"] for fact in (accepted, appointment)] == [2, 3]
    for fact in (accepted, appointment):
        assert fact["correlationid"] == sent["correlationid"]
        assert fact["datasubject"] == sent["datasubject"]


async def test_who_was_not_asked_becomes_a_target_that_knows_the_person(
    world: World, seats: Seats
) -> None:
    referral = await world.sent("caf", "mission-locale")

    await seats.take(seats.booked(referral))

    found = await world.rows(
        "SELECT state FROM referral_target WHERE organisation = $1", world["tela"]
    )
    assert [row["state"] for row in found] == ["accepted"]
    known = {fact["data"]["organisation"] for fact in await world.facts("outward-id.assigned")}
    assert str(world["tela"]) in known


@pytest.mark.parametrize("step", [Step.ACCEPT, Step.REFUSE])
async def test_whatever_was_answered_before_a_seat_counts_once(
    world: World, seats: Seats, step: Step
) -> None:
    referral = await world.sent("caf", "tela")
    await world.answer("tela", referral, step, "session_full" if step is Step.REFUSE else "")

    await seats.take(seats.booked(referral))
    await world.answer("tela", referral, Step.COMPLETE, "autonomous")

    expected = {
        Step.ACCEPT: [("accepted", 2), ("appointment-set", 3)],
        Step.REFUSE: [("accepted", 3), ("appointment-set", 4)],
    }
    assert await own(world, referral) == expected[step]


async def test_a_presence_is_told_and_a_correction_tells_the_other(
    world: World, seats: Seats
) -> None:
    referral = await world.sent("caf", "tela")
    missed, seen = AttendanceStatus.MISSED, AttendanceStatus.SEEN

    await seats.take(
        seats.booked(referral),
        seats.seen(referral, missed),
        seats.seen(referral, missed, number=3, before=missed),
        seats.seen(referral, seen, number=4, before=missed),
        seats.seen(referral, AttendanceStatus.EXCUSED, number=5, before=seen),
    )

    assert await own(world, referral) == [
        *(("accepted", 2), ("appointment-set", 3)),
        *(("missed", 4), ("attended", 5), ("missed", 6)),
    ]
    told = await world.facts("referral.missed", "referral.attended")
    assert [fact["data"]["status"] for fact in told] == ["missed", "seen", "excused"]
    assert set(told[0]["data"]) == {
        *("referral", "organisation", "booking", "session", "starts_at", "status")
    }


async def test_a_seat_that_overtakes_its_referral_waits_with_all_that_follows_it(
    world: World, intake: Intake, seats: Seats
) -> None:
    unknown = uuid4()
    await seats.take(seats.booked(unknown), seats.seen(unknown))
    waiting = await intake.aside()

    await _send_as(world, unknown)

    assert waiting == [("waiting", "waiting"), ("waiting", "follower")]
    assert await intake.aside() == []
    assert await own(world, unknown) == [
        *(("accepted", 2), ("appointment-set", 3), ("attended", 4)),
    ]


async def test_a_presence_waits_for_its_booking(world: World, intake: Intake, seats: Seats) -> None:
    """After a restore the first that is read of a booking may be its presence."""
    referral = await world.sent("caf", "tela")
    await seats.take(seats.seen(referral))
    waiting, before = await intake.aside(), await own(world, referral)

    async with world.store.transaction() as tx:
        await rows.add_booking(tx.connection, seats.booking, session_id=seats.session)
        tx.arrived(f"booking:{seats.booking}")

    assert (waiting, before) == ([("waiting", "waiting")], [])
    assert await own(world, referral) == [("attended", 2)]
    assert await intake.aside() == []


async def test_seats_told_at_once_are_one_acceptance_and_numbers_without_a_gap(
    world: World, seats: Seats
) -> None:
    referral = await world.sent("caf", "tela")
    records = [seats.booked(referral, booking=uuid4()) for _ in range(3)]

    await asyncio.gather(*(seats.take(record) for record in records))

    assert await own(world, referral) == [
        *(("accepted", 2), ("appointment-set", 3)),
        *(("appointment-set", 4), ("appointment-set", 5)),
    ]


async def test_a_cancelled_seat_is_noted_and_its_fact_is_scheduling_s_own(
    world: World, seats: Seats
) -> None:
    await seats.declare()
    referral = await world.sent("caf", "tela")
    await seats.take(seats.booked(referral))
    one_left = await seats.proposed()

    await seats.take(seats.cancelled())

    steps = await world.rows("SELECT step FROM appointment ORDER BY id")
    assert [row["step"] for row in steps] == ["set", "cancelled"]
    assert await own(world, referral) == [("accepted", 2), ("appointment-set", 3)]
    assert (one_left, await seats.proposed()) == (
        [(seats.session, 1)],
        [(seats.session, 2)],
    )


async def test_the_free_seats_follow_what_is_told(world: World, seats: Seats) -> None:
    await seats.declare()
    whole = await seats.proposed()
    changed = facts.SeatsChanged(session=seats.session, capacity=2, free=1, held=1)
    await seats.take(seats.record(changed, 2))
    told = await seats.proposed()
    cancelled = facts.SessionCancelled(session=seats.session, reason=SessionCancellation.WEATHER)

    await seats.take(seats.record(cancelled, 3))

    assert (whole, told) == ([(seats.session, 2)], [(seats.session, 1)])
    assert await seats.proposed() == []
    await world.session(seats.place)
    assert len(await seats.proposed()) == 1
    closed = facts.PlaceClosed(place=seats.place)
    await seats.intake.directory.take([seats.record(closed, 2, topic=topics.DIRECTORY)])
    assert await seats.proposed() == []


async def test_a_visit_or_a_seat_without_referral_tells_nothing(
    world: World, intake: Intake, seats: Seats
) -> None:
    await seats.take(seats.booked(None), seats.seen(None))

    assert await world.facts(*OWN) == []
    assert await intake.aside() == []


async def _send_as(world: World, referral: UUID) -> None:
    """A referral under an id that is known before, as after a restore."""
    kept = await world.deposit("caf")
    now = world.clock.now()
    fact = ReferralSent(
        referral=referral,
        sender=world["caf"],
        person=kept.inner,
        targets=(world["tela"],),
        need="email",
        urgency="ordinary",
        due_on=None,
        level=None,
        commune=None,
        birth_band=None,
        agreement=None,
    )
    departure = Departure(
        correlation=uuid4(), sent_at=now, learnt_at=now, who="/partners/caf", partner_reference=None
    )
    async with world.store.transaction() as tx:
        await referrals.add(tx.connection, fact, departure)
        tx.arrived(f"referral:{referral}")

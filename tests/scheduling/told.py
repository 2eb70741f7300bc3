"""Organisations that act at scheduling, and what a test may ask of the database afterwards."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from chassis.clock import Clock
from chassis.database import Database
from scheduling.application.acts import Act, Done
from scheduling.application.attendance import RecordAttendance, record_attendance
from scheduling.application.bookings import (
    BookSeat,
    CancelBooking,
    Nameless,
    book_seat,
    cancel_booking,
)
from scheduling.application.directory import FollowOrganisation, follow_organisation
from scheduling.application.heard import hear_of_person, hear_of_referral
from scheduling.application.holds import (
    ConfirmHold,
    HoldSeat,
    ReleaseHold,
    confirm_hold,
    hold_seat,
    release_hold,
)
from scheduling.application.mediators import DeclareMediator, declare_mediator
from scheduling.application.places import ClosePlace, DeclarePlace, close_place, declare_place
from scheduling.application.sessions import (
    CancelSession,
    DeclareSession,
    cancel_session,
    declare_session,
)
from scheduling.application.visits import RecordVisit, record_visit
from scheduling.domain.bookings import Presence, State
from scheduling.domain.directory import Registered, Standing, Stands
from scheduling.domain.heard import Person, Referral
from scheduling.domain.places import Description
from scheduling.domain.sessions import Kind, Programme
from tests.servers.handles import DatabaseAccess, plain

TELA_PLACE = Description(
    name="Tiers-lieu Tela", kind="third_place", commune="23096", online_booking=True
)
GUERET = Nameless(commune="23096", birth_band="1950-1959")


class World:
    """Some organisations by name; each method is one command in one transaction."""

    def __init__(self, store: Database, access: DatabaseAccess, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self.access = access
        self.organisations: dict[str, UUID] = {}

    def __getitem__(self, slug: str) -> UUID:
        """The id of an organisation."""
        return self.organisations[slug]

    async def introduce(self, *slugs: str, standing: Standing = Standing.ACTIVE) -> None:
        for slug in slugs:
            organisation = self.organisations.setdefault(slug, uuid4())
            for fact in (Registered(slug=slug, name=slug.title()), Stands(standing=standing)):
                async with self.store.transaction() as tx:
                    command = FollowOrganisation(organisation=organisation, fact=fact)
                    await follow_organisation(tx, command)

    def act(
        self, slug: str, *, at: datetime | None = None, act: UUID | None = None, **given: Any
    ) -> Act:
        return Act(
            id=act or uuid4(),
            organisation=self[slug],
            who=f"/partners/{slug}",
            at=at or self.clock.now(),
            **given,
        )

    def programme(self, **changes: Any) -> Programme:
        """A workshop of two hours that begins in a day."""
        start = changes.pop("starts_at", self.clock.now() + timedelta(days=1))
        workshop = Programme(
            kind=Kind.WORKSHOP,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            need="online_procedures",
            level="beginner",
            capacity=6,
            direct_booking=True,
        )
        return replace(workshop, **changes)

    async def place(
        self, slug: str, reference: str = "gueret", act: Act | None = None, **changes: Any
    ) -> UUID:
        place = changes.pop("place", None)
        command = DeclarePlace(
            act=act or self.act(slug),
            reference=reference,
            description=replace(TELA_PLACE, **changes),
            place=place,
        )
        async with self.store.transaction() as tx:
            return subject(await declare_place(tx, command))

    async def close(self, slug: str, place: UUID) -> Done:
        async with self.store.transaction() as tx:
            return await close_place(tx, ClosePlace(act=self.act(slug), place=place))

    async def mediator(self, slug: str, reference: str = "un", label: str = "Conseiller 1") -> UUID:
        command = DeclareMediator(act=self.act(slug), reference=reference, label=label)
        async with self.store.transaction() as tx:
            return subject(await declare_mediator(tx, command))

    async def session(self, slug: str, place: UUID, act: Act | None = None, **changes: Any) -> UUID:
        command = DeclareSession(
            act=act or self.act(slug), place=place, programme=self.programme(**changes)
        )
        async with self.store.transaction() as tx:
            return subject(await declare_session(tx, command))

    async def call_off(self, slug: str, session: UUID, reason: str = "weather") -> Done:
        async with self.store.transaction() as tx:
            command = CancelSession(act=self.act(slug), session=session, reason=reason)
            return await cancel_session(tx, command)

    async def book(
        self,
        slug: str,
        session: UUID,
        *,
        person: UUID | Nameless = GUERET,
        referral: UUID | None = None,
        act: Act | None = None,
    ) -> UUID:
        command = BookSeat(
            act=act or self.act(slug), session=session, person=person, referral=referral
        )
        async with self.store.transaction() as tx:
            return subject(await book_seat(tx, command))

    async def give_back(
        self, slug: str, booking: UUID, reason: str = "by_person", act: Act | None = None
    ) -> Done:
        async with self.store.transaction() as tx:
            command = CancelBooking(act=act or self.act(slug), booking=booking, reason=reason)
            return await cancel_booking(tx, command)

    async def hold(
        self, slug: str, session: UUID, referral: Referral, *, act: Act | None = None
    ) -> UUID:
        command = HoldSeat(act=act or self.act(slug), session=session, referral=referral.id)
        async with self.store.transaction() as tx:
            return subject(await hold_seat(tx, command))

    async def confirm(self, slug: str, hold: UUID) -> Done:
        async with self.store.transaction() as tx:
            return await confirm_hold(tx, ConfirmHold(act=self.act(slug), hold=hold))

    async def release(self, slug: str, hold: UUID) -> Done:
        async with self.store.transaction() as tx:
            return await release_hold(tx, ReleaseHold(act=self.act(slug), hold=hold))

    async def attend(
        self,
        slug: str,
        booking: UUID,
        status: State = State.SEEN,
        *,
        correction: bool = False,
        act: Act | None = None,
        **said: Any,
    ) -> Done:
        command = RecordAttendance(
            act=act or self.act(slug),
            booking=booking,
            presence=Presence(status=status, **said),
            correction=correction,
        )
        async with self.store.transaction() as tx:
            return await record_attendance(tx, command)

    async def visit(self, slug: str, place: UUID, **said: Any) -> Done:
        command = RecordVisit(
            **{
                "act": self.act(slug),
                "place": place,
                "minutes": 20,
                "topics": ("email",),
                "autonomy": "partly_autonomous",
                **said,
            }
        )
        async with self.store.transaction() as tx:
            return await record_visit(tx, command)

    async def referral(self, sender: str, *targets: str, person: UUID | None = None) -> Referral:
        """One that referrals told of."""
        referral = Referral(
            id=uuid4(),
            sender=self[sender],
            targets=frozenset(self[target] for target in targets),
            person=Person(id=person or uuid4(), commune="23176", birth_band="1940-1949"),
            correlation=uuid4(),
        )
        async with self.store.transaction() as tx:
            await hear_of_referral(tx, referral)
        return referral

    async def person(self) -> UUID:
        """One whom referrals registered."""
        person = Person(id=uuid4(), commune="23208", birth_band="1960-1969")
        async with self.store.transaction() as tx:
            await hear_of_person(tx, person)
        return person.id

    async def rows(self, query: str, *values: object) -> list[Mapping[str, Any]]:
        """What stands in the database, seen by its owner."""
        connection = await asyncpg.connect(plain(self.access.owner_url))
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def facts(self, *types: str) -> list[dict[str, Any]]:
        """The outbox in its order: attributes and data of each fact of the types, short names."""
        rows = await self.rows("SELECT topic, key, headers, value FROM outbox ORDER BY seq")
        told = [_fact(row) for row in rows]
        return [fact for fact in told if not types or fact["type"] in types]


def subject(done: Done) -> UUID:
    assert done.subject is not None
    return done.subject


def _fact(row: Mapping[str, Any]) -> dict[str, Any]:
    headers = row["headers"]
    pairs = orjson.loads(headers) if isinstance(headers, str) else headers
    attributes = {name.removeprefix("ce_"): value for name, value in pairs}
    type_ = attributes["type"].removeprefix("maillage.").removesuffix(".v1")
    data = orjson.loads(row["value"])
    return {**attributes, "type": type_, "topic": row["topic"], "key": row["key"], "data": data}

"""Organisations that act at referrals, and what a test may ask of the database afterwards."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from chassis.clock import Clock
from chassis.database import Database
from referrals.application.acts import Act, Done
from referrals.application.answering import AnswerReferral, answer_referral
from referrals.application.appointments import SeatFact, hear_of_booking, hear_of_presence
from referrals.application.deposit import Deposited, DepositPerson, deposit_person
from referrals.application.directory import hear_of_organisation, hear_of_standing
from referrals.application.redirecting import RedirectReferral, redirect_referral
from referrals.application.sending import Nameless, SendReferral, send_referral
from referrals.domain.appointments import AppointmentStep, Seat
from referrals.domain.persons import Identity
from referrals.domain.referrals import Step
from referrals.domain.sending import AgreementTaken, Standing
from referrals.storage import seats
from referrals.storage.seats import Place, Session
from tests.servers.handles import DatabaseAccess, plain

ODETTE = Identity(
    family_name="Chambonneau",
    given_name="Odette",
    birth_year=1951,
    commune="23096",
    phone="05 55 00 11 22",
    email="odette.chambonneau@exemple.fr",
    preferred_contact="phone",
)
AGREEMENT = AgreementTaken(
    taken_on=date(2026, 11, 20),
    channel="in_presence",
    text_version="2026-01",
    scope="receiving_organisations",
)
GUERET = Nameless(commune="23096", birth_band="1950-1959")


class World:
    """Some organisations by name; each method is one command in one transaction."""

    def __init__(self, store: Database, access: DatabaseAccess, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._access = access
        self._organisations: dict[str, UUID] = {}

    def __getitem__(self, slug: str) -> UUID:
        """The id of an organisation."""
        return self._organisations[slug]

    async def introduce(self, *slugs: str, standing: Standing = Standing.ACTIVE) -> None:
        for slug in slugs:
            organisation = self._organisations.setdefault(slug, uuid4())
            async with self.store.transaction() as tx:
                await hear_of_organisation(tx, organisation=organisation, name=slug.title())
                await hear_of_standing(tx, organisation=organisation, standing=standing)

    async def suspend(self, slug: str) -> None:
        async with self.store.transaction() as tx:
            await hear_of_standing(tx, organisation=self[slug], standing=Standing.SUSPENDED)

    def act(
        self,
        slug: str,
        *,
        at: datetime | None = None,
        act: UUID | None = None,
        history: bool = False,
    ) -> Act:
        return Act(
            id=act or uuid4(),
            organisation=self[slug],
            who=f"/partners/{slug}",
            at=at or self.clock.now(),
            history=history,
        )

    async def deposit(
        self, slug: str, reference: str = "D-1", identity: Identity = ODETTE
    ) -> Deposited:
        async with self.store.transaction() as tx:
            command = DepositPerson(
                organisation=self[slug], who=slug, reference=reference, identity=identity
            )
            return await deposit_person(tx, command)

    async def send(
        self,
        slug: str,
        *targets: str,
        person: UUID | Nameless = GUERET,
        agreement: AgreementTaken | None = AGREEMENT,
        act: Act | None = None,
    ) -> Done:
        command = SendReferral(
            act=act or self.act(slug),
            person=person,
            need="email",
            urgency="ordinary",
            due_on=None,
            level="beginner",
            targets=tuple(self[target] for target in targets),
            agreement=agreement,
            partner_reference="CAF-0042",
        )
        async with self.store.transaction() as tx:
            return await send_referral(tx, command)

    async def sent(self, slug: str, *targets: str, **given: Any) -> UUID:
        """The id of a referral that left two days ago."""
        act = self.act(slug, at=self.clock.now() - timedelta(days=2))
        done = await self.send(slug, *targets, **{"act": act, **given})
        assert done.subject is not None
        return done.subject

    async def answer(
        self, slug: str, referral: UUID, step: Step, code: str = "", *, act: Act | None = None
    ) -> Done:
        command = AnswerReferral(
            act=act or self.act(slug), referral=referral, step=step, code=code, message=None
        )
        async with self.store.transaction() as tx:
            return await answer_referral(tx, command)

    async def redirect(
        self,
        slug: str,
        referral: UUID,
        *targets: str,
        from_: str,
        act: Act | None = None,
        reason: str | None = "no_answer",
    ) -> Done:
        command = RedirectReferral(
            act=act or self.act(slug),
            referral=referral,
            from_organisation=self[from_],
            targets=tuple(self[target] for target in targets),
            reason=reason,
        )
        async with self.store.transaction() as tx:
            return await redirect_referral(tx, command)

    async def place(
        self, slug: str, name: str, *, commune: str = "23096", online_booking: bool = True
    ) -> UUID:
        """A place of an organisation, as the directory tells it."""
        place = Place(
            id=uuid4(),
            organisation=self[slug],
            name=name,
            commune=commune,
            online_booking=online_booking,
            address=None,
        )
        async with self.store.transaction() as tx:
            await seats.put_place(tx.connection, place)
        return place.id

    async def session(
        self,
        place: UUID,
        *,
        days: float = 3,
        need: str = "email",
        level: str | None = "beginner",
        capacity: int = 6,
        direct_booking: bool = True,
    ) -> UUID:
        """A session of two hours, some days from now."""
        starts_at = self.clock.now() + timedelta(days=days)
        session = Session(
            id=uuid4(),
            place=place,
            kind="workshop",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            need=need,
            level=level,
            capacity=capacity,
            direct_booking=direct_booking,
        )
        async with self.store.transaction() as tx:
            await seats.add_session(tx.connection, session)
        return session.id

    async def book(
        self, slug: str, *, place: UUID, session: UUID, referral: UUID | None, days: float = 3
    ) -> SeatFact:
        """A seat is taken at a place of an organisation."""
        fact = SeatFact(
            seat=Seat(
                booking=uuid4(),
                session=session,
                place=place,
                organisation=self[slug],
                starts_at=self.clock.now() + timedelta(days=days),
            ),
            referral=referral,
            happened_at=self.clock.now(),
            who="/scheduling",
        )
        async with self.store.transaction() as tx:
            await hear_of_booking(tx, fact)
        return fact

    async def see(self, fact: SeatFact, status: AppointmentStep) -> None:
        """It is known whether the person came."""
        async with self.store.transaction() as tx:
            await hear_of_presence(tx, fact, status)

    async def rows(self, query: str, *values: object) -> list[Mapping[str, Any]]:
        """What stands in the database, seen by its owner."""
        connection = await asyncpg.connect(plain(self._access.owner_url))
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def facts(self, *types: str) -> list[dict[str, Any]]:
        """The outbox in its order: attributes and data of each fact of the types, short names."""
        rows = await self.rows("SELECT topic, key, headers, value FROM outbox ORDER BY seq")
        told = [_fact(row) for row in rows]
        return [fact for fact in told if not types or fact["type"] in types]

    async def outbox_text(self) -> str:
        """Every byte that will leave, as text."""
        rows = await self.rows(
            "SELECT headers::text || convert_from(value, 'UTF8') AS text FROM outbox"
        )
        return "\n".join(row["text"] for row in rows)


def _fact(row: Mapping[str, Any]) -> dict[str, Any]:
    headers = {name.removeprefix("ce_"): value for name, value in orjson.loads(row["headers"])}
    kind = headers["type"].removeprefix("maillage.").removesuffix(".v1")
    data = orjson.loads(row["value"])
    if "sequence" in headers:
        headers["sequence"] = int(headers["sequence"])
    return {**headers, "topic": row["topic"], "key": row["key"], "type": kind, "data": data}

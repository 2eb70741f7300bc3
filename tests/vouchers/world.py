"""A small département that buys, hands over and redeems vouchers, each step in a transaction."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
from prometheus_client import CollectorRegistry

from chassis import metrics as chassis_metrics
from chassis.codec import encode_kafka
from chassis.database import Database
from chassis.events import Event, Record
from chassis.messaging.consumers import Consumers
from chassis.messaging.inbox import Inbox
from chassis.settings import KafkaSettings
from tests.servers.handles import DatabaseAccess, plain
from tests.timing import FixedClock
from vouchers.application import issuing, labels, orders, programmes, settlement, statements
from vouchers.application.acts import Act
from vouchers.application.directory import FollowOrganisation, follow_organisation
from vouchers.domain.directory import Registered, Standing, Stands
from vouchers.domain.ledger import AccountKind
from vouchers.domain.programmes import Funder, Programme
from vouchers.entrypoints.inbound import subscriptions
from vouchers.metrics import Metrics
from vouchers.storage import ledger

# Never asked: records are handed to the readers.
NOWHERE = KafkaSettings(
    bootstrap="127.0.0.1:9",
    username="vouchers",
    password="unused",  # noqa: S106 - no broker is asked
    security_protocol="SASL_PLAINTEXT",
    mechanism="SCRAM-SHA-512",
)
START = datetime(2026, 3, 12, 13, 0, tzinfo=UTC)


def inbox(name: str, database: Database, registry: CollectorRegistry | None = None) -> Inbox:
    """One of the service's readers, as the broker would feed it."""
    found = subscriptions(Metrics(registry or CollectorRegistry()))
    [subscription] = [each for each in found if each.name == name]
    return Inbox(
        subscription,
        database=database,
        metrics=chassis_metrics.Metrics(),
        intent_wait=timedelta(seconds=60),
    )


class World:
    """Organisations and places by name; the programme is Creuse's, 5 × 10 €, unless told."""

    def __init__(self, database: Database, access: DatabaseAccess, clock: FixedClock) -> None:
        self.database = database
        self.access = access
        self.clock = clock
        self._names: dict[str, UUID] = {}
        self._offsets = itertools.count()
        self._acts = itertools.count()
        self.consumers = Consumers(
            subscriptions(Metrics(CollectorRegistry())),
            database=database,
            kafka=NOWHERE,
            instance="vouchers-0",
            metrics=chassis_metrics.Metrics(),
            intent_wait=timedelta(seconds=60),
        )
        self.scheduling = self.consumers.inboxes["vouchers.scheduling"]
        self.referrals = self.consumers.inboxes["vouchers.referrals"]
        self.intake = self.consumers.inboxes["vouchers.intake"]

    def __getitem__(self, name: str) -> UUID:
        """The id of an organisation, a place, a person or the programme."""
        return self._names.setdefault(name, uuid4())

    async def begin(self) -> None:
        for name in ("departement", "caf", "msa", "tela"):
            await self.introduce(name)
        await self.declare_place("atelier", of="tela")

    async def do(self, step: Callable[..., Awaitable[Any]], command: object) -> Any:
        async with self.database.transaction() as tx:
            return await step(tx, command)

    def act(self, caller: str = "claire", client_id: str | None = None, **given: Any) -> Act:
        name = client_id or f"act-{next(self._acts)}"
        return Act(
            caller=caller,
            client_id=name,
            actor=caller,
            at=given.pop("at", self.clock.now()),
            **given,
        )

    async def introduce(self, name: str, standing: Standing = Standing.ACTIVE) -> None:
        for fact in (Registered(slug=name, name=name.title()), Stands(standing=standing)):
            command = FollowOrganisation(organisation=self[name], fact=fact)
            await self.do(follow_organisation, command)

    async def declare_place(self, name: str, *, of: str) -> None:
        async with self.database.transaction() as tx:
            await labels.hear_of_place(
                tx, place=self[name], organisation=self[of], name=name.title()
            )

    async def open_programme(
        self,
        name: str = "creuse",
        *,
        parts: tuple[int, ...] = (60, 20, 20),
        valid_until: date = date(2026, 12, 31),
        size: int = 5,
    ) -> None:
        funders = ("departement", "caf", "msa", "funder-4", "funder-5", "funder-6", "funder-7")
        programme = Programme(
            id=self[name],
            name=name.title(),
            denomination_cents=1000,
            booklet_size=size,
            valid_until=valid_until,
            grace_until=date(2027, 1, 31),
            statement_on=date(2027, 3, 31),
            funders=tuple(
                Funder(funder=self[each], parts=weight)
                for each, weight in zip(funders, parts, strict=False)
            ),
        )
        command = programmes.OpenProgramme(act=self.act(), programme=programme)
        await self.do(programmes.open_programme, command)

    async def place_order(self, booklets: int, *, programme: str = "creuse") -> UUID:
        command = orders.PlaceOrder(
            act=self.act(),
            programme=self[programme],
            buyer=self["departement"],
            booklets=booklets,
        )
        return UUID((await self.do(orders.place_order, command))["order"])

    async def pay(self, order: UUID, cents: int, *, number: str = "2026-1") -> None:
        propose = orders.ProposePayment(
            act=self.act(), order=order, fiscal_year=2026, number=number, cents=cents
        )
        proposal = UUID((await self.do(orders.propose_payment, propose))["proposal"])
        approve = orders.Approve(act=self.act("bruno"), proposal=proposal)
        await self.do(orders.approve_payment, approve)

    async def deliver(self, order: UUID, **stocks: int) -> None:
        command = orders.DeliverOrder(
            act=self.act(),
            order=order,
            stocks=tuple((self[name], count) for name, count in stocks.items()),
        )
        await self.do(orders.deliver_order, command)

    async def activate(self, order: UUID) -> None:
        propose = orders.ProposeActivation(act=self.act(), order=order)
        proposal = UUID((await self.do(orders.propose_activation, propose))["proposal"])
        approve = orders.Approve(act=self.act("bruno"), proposal=proposal)
        await self.do(orders.approve_activation, approve)

    async def stock(self, *, programme: str = "creuse", size: int = 5, **stocks: int) -> UUID:
        """An order of as many booklets, all the way to its distributors' stocks."""
        order = await self.place_order(sum(stocks.values()), programme=programme)
        number = f"{programme}-{next(self._acts)}"
        await self.pay(order, sum(stocks.values()) * size * 1000, number=number)
        await self.deliver(order, **stocks)
        await self.activate(order)
        return order

    async def label(
        self,
        place: str = "atelier",
        *,
        programme: str = "creuse",
        from_on: date = date(2026, 1, 1),
        until_on: date | None = None,
    ) -> UUID:
        command = labels.GrantLabel(
            act=self.act(),
            programme=self[programme],
            place=self[place],
            from_on=from_on,
            until_on=until_on,
        )
        return UUID((await self.do(labels.grant_label, command))["label"])

    async def issue(
        self, person: str = "odette", *, programme: str = "creuse", **given: Any
    ) -> issuing.Issued:
        command = issuing.IssueBooklet(
            act=given.pop("act", None) or self.act("caf", **given),
            distributor=self["caf"],
            programme=self[programme],
            person=self[person],
            referral=None,
        )
        issued: issuing.Issued = await self.do(issuing.issue_booklet, command)
        return issued

    async def ready(self, booklets: int = 1) -> None:
        """A programme with stock at the CAF, and Tela's workshop labelled."""
        await self.open_programme()
        await self.stock(caf=booklets)
        await self.label()

    async def draw_up(self, *, cut_off: int | None = None, act: Act | None = None) -> Any:
        command = settlement.DrawUp(
            act=act or self.act(), programme=self["creuse"], cut_off=cut_off
        )
        return await self.do(settlement.draw_up, command)

    async def propose_statement(self, *, programme: str = "creuse", by: str = "claire") -> UUID:
        command = statements.ProposeStatement(act=self.act(by), programme=self[programme])
        return UUID((await self.do(statements.propose_statement, command))["proposal"])

    async def state_unused(self, *, programme: str = "creuse") -> Any:
        """The statement of what nobody used, by two persons."""
        proposal = await self.propose_statement(programme=programme)
        command = orders.Approve(act=self.act("bruno"), proposal=proposal)
        return await self.do(statements.approve_statement, command)

    def pass_grace(self) -> None:
        """Go to the middle of February 2027, when the programme's grace is over."""
        self.clock.advance(datetime(2027, 2, 15, 9, 0, tzinfo=UTC) - self.clock.now())

    async def refer(self, referral: str, person: str, *, sender: str) -> None:
        """Let the reader of referrals take a referral from the sender to Tela."""
        data = {
            "sender": str(self[sender]),
            "person": str(self[person]),
            "targets": [str(self["tela"])],
        }
        await self._hear_of_referral("sent", referral, 1, data)

    async def redirect(self, referral: str, target: str) -> None:
        """Let it hear that the target is asked in the place of Tela."""
        data = {"from_organisation": str(self["tela"]), "targets": [str(self[target])]}
        await self._hear_of_referral("redirected", referral, 2, data)

    async def _hear_of_referral(
        self, what: str, referral: str, sequence: int, data: dict[str, Any]
    ) -> None:
        event = Event(
            id=str(self[f"{what} {referral}"]),
            source="/referrals",
            type=f"maillage.referral.{what}.v1",
            time=self.clock.now(),
            recordedtime=self.clock.now(),
            subject=str(self[referral]),
            partitionkey=str(self[referral]),
            sequence=sequence,
            correlationid=str(self[f"journey of {referral}"]),
            data={"referral": str(self[referral]), **data},
        )
        await self.referrals.take([self.record_of(event, topic="maillage.referrals.v1")])

    # What a partner says, as intake stamps it.

    def says_issued(self, submission: str, *, referral: str | None = None) -> Record:
        number = str(self[submission])
        cited = {} if referral is None else {"referral": str(self[referral])}
        event = Event(
            id=number,
            source="/partners/caf",
            type="maillage.intent.booklet.issued.v1",
            time=self.clock.now(),
            recordedtime=self.clock.now(),
            subject=number,
            partitionkey=number,
            extensions={"submission": number, "organisation": str(self["caf"])},
            data={"programme": str(self["creuse"]), "person": str(self["odette"]), **cited},
        )
        return self.record_of(event, topic="maillage.intake.v1")

    # Facts of scheduling, as records of its topic.

    def booked(self, booking: str, person: str = "odette", **given: Any) -> Record:
        return self._record("booking.confirmed", booking, 1, self._seat(booking, person, **given))

    def cancelled(self, booking: str, *, sequence: int = 2) -> Record:
        data = {"booking": str(self[booking]), "reason": "person"}
        return self._record("booking.cancelled", booking, sequence, data)

    def attended(
        self,
        booking: str,
        person: str = "odette",
        *,
        status: str = "seen",
        title: bool = True,
        sequence: int = 2,
        kind: str = "recorded",
        **given: Any,
    ) -> Record:
        data = self._seat(booking, person, **given)
        said = {"status": status, "title_presented": title, "topics": []}
        return self._record(f"attendance.{kind}", booking, sequence, data | said)

    async def tell(self, *records: Record) -> None:
        """Let the reader of scheduling take the records, in this order."""
        await self.scheduling.take(list(records))

    def _seat(
        self, booking: str, person: str, *, place: str = "atelier", starts_at: datetime = START
    ) -> dict[str, Any]:
        return {
            "booking": str(self[booking]),
            "session": str(self[f"session of {booking}"]),
            "place": str(self[place]),
            "organisation": str(self["tela"]),
            "person": str(self[person]),
            "starts_at": starts_at.isoformat(),
        }

    def _record(self, kind: str, booking: str, sequence: int, data: Mapping[str, Any]) -> Record:
        starts_at = datetime.fromisoformat(data.get("starts_at", START.isoformat()))
        at = starts_at if kind.startswith("attendance") else starts_at - timedelta(days=2)
        event = Event(
            id=str(self[f"{kind} {booking} {sequence}"]),
            source="/scheduling",
            type=f"maillage.{kind}.v1",
            time=at,
            recordedtime=at,
            subject=str(self[booking]),
            partitionkey=str(self[booking]),
            sequence=sequence,
            correlationid=str(self[f"journey of {booking}"]),
            data=dict(data),
        )
        return self.record_of(event, topic="maillage.scheduling.v1")

    def record_of(self, event: Event, *, topic: str) -> Record:
        headers, value = encode_kafka(event)
        return Record(
            topic=topic,
            partition=0,
            offset=next(self._offsets),
            key=(event.partitionkey or "").encode(),
            headers=tuple(headers),
            value=value,
            timestamp_ms=int(event.time.timestamp() * 1000),
        )

    # What stands afterwards.

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

    async def balances(self, programme: str = "creuse") -> dict[AccountKind, int]:
        async with self.database.reading() as connection:
            return await ledger.balances(connection, self[programme])

    async def broken(self) -> list[str]:
        """Invariants of the ledger that do not hold."""
        async with self.database.reading() as connection:
            return await ledger.invariants(connection)


def _fact(row: Mapping[str, Any]) -> dict[str, Any]:
    headers = {name.removeprefix("ce_"): value for name, value in orjson.loads(row["headers"])}
    kind = headers["type"].removeprefix("maillage.").removesuffix(".v1")
    data = orjson.loads(row["value"])
    return {**headers, "topic": row["topic"], "key": row["key"], "type": kind, "data": data}

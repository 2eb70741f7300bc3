"""Partners in a test: its application on a real database, and organisations that use it."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import asyncpg
import httpx
from joserfc.jwk import OKPKey
from pydantic import SecretStr

from chassis.codec import decode_kafka, encode_kafka
from chassis.database import Database
from chassis.events import Event, Record
from chassis.messaging.inbox import Inbox
from chassis.metrics import Metrics as ChassisMetrics
from contracts.topics import OUTWARD_IDS, REFERRALS, partner_in
from partners.entrypoints.context import Context
from partners.entrypoints.doors import doors
from partners.entrypoints.inbound import subscriptions
from partners.entrypoints.timers import timers
from partners.gateways.tokens import Signer
from partners.metrics import Metrics
from partners.service import application
from partners.settings import Settings, private_key
from tests.marks import loose_marks
from tests.servers.handles import DatabaseAccess
from tests.timing import FixedClock

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
HERE = "http://127.0.0.1:8001"
REPORTING = "http://127.0.0.1:8005"
SECRET = "platform-secret-of-the-tests-0123456789"  # noqa: S105 - opens nothing outside this test
SIGNING_KEY = OKPKey.generate_key("Ed25519", private=True)
NOWHERE = DatabaseAccess(
    name="partners",
    owner_role="partners_owner",
    service_role="partners",
    owner_url="postgresql+asyncpg://partners_owner:gK3-vN8w@127.0.0.1:9/partners",
    url="postgresql+asyncpg://partners:gK3-vN8w@127.0.0.1:9/partners",
    admin_url="postgresql+asyncpg://postgres:gK3-vN8w@127.0.0.1:9/partners",
)
"""For settings that are read and never used to connect."""
SENT = "maillage.intent.referral.sent.v1"
ACCEPTED = "maillage.intent.referral.accepted.v1"
TARGET = "019530f0-0000-7000-8000-00000000007e"
ANONYMOUS = {
    "partner_reference": "DOSSIER-1",
    "anonymous": {"commune": "23096", "birth_band": "1950-1959"},
    "need": "online_procedures",
    "targets": [TARGET],
}


def settings_of(access: DatabaseAccess, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "database_url": access.url,
        "kafka_bootstrap": "127.0.0.1:9",
        "kafka_username": "partners",
        "kafka_password": SecretStr("kR7-wB5z-qP2m"),
        "port": 0,
        "public_url": HERE,
        "issuer": HERE,
        "referrals_url": "http://127.0.0.1:8002",
        "vouchers_url": "http://127.0.0.1:8003",
        "scheduling_url": "http://127.0.0.1:8004",
        "reporting_url": REPORTING,
        "signing_key": SecretStr(json.dumps(SIGNING_KEY.as_dict(private=True))),
        "credential_key": SecretStr("credential-key-of-the-tests-0123456789"),
        "admin_secret": SecretStr(SECRET),
        "kafka_doors": "caf,mission-locale",
        "demonstration": True,
        "personas": True,
    }
    return Settings(**{**values, **changes})


def event(**changes: Any) -> dict[str, Any]:
    """A fresh intent in structured mode, with these attributes instead; None leaves one out."""
    document = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "source": "/mon-logiciel",
        "type": SENT,
        "time": NOW.isoformat(),
        "data": ANONYMOUS,
        **changes,
    }
    return {name: value for name, value in document.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Told:
    """One message that waits in the outbox."""

    topic: str
    key: str
    event: Event


@dataclass
class Partner:
    """An organisation with a credential."""

    world: "World"
    id: UUID
    slug: str
    credential: Mapping[str, Any]
    headers: dict[str, str] = field(default_factory=dict)

    async def post(self, content: object, **headers: str) -> httpx.Response:
        """Post to the intake: a structured event unless the headers say otherwise."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return await self.world.client.post(
            "/v1/events",
            content=body,
            headers={"content-type": "application/cloudevents+json", **self.headers, **headers},
        )

    async def submission(self, identifier: str) -> dict[str, Any]:
        answer = await self.get(f"/v1/submissions/{identifier}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def get(self, path: str) -> httpx.Response:
        return await self.world.client.get(path, headers=self.headers)

    async def page(self, path: str, login: str) -> httpx.Response:
        """The page as the colleague with that login sees it."""
        return await self.world.page(path, login)


@dataclass
class World:
    """The service, an administrator's token, and a clock that stands still."""

    here: Context
    client: httpx.AsyncClient
    clock: FixedClock
    access: DatabaseAccess
    admin: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def open(cls, access: DatabaseAccess, clock: FixedClock, database: Database) -> Self:
        metrics = ChassisMetrics()
        settings = settings_of(access)
        here = Context(
            settings=settings,
            database=database,
            signer=Signer(
                private_key(settings.signing_key.get_secret_value()), issuer=settings.issuer
            ),
            metrics=Metrics(metrics.registry),
        )
        transport = httpx.ASGITransport(application(here, metrics))
        client = httpx.AsyncClient(transport=transport, base_url=HERE)
        world = cls(here, client, clock, access)
        token = await world.token("plateforme", SECRET)
        world.admin = {"authorization": f"Bearer {token}"}
        return world

    def reconfigured(self, **changes: Any) -> httpx.AsyncClient:
        """A client of the same service under other settings."""
        here = replace(self.here, settings=settings_of(self.access, **changes))
        transport = httpx.ASGITransport(application(here, ChassisMetrics()))
        return httpx.AsyncClient(transport=transport, base_url=HERE)

    async def token(self, client_id: str, secret: str) -> str:
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = await self.client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            headers={"authorization": f"Basic {basic}"},
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def organisation(self, slug: str, *, kind: str, active: bool = True) -> UUID:
        answer = await self.client.put(
            f"/v1/organisations/{slug}",
            json={"name": slug.upper(), "kind": kind, "commune": "23096"},
            headers=self.admin,
        )
        assert answer.status_code == 201, answer.text
        if active:
            await self.step(slug, "activate")
        return UUID(answer.json()["id"])

    async def step(self, slug: str, step: str, **body: str) -> httpx.Response:
        return await self.client.post(
            f"/v1/organisations/{slug}/{step}", json=body or None, headers=self.admin
        )

    async def credential(
        self, slug: str, *, scopes: tuple[str, ...] = ("events", "persons")
    ) -> dict[str, Any]:
        answer = await self.client.post(
            f"/v1/organisations/{slug}/credentials",
            json={"label": "logiciel", "scopes": list(scopes)},
            headers=self.admin,
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def partner(
        self, slug: str, *, kind: str = "youth_centre", scopes: tuple[str, ...] = ("events",)
    ) -> Partner:
        """An active organisation whose program is signed in."""
        identifier = await self.organisation(slug, kind=kind)
        credential = await self.credential(slug, scopes=scopes)
        token = await self.token(credential["client_id"], credential["client_secret"])
        return Partner(self, identifier, slug, credential, {"authorization": f"Bearer {token}"})

    async def colleague(self, slug: str, login: str, *roles: str) -> None:
        answer = await self.client.put(
            f"/v1/organisations/{slug}/colleagues/{login}",
            json={"name": f"Claire {login.title()}", "roles": list(roles) or ["professional"]},
            headers=self.admin,
        )
        assert answer.status_code == 200, answer.text

    async def session(self, login: str) -> dict[str, str]:
        """The cookie header of someone signed in."""
        answer = await self.client.get(f"/sign-in/as/{login}")
        self.client.cookies.clear()
        cookie = answer.cookies["maillage_session"]
        return {"cookie": f"maillage_session={cookie}", "accept": "text/html"}

    async def page(self, path: str, login: str) -> httpx.Response:
        answer = await self.client.get(path, headers=await self.session(login))
        assert loose_marks(answer.text) == []
        return answer

    async def told(self, topic: str | None = None) -> list[Told]:
        """What the outbox holds, in order."""
        connection = await asyncpg.connect(self.access.dsn)
        try:
            rows = await connection.fetch("SELECT * FROM outbox ORDER BY seq")
        finally:
            await connection.close()
        every = [
            Told(
                row["topic"],
                row["key"],
                decode_kafka(
                    [(name, text.encode()) for name, text in json.loads(row["headers"])],
                    row["value"],
                ),
            )
            for row in rows
        ]
        return [each for each in every if topic in (None, each.topic)]

    async def rows(self, query: str, *values: object) -> list[asyncpg.Record]:
        """What the database itself says."""
        connection = await asyncpg.connect(self.access.dsn)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    def inbox(self, name: str) -> Inbox:
        """The reader of that subscription, as the broker would feed it."""
        slugs = self.here.settings.door_slugs
        wait = timedelta(seconds=self.here.settings.intent_wait_s)
        every = (
            *subscriptions(metrics=self.here.metrics, kafka_doors=slugs),
            *doors(slugs, metrics=self.here.metrics, wait=wait),
        )
        (found,) = [each for each in every if each.name == name]
        return Inbox(found, database=self.here.database, metrics=ChassisMetrics(), intent_wait=wait)

    async def assign(
        self, outward: UUID, *, organisation: UUID, person: UUID, sequence: int = 1
    ) -> None:
        """Referrals says how the organisation knows the person."""
        said = assigned(outward, organisation=organisation, person=person, sequence=sequence)
        await self.inbox("partners.outward-ids").take([record(OUTWARD_IDS, said)])

    async def decide(self, partner: Partner, submission: str, **data: str) -> Event:
        """Referrals answers: accepted if a subject is given, else refused."""
        verdict = verdict_of(partner, submission, **data)
        await self.inbox("partners.referrals").take([record(REFERRALS, verdict)])
        return verdict

    async def send(self, slug: str, *records: Record) -> None:
        """Records arrive on the organisation's own topic."""
        await self.inbox(f"partners.in.{slug}").take(records)

    async def sweep(self) -> None:
        for timer in timers(self.here):
            await timer.run()


def assigned(outward: UUID, *, organisation: UUID, person: UUID, sequence: int = 1) -> Event:
    """Referrals' fact about an outward id."""
    data = {"outward": str(outward), "organisation": str(organisation), "person": str(person)}
    return Event(
        id=str(uuid4()),
        source="/referrals",
        type="maillage.outward-id.assigned.v1",
        time=NOW,
        partitionkey=str(outward),
        sequence=sequence,
        data=data,
    )


def verdict_of(partner: Partner, submission: str, **data: str) -> Event:
    accepted = "subject" in data
    return Event(
        id=str(uuid4()),
        source="/referrals",
        type=f"maillage.intent.{'accepted' if accepted else 'refused'}.v1",
        time=NOW,
        partitionkey=submission,
        correlationid="019530f0-0000-7000-8000-00000000c0de" if accepted else None,
        extensions={"organisation": str(partner.id), "submission": submission},
        data={"submission": submission, "intent": SENT, **data},
    )


def record(topic: str, event: Event, *, offset: int = 0) -> Record:
    headers, value = encode_kafka(event)
    return Record(
        topic=topic,
        partition=0,
        offset=offset,
        key=(event.partitionkey or "").encode(),
        headers=tuple(headers),
        value=value,
        timestamp_ms=int(NOW.timestamp() * 1000),
    )


def raw(
    slug: str,
    value: bytes | None,
    *,
    offset: int = 0,
    headers: tuple[tuple[str, bytes | None], ...] = (),
) -> Record:
    """A record as an outsider may write it."""
    return Record(
        topic=partner_in(slug),
        partition=0,
        offset=offset,
        key=None,
        headers=headers,
        value=value,
        timestamp_ms=int(NOW.timestamp() * 1000),
    )


def structured(slug: str, document: object, *, offset: int = 0) -> Record:
    return raw(slug, json.dumps(document).encode(), offset=offset)

"""The whole way over HTTP, as a program of the département walks it, and who may not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from joserfc import jwt
from pydantic import SecretStr

from tests.signed import ISSUER, Issuer
from tests.vouchers.world import World
from vouchers.service import build
from vouchers.settings import Settings

PROGRAMME = UUID("01989000-0000-7000-8000-000000000a01")


class Site:
    """The service as it is built, and people who ask it."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer, world: World) -> None:
        self.client = client
        self.world = world
        self._issuer = issuer
        self._keys = 0

    def headers(
        self, who: str, role: str, *, of: str = "departement", scope: str = ""
    ) -> dict[str, str]:
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "sub": who,
            "aud": "maillage",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "org": str(self.world[of]),
            "slug": of,
            "name": who.title(),
            "roles": [role],
            "scope": scope,
        }
        header = {"alg": "Ed25519", "kid": "test"}
        token = jwt.encode(header, claims, self._issuer._key, algorithms=["Ed25519"])  # noqa: SLF001 - other claims than its own
        return {"authorization": f"Bearer {token}"}

    async def post(
        self,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        who: str = "claire",
        role: str = "department",
        of: str = "departement",
        key: str | None = None,
        scope: str = "",
    ) -> httpx.Response:
        self._keys += 1
        headers = self.headers(who, role, of=of, scope=scope) | {
            "idempotency-key": key or f"key-{self._keys}"
        }
        return await self.client.post(path, json=body or {}, headers=headers)

    async def made(self, path: str, body: dict[str, Any] | None = None, **given: Any) -> Any:
        answer = await self.post(path, body, **given)
        assert answer.is_success, answer.text
        return answer.json()

    def programme(self) -> dict[str, Any]:
        return {
            "programme": str(PROGRAMME),
            "name": "Pass Creuse",
            "denomination_cents": 1000,
            "booklet_size": 5,
            "valid_until": "2099-12-31",
            "grace_until": "2100-01-31",
            "statement_on": "2100-03-31",
            "funders": [
                {"funder": str(self.world[name]), "parts": 1}
                for name in ("departement", "caf", "msa")
            ],
        }

    async def founded(self) -> None:
        """A programme and two booklets in the CAF's stock, as the founding data enter them."""
        await self.made("/v1/programmes", self.programme())
        order = (
            await self.made(
                "/v1/orders",
                {
                    "programme": str(PROGRAMME),
                    "buyer": str(self.world["departement"]),
                    "booklets": 2,
                },
            )
        )["order"]
        payment = {"fiscal_year": 2026, "number": "1042", "cents": 10_000}
        proposal = (await self.made(f"/v1/orders/{order}/payment-orders", payment))["proposal"]
        await self.made(f"/v1/payment-orders/{proposal}/approval", who="bruno")
        stocks = [{"distributor": str(self.world["caf"]), "booklets": 2}]
        await self.made(f"/v1/orders/{order}/delivery", {"stocks": stocks})
        proposal = (await self.made(f"/v1/orders/{order}/activation"))["proposal"]
        await self.made(f"/v1/activations/{proposal}/approval", who="bruno")


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    issuer = Issuer()
    await issuer.publish(world.database)
    settings = Settings(
        database_url=world.access.url,
        kafka_bootstrap="127.0.0.1:9",
        kafka_username="vouchers",
        kafka_password=SecretStr("kR7-wB5z"),
        port=0,
        public_url="http://vouchers.test",
        issuer=ISSUER,
    )
    service = build(settings)
    transport = httpx.ASGITransport(app=service.app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
            yield Site(client, issuer, world)
    finally:
        await service.database.close()


async def test_the_whole_way_over_http(site: Site) -> None:
    world = site.world
    await site.founded()
    label = {
        "programme": str(PROGRAMME),
        "place": str(world["atelier"]),
        "from_on": "2026-01-01",
    }
    await site.made("/v1/labels", label)
    await world.refer("orientation", "odette", sender="caf")
    body = {"programme": str(PROGRAMME), "referral": str(world["orientation"])}
    handed = await site.made("/v1/booklets", body, who="luc", role="professional", of="caf")
    # Handed over today, by the service's own clock; the session is tomorrow.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    world.clock.advance(tomorrow - world.clock.now())
    await world.tell(world.booked("rdv", starts_at=tomorrow))

    drawn = await site.made(f"/v1/programmes/{PROGRAMME}/settlements")
    programmes = await site.client.get(
        "/v1/programmes", headers=site.headers("luc", "professional")
    )

    assert handed["correlation_id"] == str(world["journey of orientation"])
    assert drawn["settlements"] == []
    [programme] = programmes.json()
    assert programme["balances"]["held"] == 1000
    assert programme["balances"]["funds"] == 10_000
    assert await world.broken() == []


async def test_the_same_key_gets_the_same_answer_and_another_content_a_conflict(
    site: Site,
) -> None:
    first = await site.post("/v1/programmes", site.programme(), key="once")
    again = await site.post("/v1/programmes", site.programme(), key="once")
    other = await site.post("/v1/programmes", site.programme() | {"name": "Autre"}, key="once")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")


async def test_a_refusal_is_kept_under_its_key(site: Site) -> None:
    body = {"programme": str(PROGRAMME), "buyer": str(PROGRAMME), "booklets": 1}
    first = await site.post("/v1/orders", body, key="early")
    await site.made("/v1/programmes", site.programme())
    again = await site.post("/v1/orders", body, key="early")
    anew = await site.post("/v1/orders", body)

    assert (first.status_code, first.json()["code"]) == (404, "unknown-programme")
    assert (again.status_code, again.json()["code"]) == (404, "unknown-programme")
    assert anew.status_code == 201


async def test_whoever_proposed_may_not_approve(site: Site) -> None:
    await site.made("/v1/programmes", site.programme())
    body = {"programme": str(PROGRAMME), "buyer": str(PROGRAMME), "booklets": 1}
    order = (await site.made("/v1/orders", body))["order"]
    payment = {"fiscal_year": 2026, "number": "7", "cents": 5000}
    proposal = (await site.made(f"/v1/orders/{order}/payment-orders", payment))["proposal"]

    answer = await site.post(f"/v1/payment-orders/{proposal}/approval")

    assert (answer.status_code, answer.json()["code"]) == (403, "same-person")


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/v1/programmes", "professional"),
        ("/v1/orders", "professional"),
        ("/v1/labels", "mediator"),
        (f"/v1/programmes/{PROGRAMME}/settlements", "coordinator"),
        (f"/v1/payment-orders/{PROGRAMME}/approval", "professional"),
        ("/v1/booklets", "department"),
    ],
)
async def test_each_door_has_its_people(site: Site, path: str, role: str) -> None:
    answer = await site.post(path, role=role)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_a_booklet_is_handed_over_under_ones_own_referral_only(site: Site) -> None:
    await site.founded()
    await site.world.refer("orientation", "odette", sender="caf")
    body = {"programme": str(PROGRAMME), "referral": str(site.world["orientation"])}

    answer = await site.post("/v1/booklets", body, role="professional", of="msa")

    assert (answer.status_code, answer.json()["code"]) == (403, "not-your-referral")


async def test_an_organisation_reads_its_own_settlements(site: Site) -> None:
    world = site.world
    await world.ready()
    await world.issue()
    await world.tell(world.booked("rdv"), world.attended("rdv"))
    await world.draw_up()

    own = await site.client.get(
        "/v1/settlements", headers=site.headers("lea", "professional", of="tela")
    )
    others = await site.client.get(
        "/v1/settlements", headers=site.headers("luc", "professional", of="caf")
    )
    [settlement] = own.json()
    path = f"/v1/settlements/{settlement['settlement']}"
    split = await site.client.get(path, headers=site.headers("ana", "auditor"))
    refused = await site.client.get(path, headers=site.headers("luc", "professional", of="caf"))

    assert (settlement["cents"], settlement["vouchers"]) == (1000, 1)
    assert others.json() == []
    assert [each["cents"] for each in split.json()["split"]] == [600, 200, 200]
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown-settlement")

"""What scheduling answers to people and to programs, through the service as it is built."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from chassis.database import Database
from chassis.messaging.inbox import Inbox
from contracts.events.partners import OrganisationActivated
from scheduling.service import build
from scheduling.settings import Settings
from tests.servers.handles import DatabaseAccess
from tests.signed import ISSUER, Issuer
from tests.told import Directory, registered

HTML = {"accept": "text/html"}


@pytest.fixture
async def issuer(own_database: Database) -> Issuer:
    issuer = Issuer()
    await issuer.publish(own_database)
    return issuer


@pytest.fixture
async def client(access: DatabaseAccess) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        database_url=access.url,
        kafka_bootstrap="127.0.0.1:9",
        kafka_username="scheduling",
        kafka_password=SecretStr("kR7-wB5z"),
        port=0,
        public_url="http://scheduling.test",
        referrals_url="http://referrals.test",
        issuer=ISSUER,
    )
    service = build(settings)
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as client:
        yield client
    await service.database.close()


async def tell(directory: Inbox, *names: str) -> None:
    """Register an active organisation under each name."""
    told = Directory()
    for name in names:
        organisation = uuid4()
        slug = name.lower().replace(" ", "-")
        await directory.take(
            [
                told.tell(organisation, registered(organisation, name=name, slug=slug)),
                told.tell(organisation, OrganisationActivated(organisation=organisation)),
            ]
        )


async def test_a_person_who_is_not_signed_in_is_sent_to_sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers=HTML)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{ISSUER}/sign-in?next=")


async def test_a_program_without_a_token_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/organisations")

    assert answer.status_code == 401
    assert answer.json()["code"] == "token-missing"


async def test_a_program_reads_the_list_page_by_page(
    client: httpx.AsyncClient, issuer: Issuer, directory: Inbox
) -> None:
    await tell(directory, "Tela", "CAF de la Creuse", "Mission locale")
    headers = issuer.headers()

    first = (await client.get("/v1/organisations?limit=2", headers=headers)).json()
    rest = (
        await client.get(f"/v1/organisations?limit=2&after={first['next']}", headers=headers)
    ).json()

    assert [each["name"] for each in first["items"]] == ["CAF de la Creuse", "Mission locale"]
    assert [each["name"] for each in rest["items"]] == ["Tela"]
    assert rest["next"] is None
    assert {each["standing"] for each in first["items"]} == {"active"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("after=nonsense", "bad-cursor"),
        ("after=eyJuYW1lIjogMX0", "bad-cursor"),
        ("after=eyJuYW1lIjogIlRlbGEiLCAiaWQiOiAieCJ9", "bad-cursor"),
        ("limit=0", "invalid"),
        ("limit=101", "invalid"),
    ],
)
async def test_a_wrong_question_is_told_so(
    client: httpx.AsyncClient, issuer: Issuer, query: str, code: str
) -> None:
    answer = await client.get(f"/v1/organisations?{query}", headers=issuer.headers())

    assert answer.status_code in {400, 422}
    assert answer.json()["code"] == code


async def test_what_is_set_aside_is_for_the_department(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    refused = await client.get("/dead-letters", headers={**HTML, **issuer.headers("professional")})
    shown = await client.get("/dead-letters", headers={**HTML, **issuer.headers("department")})

    assert refused.status_code == 403
    assert shown.status_code == 200

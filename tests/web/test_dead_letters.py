"""What stands aside, as the people see it who decide about it."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.codec import encode_kafka
from chassis.database import Database, Transaction
from chassis.events import Event, Record
from chassis.messaging import Poison, Subscription, Waiting
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics
from chassis.settings import ServiceSettings
from tests.web.conftest import HERE, NOON, Issuer, client_of
from tests.web.test_app import HTML, problem

KEY = "019530f0-0000-7000-8000-00000000000a"
PHONE = "0612345678"
pytestmark = pytest.mark.integration


class Reader:
    """A subscription that a test can mend."""

    def __init__(self, store: Database, settings: ServiceSettings) -> None:
        self.broken = True
        self._offset = 0
        self.consumers = Consumers(
            [
                Subscription(
                    name="test.things",
                    topics=("test.things.v1",),
                    handlers={"test.made.v1": self._handle},
                )
            ],
            database=store,
            kafka=settings.kafka,
            instance="test-0",
            metrics=Metrics(),
            intent_wait=timedelta(seconds=60),
        )

    async def _handle(self, tx: Transaction, event: Event) -> None:
        what = event.data["what"]
        if what == "early":
            raise Waiting("thing:019530f0-0000-7000-8000-00000000000c")
        if what == "bad" and self.broken:
            raise Poison("unreadable-thing", "a field is missing")
        await tx.connection.execute(text("INSERT INTO effect VALUES (:what)"), {"what": what})

    async def take(self, *whats: str, key: str = KEY) -> None:
        records = []
        for what in whats:
            self._offset += 1
            headers, value = encode_kafka(
                Event(
                    id=f"event-{self._offset}",
                    source="/elsewhere",
                    type="test.made.v1",
                    time=NOON,
                    recordedtime=NOON,
                    partitionkey=key,
                    subject=key,
                    data={"what": what, "phone": PHONE},
                )
            )
            records.append(
                Record(
                    topic="test.things.v1",
                    partition=2,
                    offset=self._offset,
                    key=key.encode(),
                    headers=tuple(headers),
                    value=value,
                    timestamp_ms=0,
                )
            )
        await self.consumers.inboxes["test.things"].take(records)


@pytest.fixture
def reader(store: Database, settings: ServiceSettings) -> Reader:
    return Reader(store, settings)


@pytest.fixture
async def client(
    build: Callable[..., FastAPI], reader: Reader, issuer: Issuer
) -> AsyncIterator[httpx.AsyncClient]:
    app = build()
    app.state.consumers = reader.consumers
    async with client_of(app) as client:
        token = issuer.token("department", sub="agent-7")
        client.headers.update(HTML | {"cookie": f"maillage_session={token}", "origin": HERE})
        yield client


async def effects(store: Database) -> list[str]:
    async with store.reading() as connection:
        return list((await connection.execute(text("SELECT what FROM effect"))).scalars())


async def only_row(client: httpx.AsyncClient) -> dict[str, Any]:
    (row,) = (await client.get("/v1/dead-letters")).json()["items"]
    found: dict[str, Any] = row
    return found


async def test_nothing_stands_aside_at_first(client: httpx.AsyncClient) -> None:
    assert "Aucun message arrêté" in (await client.get("/dead-letters")).text
    assert "Rien n&#39;attend" in (await client.get("/waiting")).text
    assert (await client.get("/v1/dead-letters")).json() == {"items": [], "next": None}


async def test_a_parked_key_is_shown_with_its_reason_and_without_its_content(
    client: httpx.AsyncClient, reader: Reader
) -> None:
    await reader.take("fine", "bad", "behind")

    row = await only_row(client)
    page = (await client.get("/dead-letters")).text
    detail = (await client.get(f"/dead-letters/{row['id']}")).text

    assert (row["reason"], row["detail"]) == ("unreadable-thing", "a field is missing")
    assert (row["event_id"], row["event_type"], row["offset"]) == ("event-2", "test.made.v1", 2)
    assert (row["key"], row["standing"], row["state"]) == ("…0000000a", 2, "parked")
    for text_shown in (each.replace("<wbr>", "") for each in (page, detail)):
        assert "unreadable-thing" in text_shown
        assert "test.made.v1" in text_shown
        assert "…0000000a" in text_shown
    for everything in (json.dumps(row), page, detail):
        assert PHONE not in everything
        assert KEY not in everything


async def test_replay_applies_the_key_in_order_and_keeps_who(
    client: httpx.AsyncClient, reader: Reader, store: Database
) -> None:
    await reader.take("bad", "behind")
    row = await only_row(client)
    reader.broken = False

    answer = await client.post(f"/dead-letters/{row['id']}/replay")

    assert (answer.status_code, answer.headers["location"]) == (303, f"/dead-letters/{row['id']}")
    assert await effects(store) == ["bad", "behind"]
    detail = (await client.get(answer.headers["location"])).text
    assert "rejoué" in detail
    assert "agent-7" in detail
    listed = (await client.get("/dead-letters")).text
    assert "Décisions récentes" in listed
    assert "agent-7" in listed


async def test_replay_of_what_is_still_broken_changes_nothing(
    client: httpx.AsyncClient, reader: Reader, store: Database
) -> None:
    await reader.take("bad", "behind")
    row = await only_row(client)

    await client.post(f"/dead-letters/{row['id']}/replay")

    assert (await only_row(client))["id"] == row["id"]
    assert await effects(store) == []


async def test_discard_needs_a_reason_and_keeps_what_was_typed(
    client: httpx.AsyncClient, reader: Reader, store: Database
) -> None:
    await reader.take("bad", "behind")
    row = await only_row(client)

    for reason in ("", "  ", "x\0y", "<b>"[:2], "y" * 501):
        answer = await client.post(f"/dead-letters/{row['id']}/discard", data={"reason": reason})
        assert answer.status_code == 422
        assert "Écrivez pourquoi" in answer.text
    assert (
        "&lt;b"
        in (await client.post(f"/dead-letters/{row['id']}/discard", data={"reason": "<b"})).text
    )
    assert await effects(store) == []


async def test_discard_drops_the_record_for_its_reason_and_frees_what_follows(
    client: httpx.AsyncClient, reader: Reader, store: Database
) -> None:
    await reader.take("bad", "behind")
    row = await only_row(client)

    answer = await client.post(
        f"/dead-letters/{row['id']}/discard", data={"reason": "sent <twice> by its source"}
    )

    assert answer.status_code == 303
    assert await effects(store) == ["behind"]
    detail = (await client.get(answer.headers["location"])).text
    assert "écarté" in detail
    assert "sent &lt;twice&gt; by its source" in detail
    assert "agent-7" in detail


async def test_a_second_decision_comes_too_late(client: httpx.AsyncClient, reader: Reader) -> None:
    await reader.take("bad")
    row = await only_row(client)
    await client.post(f"/dead-letters/{row['id']}/discard", data={"reason": "a reason"})

    for action in ("replay", "discard"):
        answer = await client.post(
            f"/dead-letters/{row['id']}/{action}",
            data={"reason": "another"},
            headers={"accept": "application/json"},
        )
        assert (answer.status_code, problem(answer)["code"]) == (409, "already-decided")


async def test_what_waits_says_since_when_and_offers_no_decision(
    client: httpx.AsyncClient, reader: Reader
) -> None:
    await reader.take("early")

    page = (await client.get("/waiting")).text

    assert "Il cite un élément que nous ne connaissons pas encore." in page
    assert "Aucun message arrêté" in (await client.get("/dead-letters")).text


async def test_long_lists_come_in_pages(client: httpx.AsyncClient, reader: Reader) -> None:
    for number in range(51):
        await reader.take("bad", key=f"key-{number:04}")
        await reader.take("fine", key="another")  # else so many in a row stop the subscription

    first = (await client.get("/v1/dead-letters")).json()
    second = (await client.get("/v1/dead-letters", params={"after": first["next"]})).json()

    assert (len(first["items"]), len(second["items"]), second["next"]) == (50, 1, None)
    assert "Voir la suite" in (await client.get("/dead-letters")).text


@pytest.mark.parametrize("after", ["x", "eyJpZCI6ICJhIn0", "eyJpZCI6IC0xfQ"])
async def test_a_cursor_of_another_list_is_refused(client: httpx.AsyncClient, after: str) -> None:
    answer = await client.get("/v1/dead-letters", params={"after": after})

    assert (answer.status_code, problem(answer)["code"]) == (400, "bad-cursor")


@pytest.mark.parametrize("row_id", ["0", "-1", "7", str(2**70)])
async def test_an_unknown_number_is_not_found(client: httpx.AsyncClient, row_id: str) -> None:
    for method, path in (("GET", ""), ("POST", "/replay"), ("POST", "/discard")):
        answer = await client.request(
            method, f"/dead-letters/{row_id}{path}", data={"reason": "a reason"} if path else None
        )
        assert answer.status_code in {404, 409, 422}


@pytest.mark.parametrize("path", ["/dead-letters", "/waiting", "/v1/dead-letters"])
async def test_only_the_department_and_the_administrator_may_look(
    client: httpx.AsyncClient, issuer: Issuer, path: str
) -> None:
    for role, status in (("professional", 403), ("auditor", 403), ("administrator", 200)):
        token = issuer.token(role)
        answer = await client.get(path, headers={"cookie": f"maillage_session={token}"})
        assert answer.status_code == status

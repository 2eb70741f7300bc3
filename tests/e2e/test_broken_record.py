"""A broken record on a facts topic parks its key, shows who and why, and stops nothing else.

The department decides on the page: replay once the cause is mended, or discard with a reason.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from chassis.codec import encode_kafka
from chassis.events import Event
from tests.e2e import partner
from tests.e2e.partner import PATIENCE_S, KafkaHeaders
from tests.e2e.stack import Stack, held, producing, reporting_fails_on
from tests.timing import eventually

FACTS = "maillage.referrals.v1"
SENT, ACCEPTED = "maillage.referral.sent.v1", "maillage.referral.accepted.v1"
COMPLETED = "maillage.referral.completed.v1"
READERS = {"reporting": "reporting.log", "partners": "partners.referrals"}


async def test_unreadable_bytes_park_their_key_until_they_are_discarded(stack: Stack) -> None:
    broken, other = await _known_referral(stack), await _known_referral(stack)

    await _inject(stack, broken["subject"], [("content-type", b"\xff")], b"\xfe\xff")
    letters = {service: await _letter(stack, service, broken["subject"]) for service in READERS}
    for each in (broken, other):
        await _accept(stack, each)
    await partner.journey(stack, other["correlation_id"], ACCEPTED)
    behind = await _letter(stack, "reporting", broken["subject"], standing=2)
    before = await partner.journey(stack, broken["correlation_id"], SENT)

    assert {name: each["subscription"] for name, each in letters.items()} == READERS
    assert {each["reason"] for each in letters.values()} == {"bad-encoding"}
    assert partner.types(before) == ["person.registered", "referral.sent"]
    assert await _unready(stack) == []

    for service, reader in READERS.items():
        async with _department(stack, service) as page:
            listed = await page.get("/dead-letters")
            no_reason = await page.post(f"/dead-letters/{letters[service]['id']}/discard")
            done = await page.post(
                f"/dead-letters/{letters[service]['id']}/discard",
                data={"reason": "Octets sans forme, écrits par un essai."},
            )
            again = await page.post(f"/dead-letters/{letters[service]['id']}/replay")
        assert broken["subject"][-8:] in listed.text.replace("<wbr>", "")
        assert "bad-encoding" in listed.text
        assert reader in listed.text
        assert (no_reason.status_code, done.status_code, again.status_code) == (422, 200, 409)
        assert "helene" in done.text
        assert "Octets sans forme" in done.text
    after = await partner.journey(stack, broken["correlation_id"], ACCEPTED)
    assert partner.types(after)[-1] == "referral.accepted"
    assert behind["id"] == letters["reporting"]["id"]


async def test_a_fact_that_breaks_its_contract_parks_its_key(stack: Stack) -> None:
    referral = await _known_referral(stack)
    now = datetime.now(UTC)
    fact = Event(
        id=str(uuid4()),
        source="/referrals",
        type=ACCEPTED,
        subject=referral["subject"],
        time=now,
        recordedtime=now,
        partitionkey=referral["subject"],
        correlationid=referral["correlation_id"],
        data={"referral": referral["subject"], "organisation": "tela"},
    )

    headers, value = encode_kafka(fact)
    await _inject(stack, referral["subject"], list(headers), value)
    letter = await _letter(stack, "reporting", referral["subject"])
    await _accept(stack, referral)
    await _letter(stack, "reporting", referral["subject"], standing=2)

    assert (letter["reason"], letter["event_id"]) == ("contract-broken", fact.id)
    assert "organisation" in letter["detail"]
    assert "tela" not in letter["detail"]
    async with _department(stack, "reporting") as page:
        # Nothing was mended: it fails again, and still stands.
        replayed = await page.post(f"/dead-letters/{letter['id']}/replay")
        assert "Rejouer le message" in replayed.text
        await page.post(f"/dead-letters/{letter['id']}/discard", data={"reason": "Faux fait."})
    # Partners tells this fact to the sender, so it stands there too.
    at_partners = await _letter(stack, "partners", referral["subject"], standing=2)
    async with _department(stack, "partners") as page:
        said = {"reason": "Faux fait."}
        done = await page.post(f"/dead-letters/{at_partners['id']}/discard", data=said)
    assert (at_partners["reason"], done.status_code) == ("unreadable", 200)
    steps = await partner.journey(stack, referral["correlation_id"], ACCEPTED)
    assert partner.types(steps) == ["person.registered", "referral.sent", "referral.accepted"]
    assert fact.id not in {step["event_id"] for step in steps}


async def test_what_our_program_failed_on_is_replayed_once_it_is_mended(stack: Stack) -> None:
    referral, other = await _known_referral(stack), await _known_referral(stack)

    async with reporting_fails_on(stack, referral["subject"]):
        await _accept(stack, referral)
        letter = await _letter(stack, "reporting", referral["subject"])
        await _complete(stack, referral)
        await _letter(stack, "reporting", referral["subject"], standing=2)
        await _accept(stack, other)
        await partner.journey(stack, other["correlation_id"], ACCEPTED)
    async with _department(stack, "reporting") as page:
        shown = await page.get(f"/dead-letters/{letter['id']}")
        replayed = await page.post(f"/dead-letters/{letter['id']}/replay")
    steps = await partner.journey(stack, referral["correlation_id"], COMPLETED)

    assert letter["reason"] == "handler-failed"
    assert "Notre programme a échoué sur ce message." in shown.text
    assert "helene" in replayed.text
    assert partner.types(steps)[1:] == [
        *("referral.sent", "referral.accepted", "referral.completed"),
    ]


async def test_a_gap_holds_its_key_and_lets_go_when_the_number_comes(stack: Stack) -> None:
    """The relay of referrals forgets one fact; later it sends it after all."""
    referral = await _known_referral(stack)

    async with held(stack, "referrals", "outbox_stuck", "ACCESS EXCLUSIVE") as relay:
        answer = await stack.intent("referral.accepted", referral=referral["subject"])
        await partner.send(stack, "tela", answer)
        forgotten = await _written(relay, referral["subject"], ACCEPTED)
        ended = await stack.intent(
            "referral.completed", referral=referral["subject"], outcome="autonomous"
        )
        await partner.send(stack, "tela", ended)
        await _written(relay, referral["subject"], COMPLETED)
        await relay.execute("UPDATE outbox SET sent_at = now() WHERE seq = $1", forgotten)
    waiting = await eventually(
        lambda: _page_says(stack, "/waiting", referral["subject"][-8:]), within_s=PATIENCE_S
    )
    before = await partner.journey(stack, referral["correlation_id"], SENT)
    connection = await stack.database("referrals")
    await connection.execute("UPDATE outbox SET sent_at = NULL WHERE seq = $1", forgotten)
    await connection.close()
    after = await partner.journey(stack, referral["correlation_id"], COMPLETED)

    assert "gap" in waiting
    assert "Un message précédent manque encore." in waiting
    assert partner.types(before) == ["person.registered", "referral.sent"]
    assert partner.types(after)[1:] == [
        *("referral.sent", "referral.accepted", "referral.completed"),
    ]
    assert not await _page_says(stack, "/waiting", referral["subject"][-8:])


async def test_dead_letters_are_for_the_department_alone(stack: Stack) -> None:
    async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as professional:
        await professional.get(f"{stack.url('partners')}/sign-in/as/nadia")
        answers = [
            await professional.get(f"{stack.url(service)}/dead-letters") for service in READERS
        ]
    async with stack.client("reporting", "auditeur") as auditor:
        answers.append(await auditor.get("/v1/dead-letters"))

    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def _known_referral(stack: Stack) -> dict[str, Any]:
    """A referral to Tela that reporting has heard of; its submission."""
    sent = await partner.accepted(stack, "caf", await stack.referral("tela"))
    await partner.journey(stack, sent["correlation_id"], SENT)
    return sent


async def _accept(stack: Stack, sent: dict[str, Any]) -> None:
    answer = await stack.intent("referral.accepted", referral=sent["subject"])
    await partner.accepted(stack, "tela", answer)


async def _complete(stack: Stack, sent: dict[str, Any]) -> None:
    answer = await stack.intent(
        "referral.completed", referral=sent["subject"], outcome="autonomous"
    )
    await partner.accepted(stack, "tela", answer)


async def _inject(stack: Stack, key: str, headers: KafkaHeaders, value: bytes) -> None:
    """Writes on the facts topic what its owner never would, with the administrator's rights."""
    async with producing(stack.kafka_as_administrator()) as producer:
        await producer.send_and_wait(FACTS, value, key.encode(), headers=headers)


async def _letter(stack: Stack, service: str, key: str, *, standing: int = 1) -> dict[str, Any]:
    """The dead letter of the key, once so many records stand in its queue."""

    async def found() -> list[dict[str, Any]]:
        async with stack.client(service, "departement") as client:
            page = (await client.get("/v1/dead-letters")).raise_for_status().json()
        return [
            each
            for each in page["items"]
            if key.endswith(each["key"].lstrip("…")) and each["standing"] >= standing
        ]

    return (await eventually(found, within_s=PATIENCE_S))[0]


@asynccontextmanager
async def _department(stack: Stack, service: str) -> AsyncIterator[httpx.AsyncClient]:
    """Hélène's browser, without scripts, at a service."""
    async with httpx.AsyncClient(
        base_url=stack.url(service), trust_env=False, follow_redirects=True, timeout=30
    ) as client:
        await client.get(f"{stack.url('partners')}/sign-in/as/helene")
        yield client


async def _page_says(stack: Stack, path: str, word: str) -> str:
    """The page of reporting, if the word stands in it."""
    async with _department(stack, "reporting") as client:
        page = (await client.get(path)).raise_for_status().text
    return page if word in page.replace("<wbr>", "") else ""


async def _written(relay: Any, key: str, event_type: str) -> int:
    """The number in the outbox of a fact, once referrals has decided it."""
    query = (
        "SELECT seq FROM outbox WHERE key = $1"
        " AND headers @> jsonb_build_array(jsonb_build_array('ce_type', $2::text))"
    )
    found = await eventually(lambda: relay.fetchval(query, key, event_type), within_s=PATIENCE_S)
    return int(found)


async def _unready(stack: Stack) -> list[str]:
    """The services that are not ready."""
    found = []
    for service in READERS:
        async with stack.client(service) as client:
            if not (await client.get("/readyz")).is_success:
                found.append(service)
    return found

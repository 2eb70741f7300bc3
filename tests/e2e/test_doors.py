"""The main job on the whole platform: by every door, from what a partner sends to what all see."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from tests.e2e import partner
from tests.e2e.partner import (
    IDENTITY,
    MODES,
    PATIENCE_S,
    Mode,
    deposit,
    over_kafka,
    post,
    produce,
    send,
)
from tests.e2e.stack import INTENT_WAIT_S, Stack, held
from tests.timing import eventually

STEP = {"event_id", "type", "service", "happened_at", "recorded_at", "subject"}
AGREEMENT = {
    "taken_on": "2026-01-05",
    "channel": "in_presence",
    "text_version": "2026-01",
    "scope": "receiving_organisations",
}


@pytest.mark.parametrize("mode", MODES)
async def test_a_referral_by_http_goes_all_the_way(stack: Stack, mode: Mode) -> None:
    when = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    sent = await stack.referral(partner_reference="DOSSIER-2026/7")
    sent["time"] = when.isoformat().replace("+00:00", "Z")

    async with partner.answers(stack, "caf") as told:
        receipt = await send(stack, "caf", sent, mode=mode)
        status = await partner.decided(stack, "caf", receipt["submission"])
        answer = await told.of(sent["id"])

    assert set(receipt) == {"submission", "status_url"}
    assert (
        receipt["status_url"] == f"{stack.url('partners')}/v1/submissions/{receipt['submission']}"
    )
    assert (status["state"], status["reason"]) == ("accepted", None)
    assert status["partner_reference"] == "DOSSIER-2026/7"
    assert answer.type == "maillage.intent.accepted.v1"
    assert answer.correlationid == status["correlation_id"]
    assert answer.data == {
        "submission": receipt["submission"],
        "intent": sent["type"],
        "event_id": sent["id"],
        "partner_reference": "DOSSIER-2026/7",
        "subject": status["subject"],
    }

    taken = await stack.intent("referral.accepted", referral=status["subject"])
    await partner.accepted(stack, "tela", taken)
    ended = await stack.intent(
        "referral.completed", referral=status["subject"], outcome="autonomous"
    )
    last = await partner.accepted(stack, "tela", ended)
    assert last["correlation_id"] == status["correlation_id"]
    steps = await partner.journey(stack, status["correlation_id"], "maillage.referral.completed.v1")
    assert partner.types(steps) == [
        *("person.registered", "referral.sent", "referral.accepted", "referral.completed"),
    ]
    assert all(set(step) == STEP for step in steps)
    assert {step["service"] for step in steps} == {"referrals"}
    assert len({step["event_id"] for step in steps}) == len(steps)
    assert [step["subject"] for step in steps[1:]] == [status["subject"]] * 3
    happened = [datetime.fromisoformat(step["happened_at"]) for step in steps]
    recorded = [datetime.fromisoformat(step["recorded_at"]) for step in steps]
    assert happened[:2] == [when, when]
    assert all(at - when > timedelta(days=2) for at in recorded)
    assert recorded == sorted(recorded)


@pytest.mark.parametrize("name", ["caf", "mission-locale"])
@pytest.mark.parametrize("mode", MODES)
async def test_a_referral_by_kafka_goes_all_the_way(stack: Stack, name: str, mode: Mode) -> None:
    sent = await stack.referral(partner_reference="K-1")

    async with partner.answers(stack, name) as told:
        await produce(stack, name, over_kafka(sent, mode))
        answer = await told.of(sent["id"])

    status = await partner.status(stack, name, answer.data["submission"])
    assert answer.type == "maillage.intent.accepted.v1"
    assert answer.data["partner_reference"] == "K-1"
    assert (status["state"], status["door"]) == ("accepted", "kafka")
    assert answer.data["subject"] == status["subject"]
    steps = await partner.journey(stack, status["correlation_id"], "maillage.referral.sent.v1")
    assert partner.types(steps) == ["person.registered", "referral.sent"]


async def test_a_batch_is_answered_item_by_item(stack: Stack) -> None:
    good, wrong, last = [await stack.referral() for _ in range(3)]
    wrong["data"]["need"] = "coffee"
    batch = [good, wrong, {"id": "3"}, good, {**good, "subject": "else"}, last]

    async with stack.client("partners", "caf") as client:
        answer = await client.post(
            "/v1/events",
            content=orjson.dumps(batch),
            headers={"content-type": "application/cloudevents-batch+json"},
        )

    items = answer.json()
    assert [each["status"] for each in items] == [202, 422, 400, 202, 409, 202]
    assert [each["problem"]["code"] for each in items if "problem" in each] == [
        *("schema", "missing-attribute", "id-reused"),
    ]
    assert items[0]["submission"] == items[3]["submission"]
    for item in (items[0], items[5]):
        status = await partner.decided(stack, "caf", item["submission"])
        assert status["state"] == "accepted"


async def test_the_same_again_is_the_same_and_other_content_is_refused(stack: Stack) -> None:
    sent = await stack.referral()
    other = {**sent, "data": {**sent["data"], "need": "online_procedures"}}

    first = await send(stack, "caf", sent)
    again = await send(stack, "caf", sent, mode="binary")
    status = await partner.decided(stack, "caf", first["submission"])
    late = await send(stack, "caf", sent)
    conflict = await post(stack, "caf", other)

    assert first == again == late
    assert (conflict.status_code, conflict.json()["code"]) == (409, "id-reused")
    steps = await partner.journey(stack, status["correlation_id"], "maillage.referral.sent.v1")
    assert partner.types(steps) == ["person.registered", "referral.sent"]


async def test_the_same_by_kafka_is_the_same_and_other_content_is_refused(stack: Stack) -> None:
    sent, after = await stack.referral(), await stack.referral()
    other = {**sent, "data": {**sent["data"], "need": "online_procedures"}}

    async with partner.answers(stack, "caf") as told:
        places = await produce(
            stack, "caf", *(over_kafka(each, "structured") for each in (sent, sent, other, after))
        )
        await told.of(after["id"])
        refusal = await told.at(places[2][2])

        yes = [
            each
            for each in await told.take()
            if each.data.get("event_id") == sent["id"] and each.type.endswith("accepted.v1")
        ]
    assert len(yes) == 1
    assert refusal.type == "maillage.submission.refused.v1"
    assert refusal.data["reason"] == "id-reused"


async def test_one_event_by_both_doors_is_one_submission(stack: Stack) -> None:
    by_http_first, by_kafka_first, after = [await stack.referral() for _ in range(3)]

    async with partner.answers(stack, "caf") as told:
        receipt = await send(stack, "caf", by_http_first)
        await produce(
            stack,
            "caf",
            *(over_kafka(each, "binary") for each in (by_http_first, by_kafka_first, after)),
        )
        verdict = await told.of(by_kafka_first["id"])
        again = await send(stack, "caf", by_kafka_first)
        await told.of(after["id"])
        seen = await told.take()

    assert again["submission"] == verdict.data["submission"]
    answered = [each.data.get("event_id") for each in seen]
    assert answered.count(by_http_first["id"]) == answered.count(by_kafka_first["id"]) == 1
    assert receipt["submission"] in {each.data.get("submission") for each in seen}


async def test_an_intent_that_cites_nothing_known_waits_and_is_refused(stack: Stack) -> None:
    """A referral waits at its owner, a person at intake, which translates her id."""
    answer = await stack.intent("referral.accepted", referral=str(uuid4()))
    sent = await stack.referral(person=str(uuid4()))
    del sent["data"]["anonymous"]

    receipts = {
        name: await send(stack, name, each) for name, each in (("tela", answer), ("caf", sent))
    }
    await eventually(lambda: _standing(stack, answer["type"]), within_s=PATIENCE_S)
    waiting = [
        await partner.status(stack, name, each["submission"]) for name, each in receipts.items()
    ]
    statuses = [
        await partner.decided(stack, name, each["submission"]) for name, each in receipts.items()
    ]

    assert {each["state"] for each in waiting} == {"received"}
    assert {each["state"] for each in statuses} == {"refused"}
    assert [each["reason"] for each in statuses] == ["unknown-referral", "unknown-person"]
    assert min(map(_waited, statuses)) >= timedelta(seconds=INTENT_WAIT_S)


async def test_an_intent_before_what_it_cites_is_decided_when_that_arrives(stack: Stack) -> None:
    """The referral overtakes the directory: its target is not known to referrals yet."""
    slug = f"nouveau-{uuid4().hex[:8]}"
    async with held(stack, "referrals", "organisation"):
        target = await _new_organisation(stack, slug)
        sent = await stack.referral()
        sent["data"]["targets"] = [target]
        receipt = await send(stack, "caf", sent)
        await eventually(lambda: _standing(stack, sent["type"]), within_s=PATIENCE_S)
    status = await partner.decided(stack, "caf", receipt["submission"])

    assert status["state"] == "accepted"
    assert await _standing(stack, sent["type"]) == 0


async def test_a_person_is_cited_before_partners_knows_the_id(stack: Stack) -> None:
    """The id is answered at once; it reaches partners only when referrals' relay goes on."""
    async with held(stack, "referrals", "outbox_stuck", "ACCESS EXCLUSIVE"):
        person = await deposit(stack, "caf", f"ref-{uuid4().hex[:8]}")
        sent = await stack.referral(person=person, anonymous=None)
        del sent["data"]["anonymous"]
        receipt = await send(stack, "caf", sent)
        waiting = await partner.status(stack, "caf", receipt["submission"])
    status = await partner.decided(stack, "caf", receipt["submission"])

    assert (waiting["state"], status["state"]) == ("received", "accepted")


async def test_the_agreement_opens_the_name_and_a_refusal_closes_it(stack: Stack) -> None:
    person = await deposit(stack, "caf", f"ref-{uuid4().hex[:8]}")
    agreed = await _referral_of(stack, person, agreement=AGREEMENT)
    silent = await _referral_of(stack, await deposit(stack, "caf", f"ref-{uuid4().hex[:8]}"))

    opened = await _referral_seen_by(stack, "tela", agreed)
    closed = await _referral_seen_by(stack, "tela", silent)
    async with stack.client("referrals", "tela") as tela, stack.client("referrals", "msa") as msa:
        by_own_id = await tela.get(f"/v1/persons/{opened['person']}")
        without = await tela.get(f"/v1/persons/{closed['person']}")
        by_foreign_id = await tela.get(f"/v1/persons/{person}")
        stranger = await msa.get(f"/v1/referrals/{agreed}")

    assert opened["names"]["family_name"] == "Exemplaire"
    assert opened["person"] != person
    assert by_own_id.json()["names"]["phone"] == "05 55 00 00 01"
    assert (closed["names"], closed["names_withheld"]["code"]) == (None, "no-agreement")
    assert (without.status_code, without.json()["code"]) == (403, "no-agreement")
    assert (by_foreign_id.status_code, by_foreign_id.json()["code"]) == (404, "unknown-person")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "unknown-referral")

    no = await stack.intent("referral.refused", referral=agreed, reason="session_full")
    await partner.accepted(stack, "tela", no)
    assert (await _referral_seen_by(stack, "tela", agreed))["names"] is None


async def test_a_suspended_organisation_is_out_at_every_door_within_seconds(stack: Stack) -> None:
    name = "mission-locale"
    stack.token(name, anew=True)  # held from before, and good for longer than this takes
    async with stack.client("partners", "departement") as governor:
        suspended = await governor.post(
            f"/v1/organisations/{name}/suspend", json={"reason": "security"}
        )
        try:
            by_http = await post(stack, name, await stack.referral())
            async with partner.answers(stack, name) as told:
                (place,) = await produce(
                    stack, name, over_kafka(await stack.referral(), "structured")
                )
                by_kafka = await told.at(place[2])
            at_the_vault = await eventually(
                lambda: _deposit_code(stack, name),
                until=lambda code: code == 403,
                within_s=5,
            )
            to_it = await partner.refused(stack, "caf", await stack.referral(name))
            sign_in = await governor.get("/sign-in/as/lucas")
        finally:
            back = await governor.post(f"/v1/organisations/{name}/reinstate")
    await eventually(lambda: _deposit_code(stack, name), until=lambda code: code == 201, within_s=5)

    assert (suspended.json()["state"], back.json()["state"]) == ("suspended", "active")
    assert (by_http.status_code, by_http.json()["code"]) == (403, "organisation-not-active")
    assert by_kafka.data["reason"] == "organisation-not-active"
    assert at_the_vault == 403
    assert to_it == "organisation-not-active"
    assert sign_in.status_code == 404
    await partner.accepted(stack, name, await stack.referral())
    await partner.accepted(stack, "caf", await stack.referral(name))


async def test_a_revoked_credential_is_out_at_once(stack: Stack) -> None:
    path = "/v1/organisations/msa/credentials"
    async with stack.client("partners", "departement") as governor:
        issued = (await governor.post(path, json={"label": "essai"})).raise_for_status().json()
    async with stack.client("partners") as client:
        asking: dict[str, Any] = {
            "url": "/oauth2/token",
            "data": {"grant_type": "client_credentials"},
            "auth": (issued["client_id"], issued["client_secret"]),
        }
        token = (await client.post(**asking)).raise_for_status().json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        headers, body = partner.over_http(await stack.referral(), "structured")
        before = await client.post("/v1/events", content=body, headers=headers)
        async with stack.client("partners", "departement") as governor:
            (await governor.delete(f"{path}/{issued['id']}")).raise_for_status()
        after = await client.post("/v1/events", content=body, headers=headers)
        del client.headers["authorization"]
        no_token = await client.post(**asking)

    assert before.status_code == 202
    assert (after.status_code, after.json()["code"]) == (401, "credential-revoked")
    assert (no_token.status_code, no_token.json()["error"]) == (401, "invalid_client")


async def _standing(stack: Stack, event_type: str) -> int:
    """How many intents of the type wait at referrals."""
    connection = await stack.database("referrals")
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM set_aside WHERE state = 'waiting' AND event_type = $1",
                event_type,
            )
        )
    finally:
        await connection.close()


def _waited(status: dict[str, Any]) -> timedelta:
    received, answered = (
        datetime.fromisoformat(status[name]) for name in ("received_at", "answered_at")
    )
    return answered - received


async def _new_organisation(stack: Stack, slug: str) -> str:
    body = {"name": "Nouveau tiers-lieu", "kind": "third_place", "commune": "23096"}
    async with stack.client("partners", "departement") as client:
        made = await client.put(f"/v1/organisations/{slug}", json=body)
        (await client.post(f"/v1/organisations/{slug}/activate")).raise_for_status()
    return str(made.raise_for_status().json()["id"])


async def _deposit_code(stack: Stack, name: str) -> int:
    async with stack.client("referrals", name) as client:
        answer = await client.put(f"/v1/persons/essai-{uuid4().hex[:8]}", json=IDENTITY)
    return answer.status_code


async def _referral_of(stack: Stack, person: str, **more: Any) -> str:
    sent = await stack.referral(person=person, **more)
    del sent["data"]["anonymous"]
    return str((await partner.accepted(stack, "caf", sent))["subject"])


async def _referral_seen_by(stack: Stack, name: str, referral: str) -> dict[str, Any]:
    async with stack.client("referrals", name) as client:
        answer = await client.get(f"/v1/referrals/{referral}")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found

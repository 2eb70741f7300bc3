"""After a run, no name, phone or e-mail of it stands anywhere but in the vault of referrals.

Three invented people: one is deposited by a program, one by a form, and one is only ever written
where no name belongs, in input that is refused or in places that nobody reads.
"""

import html
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import orjson

from tests.e2e import partner, traces
from tests.e2e.partner import STRUCTURED, over_http, over_kafka
from tests.e2e.stack import SERVICES, Stack

RUN = uuid4().hex[:6]
"""What tells these names from those of another run on the same data."""
DIGITS = f"{secrets.randbelow(10**6):06d}"
PAIRS = f"{DIGITS[:2]} {DIGITS[2:4]} {DIGITS[4:]}"

DEPOSITED = {
    "family_name": f"Quillévérézac-{RUN}",
    "given_name": f"Barnabassine-{RUN}",
    "birth_year": 1947,
    "commune": "23096",
    "phone": f"05 55 {PAIRS}",
    "email": f"barnabassine.{RUN}@courriel-essai.fr",
}
BY_FORM = {
    "family_name": f"Zarkowskaya-Tréhorel-{RUN}",
    "given_name": f"Euphrosinette-{RUN}",
    "birth_year": "1952",
    "commune": "Guéret",
    "phone": f"+33 6 39 {PAIRS}",
    "email": f"euphrosinette.{RUN}@boite-inventee.fr",
}
STRAY = f"Wolfgangou-{RUN}-Merceronne"
STRAY_MAIL = f"wolfgangou.{RUN}@nulle-part-essai.fr"
STRAY_PHONE = f"0698{DIGITS}"
NIR_BODY = 2_700_199_000_000 + int(DIGITS)
NIR = f"{NIR_BODY}{97 - NIR_BODY % 97:02d}"

KNOWN = [
    *(str(each[part]) for each in (DEPOSITED, BY_FORM) for part in ("family_name", "given_name")),
    *(str(each[part]) for each in (DEPOSITED, BY_FORM) for part in ("phone", "email")),
    *(f"0555{DIGITS}", f"555{DIGITS}", f"+33639{DIGITS}", f"639{DIGITS}"),
]
NEVER = [STRAY, STRAY_MAIL, STRAY_PHONE, NIR]


async def test_names_and_contacts_stand_in_the_vault_and_nowhere_else(stack: Stack) -> None:
    referral = await _deposit_and_look_up(stack)
    await _send_by_form(stack)
    await _write_names_in_addresses(stack)
    await _write_names_in_bad_input(stack, referral)
    places = await _write_names_on_the_own_topic(stack)

    words = KNOWN + NEVER

    # What the partner itself wrote on its own inbound topic stands there until the broker deletes
    # it after seven days: nobody but the partner and intake may read that topic.
    assert await traces.in_topics(stack, words, but=places) == set()
    assert traces.in_logs(stack, words) == set()
    assert await traces.in_metrics(stack, words) == set()
    assert await traces.in_databases(stack, KNOWN) == {("referrals", "identity")}
    assert await traces.in_databases(stack, NEVER) == set()
    # The search does find: the topic left out above, and words that belong where they stand.
    assert {topic for topic, _ in await traces.in_topics(stack, NEVER)} == {"partner.caf.in.v1"}
    assert "partners.log" in traces.in_logs(stack, ["/v1/events"])
    assert "partners" in await traces.in_metrics(stack, ["submissions_total"])
    scope = await traces.in_databases(stack, ["receiving_organisations"])
    assert scope >= {
        ("referrals", "outbox"),
        ("referrals", "agreement"),
        ("reporting", "event_log"),
    }


async def test_a_message_between_professionals_goes_to_its_owner_and_no_further(
    stack: Stack,
) -> None:
    """ADR 0009: what a machine cannot find in it, a name, stands where the message stands."""
    word = f"Zwirbelmot-{RUN}"
    sent = await partner.accepted(stack, "caf", await stack.referral("tela"))
    yes = await stack.intent("referral.accepted", referral=sent["subject"], message=word)
    await partner.accepted(stack, "tela", yes)

    assert {topic for topic, _ in await traces.in_topics(stack, [word])} == {"maillage.intake.v1"}
    assert traces.in_logs(stack, [word]) == set()
    assert await traces.in_metrics(stack, [word]) == set()
    assert await traces.in_databases(stack, [word]) == {
        ("partners", "outbox"),
        ("referrals", "referral_transition"),
    }
    connection = await stack.database("partners")
    try:
        kept = await connection.fetch(
            "SELECT data_subject FROM outbox WHERE position($1 IN convert_from(value, 'UTF8')) > 0",
            word,
        )
    finally:
        await connection.close()
    assert [row["data_subject"] is not None for row in kept] == [True]


async def _deposit_and_look_up(stack: Stack) -> str:
    person = await partner.deposit(stack, "caf", f"vie-privee-{uuid4().hex[:8]}", **DEPOSITED)
    agreement = {
        "taken_on": "2026-01-05",
        "channel": "paper",
        "text_version": "2026-01",
        "scope": "receiving_organisations",
    }
    sent = await stack.referral(person=person, agreement=agreement)
    del sent["data"]["anonymous"]
    referral = str((await partner.accepted(stack, "caf", sent))["subject"])
    async with stack.client("referrals", "tela") as tela:
        seen = (await tela.get(f"/v1/referrals/{referral}")).raise_for_status().json()
        read = await tela.get(f"/v1/persons/{seen['person']}")
    async with _signed_in(stack, "camille", "referrals") as camille:
        page = await camille.get(f"/referrals/{referral}")
    assert read.json()["names"]["email"] == DEPOSITED["email"]
    assert str(DEPOSITED["family_name"]) in page.text
    return referral


async def _send_by_form(stack: Stack) -> None:
    """Once with a fault, which gives the form back as it was typed, and once without."""
    async with _signed_in(stack, "nadia", "referrals") as nadia:
        form = (await nadia.get("/send")).text
        typed = {
            **BY_FORM,
            "act": _hidden(form, "act"),
            "need": "email",
            "urgency": "ordinary",
            "agreed": "oui",
            "channel": "in_presence",
            "targets": await stack.organisation("tela"),
        }
        wrong = await nadia.post("/send", data=typed | {"phone": f"{STRAY} {STRAY_PHONE}"})
        right = await nadia.post("/send", data=typed | {"taken_on": "2026-01-05"})
    assert wrong.status_code == 422
    assert BY_FORM["family_name"] in html.unescape(wrong.text)
    assert "Orientation envoyée" in right.text


async def _write_names_in_addresses(stack: Stack) -> None:
    """Where people type names although nobody asked: searches, paths, headers, sign-in."""
    noise = {
        "user-agent": STRAY,
        "x-correlation-id": STRAY,
        "x-request-id": STRAY,
        "traceparent": STRAY,
        "referer": f"http://127.0.0.1/?nom={STRAY}",
    }
    for service in SERVICES:
        async with stack.client(service, "departement") as client:
            for path in (f"/{STRAY}", f"/v1/{STRAY}", f"/dead-letters/{STRAY}", f"/?after={STRAY}"):
                await client.get(path, headers=noise)
    async with stack.client("referrals", "caf") as caf:
        await caf.put(f"/v1/persons/{STRAY_MAIL}", json=DEPOSITED)
        await caf.get(f"/v1/referrals/{STRAY}")
    async with _signed_in(stack, "camille", "referrals") as camille:
        await camille.get("/search", params={"reference": STRAY})
        await camille.get(f"{stack.url('reporting')}/journeys", params={"reference": STRAY})
        await camille.get(f"{stack.url('partners')}/sign-in/as/{STRAY}", params={"next": STRAY})
    async with stack.client("partners") as client:
        form = {"grant_type": "client_credentials"}
        await client.post("/oauth2/token", data=form, auth=(STRAY, STRAY_MAIL))


async def _write_names_in_bad_input(stack: Stack, referral: str) -> None:
    """A name inside what is refused, at the door and by the owner."""
    for event in await _bad_events(stack):
        headers, body = over_http(event, "structured")
        async with stack.client("partners", "caf") as client:
            answer = await client.post("/v1/events", content=body, headers=headers)
        assert answer.status_code >= 400
        # Of an undeclared field the sender, and nobody else, is told the name.
        assert not any(word in answer.json()["detail"] for word in NEVER)
    message = f"{STRAY} ({NIR}), {STRAY_PHONE}, {STRAY_MAIL}"
    for text in (message, f"{STRAY} {NIR}", f"{STRAY} {STRAY_PHONE}", f"{STRAY} {STRAY_MAIL}"):
        no = await stack.intent("referral.refused", referral=referral, reason="other", message=text)
        assert (await partner.post(stack, "tela", no)).status_code == 422
    async with stack.client("partners", "caf") as client:
        await client.post(
            "/v1/events", content=f'{{"id": "{STRAY}'.encode(), headers={"content-type": STRUCTURED}
        )
        headers, body = over_http(await stack.referral(), "binary")
        await client.post("/v1/events", content=body, headers=headers | {"ce-time": STRAY})
        batch = [{"id": STRAY}, STRAY, *(await _bad_events(stack))]
        await client.post(
            "/v1/events",
            content=orjson.dumps(batch),
            headers={"content-type": "application/cloudevents-batch+json"},
        )
    async with stack.client("referrals", "caf") as caf:
        for bad in ({"address": STRAY}, {"phone": STRAY}, {"given_name": f"{STRAY} {NIR}"}):
            answer = await caf.put("/v1/persons/refus", json=DEPOSITED | bad)
            assert answer.status_code == 422
    async with _signed_in(stack, "camille", "referrals") as camille:
        page = (await camille.get(f"/referrals/{referral}")).text
        refused = await camille.post(
            f"/referrals/{referral}/refuse",
            data={
                "act": _hidden(page, "act"),
                "refuse_reason": "other",
                "refuse_message": message,
            },
        )
    assert refused.status_code == 422


async def _write_names_on_the_own_topic(stack: Stack) -> list[traces.Place]:
    """Refused ones, and one that is accepted although names stand where nobody reads them."""
    good = await stack.referral()
    good |= {"source": f"/{STRAY.lower()}", "note": STRAY}
    headers, value = over_kafka(await stack.referral(), "binary")
    async with partner.answers(stack, "caf") as told:
        places = await partner.produce(
            stack,
            "caf",
            *(over_kafka(event, "structured") for event in await _bad_events(stack)),
            ([], STRAY.encode()),
            ([*headers, ("ce_time", STRAY.encode())], value),
            ([("content-type", STRAY.encode() + b"\xff")], NIR.encode()),
            ([*headers, (STRAY, STRAY_MAIL.encode())], value),
            over_kafka(good, "structured"),
        )
        verdict = await told.of(good["id"])
    assert verdict.type == "maillage.intent.accepted.v1"
    return places


async def _bad_events(stack: Stack) -> list[dict[str, Any]]:
    """A name, an address, a number or a NIR in every place of an event."""
    good = await stack.referral()
    changes: list[dict[str, Any]] = [
        {"id": f"{STRAY} {STRAY_PHONE}"},
        {"id": NIR},
        {"type": f"maillage.intent.{STRAY}.v1"},
        {"type": STRAY_MAIL},
        {"time": STRAY},
        {"correlationid": STRAY},
        {STRAY: STRAY},
        {"datacontenttype": STRAY},
        {"data": STRAY},
    ]
    data: list[dict[str, Any]] = [
        {"need": STRAY},
        {STRAY: STRAY_PHONE},
        {"partner_reference": STRAY_MAIL},
        {"partner_reference": NIR},
        {"targets": [STRAY]},
        {"person": STRAY},
        {"anonymous": {"commune": STRAY, "birth_band": STRAY_PHONE}},
        {"message": f"{STRAY}, {STRAY_MAIL}, {NIR}"},
    ]
    return [good | change for change in changes] + [
        good | {"data": good["data"] | change} for change in data
    ]


@asynccontextmanager
async def _signed_in(stack: Stack, login: str, service: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=stack.url(service), trust_env=False, follow_redirects=True, timeout=30
    ) as client:
        await client.get(f"{stack.url('partners')}/sign-in/as/{login}")
        yield client


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found is not None, page
    return found[1]

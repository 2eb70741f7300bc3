"""What a clumsy or hostile partner may send: each has its documented code, and stops nobody else.

The codes are those of docs/errors.md. Over HTTP the answer is a problem; on Kafka it is
`submission.refused` on the partner's own topic, with the place of the record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from tests.e2e import partner
from tests.e2e.partner import (
    MODES,
    STRUCTURED,
    KafkaHeaders,
    over_http,
    over_kafka,
    produce,
)
from tests.e2e.stack import Stack, size

Document = dict[str, Any]
Bad = tuple[str, tuple[KafkaHeaders, bytes | None]]
"""The code that is expected, and the record."""

GOOD_NIR = "1840512345678" + f"{97 - 1840512345678 % 97:02d}"
BRACKETS = 50_000
HOSTILE, NEIGHBOUR = "caf", "mission-locale"
PARTNER_KEPT_OUT = "maillage.erasures.v1"
"""A topic on which nobody writes yet."""


@dataclass(frozen=True)
class Case:
    """One bad input: from a good event to the bytes that are sent, and what they are answered."""

    name: str
    status: int
    code: str
    body: Callable[[Document], bytes]


def changed(name: str, status: int, code: str, **attributes: Any) -> Case:
    """The event with other attributes."""
    return Case(name, status, code, lambda event: orjson.dumps(event | attributes))


def data(name: str, status: int, code: str, **fields: Any) -> Case:
    """The event with other data."""
    return Case(
        name,
        status,
        code,
        lambda event: orjson.dumps(event | {"data": event["data"] | fields}),
    )


def raw(name: str, status: int, code: str, body: bytes) -> Case:
    return Case(name, status, code, lambda _: body)


def instead(name: str, status: int, code: str, old: bytes, new: bytes) -> Case:
    """The good event's bytes with a piece replaced, for what no JSON library would write."""
    return Case(name, status, code, lambda event: orjson.dumps(event).replace(old, new))


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


def _days(number: int) -> str:
    return (datetime.now(UTC) + timedelta(days=number)).isoformat()


CASES = (
    raw("no JSON", 400, "not-json", b"bonjour"),
    raw("nothing", 400, "not-json", b""),
    raw("not UTF-8", 400, "not-json", b'{"id": "\xff\xfe"}'),
    raw("no object", 400, "not-an-object", b"[1, 2]"),
    raw("no event", 400, "missing-attribute", b"{}"),
    raw("only brackets", 400, "not-json", b"[" * BRACKETS),
    instead("NaN", 400, "not-json", b'"email"', b"NaN"),
    instead("half a surrogate pair", 400, "not-json", b'"email"', b'"\\ud800"'),
    instead("the character NUL", 400, "nul-character", b'"email"', b'"\\u0000"'),
    instead("brackets in data", 413, "too-large", b'"email"', nested(BRACKETS)),
    instead("as many as fit", 400, "not-json", b'"email"', nested(30_000)),
    instead("few, but too many", 400, "too-deep", b'"email"', nested(300)),
    changed("the id a number", 400, "bad-attribute", id=7),
    changed("the time a word", 400, "bad-attribute", time="hier"),
    changed("the time without zone", 400, "bad-attribute", time="2026-01-05T10:00:00"),
    changed("another CloudEvents", 400, "bad-attribute", specversion="0.3"),
    changed("data a text", 400, "bad-data", data="need=email"),
    changed("data missing", 400, "bad-data", data=None),
    changed("data as XML", 400, "bad-data", datacontenttype="application/xml"),
    changed("800 KB", 413, "too-large", source="/" + "x" * 800_000),
    changed("an unknown type", 422, "unknown-type", type="maillage.intent.referral.lost.v1"),
    changed("somebody's type", 422, "unknown-type", type="com.example.order.v1"),
    changed("a fact", 422, "not-an-intent", type="maillage.referral.sent.v1"),
    changed("a verdict", 422, "not-an-intent", type="maillage.intent.accepted.v1"),
    changed("an id with spaces", 422, "schema", id="dossier 7"),
    data("the need a number", 422, "schema", need=7),
    data("an unknown need", 422, "schema", need="coffee"),
    data("null", 422, "schema", level=None),
    data("an undeclared field", 422, "schema", nickname="Zouzou"),
    data("targets a text", 422, "schema", targets="tela"),
    data("no target", 422, "schema", targets=[]),
    data("an organisation by its name", 422, "schema", targets=["tela"]),
    data(
        "a commune by its name",
        422,
        "schema",
        anonymous={"commune": "Guéret", "birth_band": "1960-1969"},
    ),
    data("a reference with an address", 422, "schema", partner_reference="zoe@exemple.fr"),
    data("a NIR as reference", 422, "nir-refused", partner_reference=GOOD_NIR),
    data("a NIR as the name of a field", 422, "nir-refused", **{GOOD_NIR: 1}),
    data("a NIR as a number", 422, "nir-refused", level=int(GOOD_NIR)),
    changed("a NIR as id", 422, "nir-refused", id=f"n-{GOOD_NIR}"),
    changed("its own journey", 422, "correlation-not-yours", correlationid=str(uuid4())),
    Case(
        "tomorrow",
        422,
        "time-out-of-range",
        lambda event: orjson.dumps(event | {"time": _days(1)}),
    ),
    Case(
        "two months back",
        422,
        "time-out-of-range",
        lambda event: orjson.dumps(event | {"time": _days(-60)}),
    ),
    changed(
        "an answer by who only sends",
        403,
        "type-not-allowed",
        type="maillage.intent.referral.accepted.v1",
        data={"referral": str(uuid4())},
    ),
)
NAMES = [case.name for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
async def test_over_http_each_has_its_status_and_code(stack: Stack, case: Case) -> None:
    event = await stack.referral()

    async with stack.client("partners", HOSTILE) as client:
        answer = await client.post(
            "/v1/events", content=case.body(event), headers={"content-type": STRUCTURED}
        )

    assert (answer.status_code, answer.json()["code"]) == (case.status, case.code)
    assert _is_problem(answer)
    assert await _known(stack, event["id"]) == 0


async def test_on_kafka_each_has_its_code_and_the_next_event_is_taken(stack: Stack) -> None:
    bad: list[Bad] = [(case.code, ([], case.body(await stack.referral()))) for case in CASES]
    bad += await _kafka_only(stack)
    last, neighbour = await stack.referral(), await stack.referral()

    async with partner.answers(stack, HOSTILE) as told:
        records = [record for _, record in bad]
        places = await produce(stack, HOSTILE, *records, over_kafka(last, "structured"))
        verdict = await told.of(last["id"])
        codes = [(await told.at(place[2])).data["reason"] for place in places[:-1]]
    async with partner.answers(stack, NEIGHBOUR) as told:
        await produce(stack, NEIGHBOUR, over_kafka(neighbour, "structured"))
        other_verdict = await told.of(neighbour["id"])

    assert codes == [code for code, _ in bad]
    assert verdict.type == other_verdict.type == "maillage.intent.accepted.v1"


async def test_headers_of_no_concern_and_reply_to_do_nothing(stack: Stack) -> None:
    """What is not ours may hold anything; FastStream would publish wherever `reply_to` says."""
    auditor = stack.kafka("auditeur")
    before = await size(auditor, PARTNER_KEPT_OUT)
    headers: KafkaHeaders = [
        ("reply_to", PARTNER_KEPT_OUT.encode()),
        ("correlation_id", b"\xff\xfe"),
        ("note", None),
        ("bytes", b"\x00\xff"),
    ]
    events = [await stack.referral() for _ in range(2)]

    async with partner.answers(stack, HOSTILE) as told:
        for event, mode in zip(events, MODES, strict=True):
            own, value = over_kafka(event, mode)
            await produce(stack, HOSTILE, (own + headers, value))
        verdicts = [await told.of(event["id"]) for event in events]

    assert {verdict.type for verdict in verdicts} == {"maillage.intent.accepted.v1"}
    assert await size(auditor, PARTNER_KEPT_OUT) == before


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", ""])
async def test_what_does_not_say_that_it_is_an_event_is_none(
    stack: Stack, content_type: str
) -> None:
    async with stack.client("partners", HOSTILE) as client:
        answer = await client.post(
            "/v1/events",
            content=orjson.dumps(await stack.referral()),
            headers={"content-type": content_type},
        )

    assert (answer.status_code, answer.json()["code"]) == (400, "not-an-event")


async def test_over_a_megabyte_is_not_even_read(stack: Stack) -> None:
    async with stack.client("partners", HOSTILE) as client:
        answer = await client.post(
            "/v1/events", content=b"x" * 1_100_000, headers={"content-type": STRUCTURED}
        )

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "token-missing"),
        ("Bearer bonjour", "token-invalid"),
        ("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYWYifQ.", "token-invalid"),
        ("Basic Y2FmOmNhZg==", "token-missing"),
    ],
)
async def test_who_has_no_token_of_ours_is_unauthorised_at_every_service(
    stack: Stack, authorization: str | None, code: str
) -> None:
    headers, body = over_http(await stack.referral(), "structured")
    given = {} if authorization is None else {"authorization": authorization}
    paths = {
        "partners": "/v1/submissions",
        "referrals": f"/v1/referrals/{uuid4()}",
        "reporting": f"/v1/journeys/{uuid4()}",
        "vouchers": "/v1/dead-letters",
        "scheduling": "/v1/dead-letters",
    }

    async with stack.client("partners") as client:
        answers = [await client.post("/v1/events", content=body, headers=headers | given)]
    for service, path in paths.items():
        async with stack.client(service) as client:
            answers.append(await client.get(path, headers=given))

    assert {(each.status_code, each.json()["code"]) for each in answers} == {(401, code)}
    assert all("Bearer" in each.headers["www-authenticate"] for each in answers)


async def test_a_token_that_was_tampered_with_is_refused(stack: Stack) -> None:
    head, claims, signature = stack.token(HOSTILE).split(".")
    other = stack.token(NEIGHBOUR).split(".")[1]

    async with stack.client("partners") as client:
        for token in (f"{head}.{other}.{signature}", f"{head}.{claims}.{signature[::-1]}"):
            answer = await client.get(
                "/v1/submissions", headers={"authorization": f"Bearer {token}"}
            )
            assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


async def test_what_only_the_owner_can_see_is_refused_in_the_verdict(stack: Stack) -> None:
    to_nobody = await stack.referral()
    to_nobody["data"]["targets"] = [str(uuid4())]
    from_nowhere = await stack.referral()
    from_nowhere["data"]["anonymous"]["commune"] = "23999"
    agreement = {
        "taken_on": _days(20)[:10],
        "channel": "paper",
        "text_version": "2026-01",
        "scope": "consortium",
    }
    agreed_tomorrow = await stack.referral(agreement=agreement)
    sent = await partner.accepted(stack, NEIGHBOUR, await stack.referral("tela"))
    answer = {"referral": sent["subject"]}

    refusals = {
        "unknown-organisation": ("caf", to_nobody),
        "unknown-commune": ("caf", from_nowhere),
        "agreement-in-the-future": ("caf", agreed_tomorrow),
        "own-organisation": (NEIGHBOUR, await stack.referral(NEIGHBOUR)),
        "not-a-target": (NEIGHBOUR, await stack.intent("referral.accepted", **answer)),
        "not-addressed-to-you": (
            "departement",
            await stack.intent("referral.accepted", **answer),
        ),
        "not-accepted": (
            "tela",
            await stack.intent("referral.completed", **answer, outcome="autonomous"),
        ),
        "unknown-referral": (
            "tela",
            await stack.intent("referral.accepted", referral=str(uuid4())),
        ),
    }
    receipts = {
        code: (name, (await partner.send(stack, name, event))["submission"])
        for code, (name, event) in refusals.items()
    }
    reasons = {
        code: (await partner.decided(stack, name, submission))["reason"]
        for code, (name, submission) in receipts.items()
    }

    assert reasons == {code: code for code in refusals}


async def test_an_answer_is_given_once(stack: Stack) -> None:
    sent = await partner.accepted(stack, "caf", await stack.referral("tela"))
    answer = {"referral": sent["subject"]}
    await partner.accepted(stack, "tela", await stack.intent("referral.accepted", **answer))

    no = await stack.intent("referral.refused", **answer, reason="session_full")

    assert await partner.refused(stack, "tela", no) == "already-answered"


async def test_others_submissions_are_not_found(stack: Stack) -> None:
    receipt = await partner.send(stack, HOSTILE, await stack.referral())

    async with stack.client("partners", NEIGHBOUR) as client:
        answer = await client.get(f"/v1/submissions/{receipt['submission']}")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-submission")


async def _kafka_only(stack: Stack) -> list[Bad]:
    """What only a record can be: its headers null or not UTF-8, its value null."""
    headers, value = over_kafka(await stack.referral(), "binary")
    plain = [pair for pair in headers if pair[0] != "ce_id"]
    other = [pair for pair in headers if pair[0] != "content-type"]
    return [
        ("not-json", ([], None)),
        ("not-json", (headers, None)),
        ("missing-attribute", ([*plain, ("ce_id", None)], value)),
        ("bad-encoding", ([*plain, ("ce_id", b"\xff\xfe")], value)),
        ("bad-encoding", ([*other, ("content-type", b"\xff")], value)),
        ("bad-attribute", ([*plain, ("ce_id", b"a\x00b")], value)),
        ("bad-attribute", ([*headers, ("ce_BAD-NAME", b"x")], value)),
    ]


def _is_problem(answer: httpx.Response) -> bool:
    """RFC 9457, and not a word of what was sent."""
    problem = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and set(problem) >= {"type", "title", "status", "detail", "code"}
        and problem["status"] == answer.status_code
        and not any(said in answer.text for said in (GOOD_NIR, "Zouzou", "coffee", "zoe@"))
    )


async def _known(stack: Stack, event_id: str) -> int:
    """How many submissions bear the id: what is refused at the door uses up no identity."""
    connection = await stack.database("partners")
    try:
        return int(
            await connection.fetchval(
                "SELECT count(*) FROM submission WHERE event_id = $1", event_id
            )
        )
    finally:
        await connection.close()

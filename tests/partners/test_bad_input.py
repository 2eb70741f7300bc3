"""Each kind of bad input has its code, keeps nothing, and quotes nothing."""

import json
from typing import Any

import pytest

from tests.partners.world import ACCEPTED, ANONYMOUS, SENT, TARGET, Partner, World, event

NIR = "184127645108946"
DEEP = b'{"specversion":"1.0","data":' + b"[" * 50_000 + b"]" * 50_000 + b"}"


def binary(**headers: str) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "/mon-logiciel",
        "ce-type": SENT,
        "ce-time": "2026-03-10T09:00:00Z",
        **headers,
    }


UNREADABLE: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("no JSON", b"hello", {}, 400, "not-json"),
    ("nothing", b"", {}, 400, "not-json"),
    ("not UTF-8", b'{"id": "\xff"}', {}, 400, "not-json"),
    ("NaN", b'{"specversion": "1.0", "data": {"x": NaN}}', {}, 400, "not-json"),
    ("infinity", b'{"specversion": "1.0", "data": {"x": 1e999}}', {}, 400, "not-json"),
    ("lone surrogate", b'{"specversion": "1.0", "id": "\\ud800"}', {}, 400, "not-json"),
    ("an array", b"[]", {}, 400, "not-an-object"),
    ("a number", b"1", {}, 400, "not-an-object"),
    ("50,000 nested brackets", DEEP, {}, 413, "too-large"),
    ("50,000 open brackets", b"[" * 50_000, {}, 400, "not-json"),
    ("nested 1,000 deep", b'{"data":' + b"[" * 1_000 + b"]" * 1_000 + b"}", {}, 400, "*"),
    ("800 KB", b'{"x": "' + b"x" * 800_000 + b'"}', {}, 413, "too-large"),
    ("over a megabyte", b"x" * 1_100_000, {}, 413, "body-too-large"),
    ("no attributes", b"{}", {}, 400, "missing-attribute"),
    (
        "text as application/json without headers",
        json.dumps(ANONYMOUS).encode(),
        {"content-type": "application/json"},
        400,
        "not-an-event",
    ),
    ("XML", b"<a/>", binary(**{"content-type": "text/xml"}), 400, "bad-data"),
    ("a form", b"a=1", {"content-type": "application/x-www-form-urlencoded"}, 400, "*"),
    ("binary, no JSON", b"hello", binary(), 400, "not-json"),
    ("binary, an array", b"[]", binary(), 400, "bad-data"),
    ("binary, no id", b"{}", binary(**{"ce-id": ""}), 400, "missing-attribute"),
]


async def test_the_unreadable_is_refused_at_once(world: World, caf: Partner) -> None:
    found = {}
    for name, body, headers, _, wanted in UNREADABLE:
        answer = await caf.post(body, **headers)
        assert answer.headers["content-type"] == "application/problem+json"
        found[name] = answer.status_code, "*" if wanted == "*" else answer.json()["code"]

    assert found == {name: (status, code) for name, _, _, status, code in UNREADABLE}
    assert await world.rows("SELECT id FROM submission") == []


ATTRIBUTES: list[tuple[str, dict[str, Any], int, str]] = [
    ("another specversion", {"specversion": "2.0"}, 400, "bad-attribute"),
    ("no time", {"time": None}, 400, "missing-attribute"),
    ("time without zone", {"time": "2026-03-10T09:00:00"}, 400, "bad-attribute"),
    ("time is no time", {"time": "yesterday"}, 400, "bad-attribute"),
    ("id is a number", {"id": 7}, 400, "bad-attribute"),
    ("NUL in the id", {"id": "a\0b"}, 400, "nul-character"),
    ("NUL in the data", {"data": {**ANONYMOUS, "need": "a\0b"}}, 400, "nul-character"),
    ("NUL in a name", {"data": {**ANONYMOUS, "a\0b": 1}}, 400, "nul-character"),
    ("line feed in the source", {"source": "a\nb"}, 400, "bad-attribute"),
    ("base64", {"data": None, "data_base64": "e30="}, 400, "bad-data"),
    ("data is a list", {"data": [1]}, 400, "bad-data"),
    ("no data", {"data": None}, 400, "bad-data"),
    ("id with spaces", {"id": "a b"}, 422, "schema"),
    ("id over 255", {"id": "x" * 256}, 422, "schema"),
    ("unknown type", {"type": "maillage.intent.coffee.served.v1"}, 422, "unknown-type"),
    ("foreign type", {"type": "com.example.created"}, 422, "unknown-type"),
    ("a fact", {"type": "maillage.referral.sent.v1"}, 422, "not-an-intent"),
    ("a fact we do not know", {"type": "maillage.booklet.issued.v1"}, 422, "not-an-intent"),
    ("a verdict", {"type": "maillage.intent.accepted.v1"}, 422, "not-an-intent"),
    ("correlation", {"correlationid": TARGET}, 422, "correlation-not-yours"),
    ("right of others", {"type": ACCEPTED, "data": {"referral": TARGET}}, 403, "type-not-allowed"),
]


async def test_a_bad_envelope_is_refused_by_its_code(world: World, caf: Partner) -> None:
    found = {}
    for name, changes, _, _ in ATTRIBUTES:
        answer = await caf.post(event(**changes))
        found[name] = answer.status_code, answer.json()["code"]

    assert found == {name: (status, code) for name, _, status, code in ATTRIBUTES}
    assert await world.rows("SELECT id FROM submission") == []


DATA: list[tuple[str, dict[str, Any], str]] = [
    ("unknown need", {"need": "coffee"}, "#/data/need"),
    ("need is a list", {"need": ["email"]}, "#/data/need"),
    ("no target", {"targets": []}, "#/data/targets"),
    ("targets are no ids", {"targets": ["tela"]}, "#/data/targets/0"),
    ("too many targets", {"targets": [TARGET] * 11}, "#/data/targets"),
    ("one target twice", {"targets": [TARGET, TARGET]}, "#/data"),
    ("person and anonymous", {"person": TARGET}, "#/data"),
    ("commune is no code", {"anonymous": {"commune": "x", "birth_band": "unknown"}}, "#/data/an"),
    ("null", {"level": None}, "#/data/level"),
    ("undeclared field", {"mood": "fine"}, "#/data/mood"),
    ("undeclared field with a slash", {"a/b~c": 1}, "#/data/a~1b~0c"),
    ("reference too long", {"partner_reference": "x" * 65}, "#/data/partner_reference"),
    ("reference with spaces", {"partner_reference": "Mme X"}, "#/data/partner_reference"),
    ("a number for a text", {"partner_reference": 12}, "#/data/partner_reference"),
    ("true for a list", {"targets": True}, "#/data/targets"),
]


async def test_a_schema_error_points_to_its_place(world: World, caf: Partner) -> None:
    for name, changes, pointer in DATA:
        answer = await caf.post(event(data={**ANONYMOUS, **changes}))

        assert (name, answer.status_code, answer.json()["code"]) == (name, 422, "schema")
        assert any(each["pointer"].startswith(pointer) for each in answer.json()["errors"]), name
    assert await world.rows("SELECT id FROM submission") == []


WITH_NIR: list[dict[str, Any]] = [
    {"id": NIR},
    {"source": f"/dossiers/{NIR}"},
    {"subject": "1 84 12 76 451 089 46"},
    {"data": {**ANONYMOUS, "partner_reference": NIR}},
    {"data": {**ANONYMOUS, "undeclared": {"deep": [NIR]}}},
    {"data": {**ANONYMOUS, NIR: 1}},
    {"data": {**ANONYMOUS, "number": int(NIR)}},
    {"dossier": NIR},
    {"partitionkey": NIR},
    {"dataschema": f"https://logiciel.example/{NIR}"},
]


async def test_a_nir_is_refused_wherever_it_stands_and_never_quoted(
    world: World, caf: Partner
) -> None:
    for changes in WITH_NIR:
        answer = await caf.post(event(**changes))

        assert (answer.status_code, answer.json()["code"]) == (422, "nir-refused")
        assert NIR not in answer.text
    assert await world.rows("SELECT id FROM submission") == []


async def test_a_nir_without_key_is_refused_in_free_text(tela: Partner) -> None:
    data = {"referral": TARGET, "message": "NIR 1 84 12 76 451 089, à rappeler"}

    answer = await tela.post(event(type=ACCEPTED, data=data))

    assert answer.json()["code"] == "nir-refused"


@pytest.mark.parametrize(
    "contact",
    ["05 55 12 34 56", "+33 6.98.12.34.56", "0033698123456", "+44 20 7946 0958", "a.b@courriel.fr"],
)
async def test_a_contact_is_refused_in_a_message_and_never_quoted(
    world: World, tela: Partner, contact: str
) -> None:
    data = {"referral": TARGET, "message": f"À rappeler : {contact}."}

    answer = await tela.post(event(type=ACCEPTED, data=data))

    assert (answer.status_code, answer.json()["code"]) == (422, "contact-refused")
    assert contact not in answer.text
    assert await world.rows("SELECT id FROM submission") == []


async def test_the_caller_is_checked_before_anything_that_was_sent(
    world: World, caf: Partner
) -> None:
    nobody = await world.client.post("/v1/events", content=b"hello")
    bad_token = await caf.post(b"hello", authorization="Bearer x")
    administrator = await world.client.post("/v1/events", content=b"x", headers=world.admin)
    await world.colleague("caf", "claire")
    colleague = await world.client.post(
        "/v1/events", content=b"hello", headers=await world.session("claire")
    )
    reader = await world.partner("lecture", scopes=("persons",))

    assert [each.status_code for each in (nobody, bad_token)] == [401, 401]
    assert [each.status_code for each in (administrator, colleague)] == [403, 403]
    assert (await reader.post(b"hello")).status_code == 403


async def test_a_suspended_organisation_is_refused_at_once_whatever_its_token_says(
    world: World, caf: Partner
) -> None:
    await world.step("caf", "suspend", reason="misuse")

    refused = [await caf.post(event()), await caf.post(b"hello")]
    await world.step("caf", "reinstate")

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (403, "organisation-not-active")
    assert (await caf.post(event())).status_code == 202


async def test_a_revoked_credential_is_refused_at_once_whatever_its_token_says(
    world: World, caf: Partner
) -> None:
    path = f"/v1/organisations/caf/credentials/{caf.credential['id']}"
    await world.client.delete(path, headers=world.admin)

    answer = await caf.post(event())

    assert (answer.status_code, answer.json()["code"]) == (401, "credential-revoked")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_no_answer_and_no_log_quotes_what_was_sent(
    caf: Partner, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    secret = "MmeDupontDeGueret"  # noqa: S105 - a name, which must not come back
    texts = [
        (await caf.post(event(data={**ANONYMOUS, "need": secret}))).text,
        (await caf.post(event(data={**ANONYMOUS, "targets": [secret]}))).text,
        (await caf.post(event(type=secret))).text,
        (await caf.post(event(time=secret))).text,
        (await caf.post(event(data={**ANONYMOUS, "due_on": secret}))).text,
        (await caf.post(secret.encode())).text,
        capsys.readouterr().out,
        caplog.text,
    ]

    assert [text for text in texts if secret in text] == []

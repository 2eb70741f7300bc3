"""What was released once holds the gate; fixtures stand in until there is a release."""

import json
from pathlib import Path
from typing import Any, ClassVar

import pytest

from contracts import gate
from contracts.message import Message
from contracts.schema import closed_form
from contracts.topics import REFERRALS, TOPICS, topic
from tests.contracts.ground import ROOT


class Sent(Message):
    type: ClassVar[str] = "maillage.letter.sent.v1"
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "letter"
    letter: int


class SentLater(Message):
    type: ClassVar[str] = Sent.type
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "letter"
    revision: ClassVar[int] = 2
    letter: int
    stamp: bool | None = None


class SentWithoutRevision(SentLater):
    """The new optional field, under the number of the old schema."""

    revision: ClassVar[int] = 1


class SentByName(Message):
    type: ClassVar[str] = Sent.type
    topic: ClassVar[str] = REFERRALS
    key: ClassVar[str] = "letter"
    revision: ClassVar[int] = 3
    letter: str
    stamp: bool | None = None


@pytest.fixture
def contracts(tmp_path: Path) -> Path:
    """A contracts folder in which revision 1 of the message was released with one example."""
    released = tmp_path / "released" / Sent.type
    write(released / "1.json", closed_form(Sent))
    for folder in (released / "examples", tmp_path / "examples" / Sent.type):
        write(folder / "plain.json", {"data": {"letter": 1}})
    return tmp_path


def write(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")


def test_our_messages_pass() -> None:
    assert gate.objections(ROOT / "contracts") == []


def test_what_did_not_change_passes(contracts: Path) -> None:
    assert gate.objections(contracts, [Sent]) == []


def test_a_new_optional_field_passes_under_a_new_revision(contracts: Path) -> None:
    assert gate.objections(contracts, [SentLater]) == []
    assert gate.objections(contracts, [SentWithoutRevision]) == [
        "maillage.letter.sent.v1: changed since it was released as revision 1"
    ]


def test_every_released_revision_is_compared(contracts: Path) -> None:
    write(contracts / "released" / Sent.type / "2.json", closed_form(SentLater))

    assert gate.objections(contracts, [SentByName]) == [
        "maillage.letter.sent.v1 against revision 1: /letter: type changed",
        "maillage.letter.sent.v1 against revision 2: /letter: type changed",
    ]


def test_a_released_field_stays_and_the_revision_never_goes_back(contracts: Path) -> None:
    write(contracts / "released" / Sent.type / "2.json", closed_form(SentLater))

    assert gate.objections(contracts, [Sent]) == [
        "maillage.letter.sent.v1 against revision 2: /stamp: property removed",
        "maillage.letter.sent.v1: revision 2 was released, 1 is older",
    ]


def test_a_released_message_stays(contracts: Path) -> None:
    assert gate.objections(contracts, []) == ["maillage.letter.sent.v1 was released and is gone"]


def test_a_released_example_is_never_edited(contracts: Path) -> None:
    write(contracts / "examples" / Sent.type / "plain.json", {"data": {"letter": 2}})

    assert gate.objections(contracts, [Sent]) == [
        "maillage.letter.sent.v1: the released example plain was edited"
    ]


def test_released_topics_stay_as_they_were_keyed_and_cut(contracts: Path) -> None:
    old = gate.described(TOPICS)
    old["maillage.letters.v1"] = old[REFERRALS]
    old["maillage.vouchers.v1"] = {**old["maillage.vouchers.v1"], "partitions": 6, "key": "place"}
    write(contracts / "released" / "topics.json", old)

    assert gate.objections(contracts, [Sent]) == [
        f"maillage.vouchers.v1: key changed from place to {topic('maillage.vouchers.v1').key}",
        "maillage.vouchers.v1: partitions changed from 6 to 3",
        "maillage.letters.v1 was released and is gone",
    ]


def test_a_new_topic_passes() -> None:
    assert gate.topic_objections({}, gate.described(TOPICS)) == []

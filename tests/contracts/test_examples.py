"""Golden examples satisfy their schemas, their models and everybody who reads them."""

from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from contracts import catalogue, golden, readers, topics
from contracts.codes import CODE_LISTS_BY_CLASS, Code
from contracts.golden import Example
from contracts.message import Message
from tests.contracts.ground import EXAMPLES, GOLDEN, GOLDEN_IDS, validator

# A partner posts identity and time only; the rest of the envelope is ours.
OURS = [(message, each) for message, each in GOLDEN if each.event["source"].startswith("/")]
READING = [each.name for each in entry_points(group=readers.GROUP)]


def test_every_message_has_an_example_and_every_example_a_message() -> None:
    written = {each.name for each in EXAMPLES.iterdir()}

    assert written == {each.type for each in catalogue.MESSAGES}
    assert {message.type for message, _ in GOLDEN} == written


@pytest.mark.parametrize(("message", "example"), GOLDEN, ids=GOLDEN_IDS)
def test_an_example_satisfies_envelope_and_schema(message: type[Message], example: Example) -> None:
    validator("envelope").validate(example.event)
    validator(message.type).validate(example.data)
    assert example.event["type"] == message.type


@pytest.mark.parametrize(("message", "example"), OURS)
def test_an_example_of_ours_says_where_it_belongs(message: type[Message], example: Example) -> None:
    event = example.event
    key = event["data"].get(message.key, event.get("submission"))
    assert event["subject"] == event["partitionkey"] == key
    assert event["dataschema"] == message.dataschema()
    assert event["recordedtime"] >= event["time"][:19]
    told_on = message in catalogue.OUTGOING and event["source"] == "/partners"
    assert ("sequence" in event) == (message in catalogue.FACTS and not told_on)
    if message.about and message.about in example.data:
        assert event["datasubject"] == example.data[message.about]


@pytest.mark.parametrize(("message", "example"), GOLDEN, ids=GOLDEN_IDS)
def test_a_model_gives_back_what_it_read(message: type[Message], example: Example) -> None:
    read = message.from_data(example.data)

    assert message.from_data(read.to_data()) == read
    assert read.to_data().items() >= example.data.items()


@pytest.mark.parametrize("service", READING)
def test_whoever_reads_a_message_can_read_every_example(service: str) -> None:
    for message, reader in _readers(service):
        assert service in _entitled(message)
        for data in _sent(message):
            reader.model_validate(data)


@pytest.mark.parametrize("service", READING)
def test_readers_are_open_to_fields_and_codes_to_come(service: str) -> None:
    for message, reader in _readers(service):
        for data in _sent(message):
            grown = {**data, "field_to_come": {"any": ["thing"]}}

            assert reader.model_validate(grown) == reader.model_validate(data)
            for extended in _with_codes_to_come(message, data):
                reader.model_validate(extended)


def _readers(service: str) -> list[tuple[type[Message], type[BaseModel]]]:
    [announced] = entry_points(group=readers.GROUP, name=service)
    reads: readers.Reads = announced.load()
    return [(catalogue.message(name), reader) for name, reader in reads.items() if reader]


def _sent(message: type[Message]) -> list[dict[str, Any]]:
    """The examples as their writer sends them: through the model, silences filled.

    What is told to a partner on its own topic is read by that partner, and by no service.
    """
    found = [
        example
        for example in golden.examples(EXAMPLES, message)
        if message not in catalogue.OUTGOING or example.event["source"] != "/partners"
    ]
    return [message.from_data(example.data).to_data() for example in found]


def _with_codes_to_come(
    model: type[BaseModel], data: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The data with a code that no list has yet, at each place that holds an extensible code."""
    for name, value in data.items():
        for kind in _classes(model.model_fields[name].annotation):
            if issubclass(kind, BaseModel) and isinstance(value, Mapping):
                yield from ({**data, name: each} for each in _with_codes_to_come(kind, value))
            elif issubclass(kind, Code) and CODE_LISTS_BY_CLASS[kind].extensible and value:
                yield {**data, name: "a_code_to_come" if isinstance(value, str) else [*value, "z"]}


def _classes(annotation: Any) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for each in get_args(annotation):
        yield from _classes(each)


def _entitled(message: type[Message]) -> set[str]:
    return {
        reader for name in catalogue.topics_of(message) for reader in topics.topic(name).readers
    }

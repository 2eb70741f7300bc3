"""CloudEvents in the three modes; the public SDK is the oracle of what is right."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings import http as sdk_http
from cloudevents.core.formats.json import JSONFormat
from hypothesis import given
from hypothesis import strategies as st

from chassis import codec
from chassis.codec import Undecodable
from chassis.events import Event

GIVEN: dict[str, Any] = {
    "specversion": "1.0",
    "id": "1",
    "source": "/somewhere",
    "type": "test.thing.happened.v1",
    "time": "2026-03-02T12:00:00Z",
    "data": {"a": 1},
}


def structured(**changes: Any) -> bytes:
    document = {name: value for name, value in (GIVEN | changes).items() if value is not ...}
    return json.dumps(document).encode()


def refusal(body: bytes) -> str:
    with pytest.raises(Undecodable) as caught:
        codec.decode_structured(body)
    return caught.value.code


ATTRIBUTE = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=("C", "Z")),
    min_size=1,
    max_size=40,
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | ATTRIBUTE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ATTRIBUTE, inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.builds(
    Event,
    id=ATTRIBUTE,
    source=ATTRIBUTE,
    type=ATTRIBUTE,
    time=st.datetimes(timezones=st.just(UTC)),
    recordedtime=st.none() | st.datetimes(timezones=st.just(UTC)),
    subject=st.none() | ATTRIBUTE,
    partitionkey=st.none() | ATTRIBUTE,
    sequence=st.none() | st.integers(0, 2**60),
    correlationid=st.none() | ATTRIBUTE,
    extensions=st.dictionaries(st.sampled_from(["organisation", "x1"]), ATTRIBUTE, max_size=2),
    data=st.dictionaries(ATTRIBUTE, JSON_VALUES, max_size=4),
)


@given(EVENTS)
def test_every_event_survives_both_modes(event: Event) -> None:
    headers, value = codec.encode_kafka(event)

    assert codec.decode_kafka(headers, value) == event
    assert codec.decode_structured(codec.encode_structured(event)) == event
    assert value  # an empty value would be a tombstone


@given(EVENTS)
def test_the_public_sdk_reads_what_we_write(event: Event) -> None:
    read = JSONFormat().read(None, codec.encode_structured(event))

    assert read.get_id() == event.id
    assert read.get_type() == event.type
    assert read.get_time() == event.time
    assert read.get_data() == event.data
    assert read.get_extension("organisation") == event.extensions.get("organisation")


def test_we_read_what_the_public_sdk_writes() -> None:
    from cloudevents.core.v1.event import CloudEvent  # noqa: PLC0415 - beside its only use

    theirs = CloudEvent(
        attributes={
            "id": "1",
            "source": "/somewhere",
            "type": "t",
            "time": datetime(2026, 3, 2, 12, tzinfo=UTC),
            "datacontenttype": "application/json",
            "specversion": "1.0",
        },
        data={"a": "é"},
    )
    message = sdk_http.to_binary(theirs, JSONFormat())

    ours = codec.decode_http({k.lower(): v for k, v in message.headers.items()}, message.body)

    assert (ours.id, ours.type, ours.data) == ("1", "t", {"a": "é"})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not-json"),
        (b"{", "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b"[" * 50_000 + b"]" * 50_000, "too-large"),
        (b"[" * 30_000 + b"]" * 30_000, "not-json"),
        (b"[]", "not-an-object"),
        (b'"text"', "not-an-object"),
        (b"\xff\xfe", "not-json"),
        (structured(data={"a": "\0"}), "nul-character"),
        (structured(data={"\0": 1}), "nul-character"),
        (structured(data="x" * 70_000), "too-large"),
        (structured(id=...), "missing-attribute"),
        (structured(id=""), "missing-attribute"),
        (structured(source=...), "missing-attribute"),
        (structured(type=...), "missing-attribute"),
        (structured(time=...), "missing-attribute"),
        (structured(specversion="0.3"), "bad-attribute"),
        (structured(time="yesterday"), "bad-attribute"),
        (structured(time="2026-03-02T12:00:00"), "bad-attribute"),
        (structured(time="0001-01-01T00:00:00+14:00"), "bad-attribute"),
        (structured(id=7), "bad-attribute"),
        (structured(id="a\nb"), "bad-attribute"),
        (structured(id="x" * 513), "bad-attribute"),
        (structured(UPPER="x"), "bad-attribute"),
        (structured(sequence="-1"), "bad-attribute"),
        (structured(sequence="9" * 21), "bad-attribute"),
        (structured(**{f"x{n}": "v" for n in range(17)}), "bad-attribute"),
        (structured(data=...), "bad-data"),
        (structured(data=[1]), "bad-data"),
        (structured(data=..., data_base64="aGk="), "bad-data"),
        (structured(datacontenttype="text/xml"), "bad-data"),
    ],
)
def test_what_is_no_event_is_told_by_a_code(body: bytes, code: str) -> None:
    assert refusal(body) == code


def test_deep_but_small_nesting_is_refused() -> None:
    data: dict[str, Any] = {}
    for _ in range(codec.MAX_DEPTH):
        data = {"a": data}

    assert refusal(structured(data=data)) == "too-deep"


def test_a_refusal_never_quotes_the_content() -> None:
    with pytest.raises(Undecodable) as caught:
        codec.decode_structured(structured(id=["Jeanne Durand"], Jeanne="Durand"))

    assert "Jeanne" not in str(caught.value)


def test_a_batch_tells_its_good_items_from_its_bad_ones() -> None:
    good, bad = json.loads(structured()), json.loads(structured(id=...))

    first, second, third = codec.decode_batch(json.dumps([good, bad, 7]).encode(), max_items=3)

    assert isinstance(first, Event)
    assert isinstance(second, Undecodable)
    assert isinstance(third, Undecodable)


@pytest.mark.parametrize(("body", "code"), [(b"{}", "not-an-array"), (b"[1,2,3,4]", "too-many")])
def test_a_batch_as_a_whole_may_be_none(body: bytes, code: str) -> None:
    with pytest.raises(Undecodable) as caught:
        codec.decode_batch(body, max_items=3)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "headers",
    [
        [("ce_id", None)],
        [("ce_id", b"\xff")],
        [("content-type", b"\xff")],
        [("content-type", b"text/plain"), ("ce_id", b"1")],
        [],
    ],
)
def test_hostile_headers_are_a_refusal_and_never_a_crash(headers: list[tuple[str, bytes]]) -> None:
    with pytest.raises(Undecodable):
        codec.decode_kafka(headers, b"{}")


def test_foreign_headers_are_not_read() -> None:
    headers, value = codec.encode_kafka(codec.decode_structured(structured()))
    foreign = [("trace", None), ("junk", b"\xff"), ("reply_to", b"x")]

    assert codec.decode_kafka([*headers, *foreign], value).id == "1"


def test_a_structured_record_needs_no_header() -> None:
    assert codec.decode_kafka([], structured()).id == "1"


@pytest.mark.parametrize(
    ("written", "microsecond"),
    [
        ("2026-03-02T12:00:00Z", 0),
        ("2026-03-02T12:00:00.5Z", 500_000),
        ("2026-03-02T12:00:00.123Z", 123_000),
        ("2026-03-02T14:00:00.123456789+02:00", 123_456),
    ],
)
def test_an_instant_may_have_any_precision(written: str, microsecond: int) -> None:
    read = codec.decode_structured(structured(time=written)).time

    assert read == datetime(2026, 3, 2, 12, microsecond=microsecond, tzinfo=UTC)


def test_two_spellings_of_one_content_have_one_hash() -> None:
    plus_two = timezone(timedelta(hours=2))
    one = codec.decode_structured(structured(data={"a": 1, "b": 2}))
    two = codec.decode_structured(
        structured(
            data={"b": 2, "a": 1},
            time=datetime(2026, 3, 2, 14, tzinfo=plus_two).isoformat(),
            id="other",
        )
    )
    three = codec.decode_structured(structured(data={"a": 1, "b": 3}))

    assert codec.canonical_hash(one) == codec.canonical_hash(two)
    assert codec.canonical_hash(one) != codec.canonical_hash(three)

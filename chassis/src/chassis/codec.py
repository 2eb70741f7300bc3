"""CloudEvents 1.0.2 between bytes and `Event`: structured, binary and batch.

Own code because the public SDK has no batch and cannot refuse what we must refuse (NUL characters,
instants without a zone); the SDK serves as an independent oracle in the tests.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.events import Event

MAX_EVENT_BYTES = 65_536
"""Largest event taken, in bytes: the CloudEvents specification asks every hop to carry 64 KiB."""

MAX_DEPTH = 32
"""Deepest nesting taken: our messages need 4; encoders and recursive readers break near 250."""

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
JSON = "application/json"

_KNOWN = (
    *("id", "source", "type", "subject", "time", "recordedtime", "partitionkey", "sequence"),
    *("correlationid", "causationid", "dataschema", "datasubject"),
)
_REQUIRED = ("specversion", "id", "source", "type", "time")
_RESERVED = {*_KNOWN, "specversion", "datacontenttype", "data", "data_base64"}
_NAME = re.compile(r"[a-z0-9]{1,20}")
_MAX_ATTRIBUTE = 512
_MAX_EXTENSIONS = 16
_SEQUENCE_DIGITS = 20  # zero-padded: the sequence extension compares as text


class Undecodable(Exception):
    """The bytes are no event we can read; `code` is stable, `detail` never quotes the content."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


def parse_json(body: bytes) -> Any:  # noqa: ANN401 - JSON is what it is
    """Parse strict JSON (RFC 8259): no NaN, no lone surrogates, bounded depth, no NUL.

    Raises:
        Undecodable: `not-json`, `too-deep`, or `nul-character`, which PostgreSQL cannot hold.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Undecodable("not-json", f"not valid JSON near byte {error.pos}") from None
    if b"\\u0000" in body or body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _check_tree(value)
    return value


def decode_structured(body: bytes, *, max_bytes: int = MAX_EVENT_BYTES) -> Event:
    """Read one event in JSON structured mode.

    Raises:
        Undecodable: with the code of what is wrong.
    """
    _check_size(body, max_bytes)
    return _from_object(parse_json(body))


def decode_batch(body: bytes, *, max_items: int) -> list[Event | Undecodable]:
    """Read a JSON batch; an item that is no event stands in the list as its own refusal.

    Raises:
        Undecodable: when the body as a whole is no batch (`not-json`, `not-an-array`, `too-many`).
    """
    items = parse_json(body)
    if not isinstance(items, list):
        raise Undecodable("not-an-array", "a batch is a JSON array of events")
    if len(items) > max_items:
        raise Undecodable("too-many", f"a batch holds at most {max_items} events")
    return [_item(item) for item in items]


def decode_http(headers: Mapping[str, str], body: bytes) -> Event:
    """Read one event of an HTTP request, binary (`ce-` headers) or structured, by its content type.

    Raises:
        Undecodable: with the code of what is wrong.
    """
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == STRUCTURED:
        return decode_structured(body)
    attributes = {name[3:]: value for name, value in headers.items() if name.startswith("ce-")}
    if not attributes:
        raise Undecodable("not-an-event", f"neither {STRUCTURED} nor ce- headers")
    _check_media(media)
    return _binary(attributes, body)


def decode_kafka(headers: Sequence[tuple[str, bytes | None]], value: bytes | None) -> Event:
    """Read one event of a Kafka record, binary (`ce_` headers) or structured.

    Headers that are not ours may hold anything, null and non-UTF-8 included: they are not read.

    Raises:
        Undecodable: with the code of what is wrong.
    """
    media = "".join(_text(raw) for name, raw in headers if name == "content-type")
    media = media.partition(";")[0].strip().lower()
    if media == STRUCTURED:
        return decode_structured(value or b"")
    attributes = {name[3:]: _text(raw) for name, raw in headers if name.startswith("ce_")}
    if not attributes:
        return decode_structured(value or b"")  # a structured event whose producer sets no header
    if media:
        _check_media(media)
    return _binary(attributes, value or b"")


def encode_kafka(event: Event) -> tuple[list[tuple[str, bytes]], bytes]:
    """Headers and value of the event in binary mode; never an empty value (that is a tombstone)."""
    headers = [("content-type", JSON.encode())]
    headers += [(f"ce_{name}", text.encode()) for name, text in _attributes(event)]
    return headers, orjson.dumps(event.data)


def encode_structured(event: Event) -> bytes:
    """The event in JSON structured mode."""
    document: dict[str, Any] = dict(_attributes(event))
    return orjson.dumps({**document, "datacontenttype": JSON, "data": event.data})


def canonical_hash(event: Event) -> str:
    """SHA-256 (hex) of the canonical JSON of type, subject, time and data: what the sender said.

    Keys sorted, no spaces, instants in UTC, so that two spellings of one content agree.
    """
    content = [event.type, event.subject, event.time.astimezone(UTC).isoformat(), event.data]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _attributes(event: Event) -> Iterable[tuple[str, str]]:
    yield "specversion", "1.0"
    for name in _KNOWN:
        value = getattr(event, name)
        if value is None:
            continue
        if isinstance(value, datetime):
            value = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        elif name == "sequence":
            value = str(value).zfill(_SEQUENCE_DIGITS)
        yield name, value
    yield from event.extensions.items()


def _item(item: object) -> Event | Undecodable:
    try:
        _check_size(orjson.dumps(item), MAX_EVENT_BYTES)
        return _from_object(item)
    except Undecodable as error:
        return error


def _from_object(document: object) -> Event:
    if not isinstance(document, dict):
        raise Undecodable("not-an-object", "an event is a JSON object")
    if "data_base64" in document:
        raise Undecodable("bad-data", "data is JSON, not base64")
    media = document.get("datacontenttype", JSON)
    _check_media(media if isinstance(media, str) else "")
    attributes = {}
    for name, value in document.items():
        if name in {"data", "datacontenttype"} or value is None:
            continue
        if not isinstance(value, str):
            raise Undecodable("bad-attribute", f"attribute {_shown(name)} must be a string")
        attributes[name] = value
    return _event(attributes, document.get("data"))


def _binary(attributes: Mapping[str, str], body: bytes) -> Event:
    _check_size(body, MAX_EVENT_BYTES)
    return _event(attributes, parse_json(body))


def _event(attributes: Mapping[str, str], data: object) -> Event:
    for name, value in attributes.items():
        _check_attribute(name, value)
    missing = [name for name in _REQUIRED if not attributes.get(name)]
    if missing:
        raise Undecodable("missing-attribute", f"missing: {', '.join(missing)}")
    if attributes["specversion"] != "1.0":
        raise Undecodable("bad-attribute", "specversion must be 1.0")
    if not isinstance(data, dict):
        raise Undecodable("bad-data", "data must be a JSON object")
    extensions = {name: value for name, value in attributes.items() if name not in _RESERVED}
    if len(extensions) > _MAX_EXTENSIONS:
        raise Undecodable("bad-attribute", f"at most {_MAX_EXTENSIONS} extension attributes")
    return Event(
        **{name: attributes.get(name) for name in _KNOWN}  # type: ignore[arg-type]  # the next three lines give the typed ones
        | {
            "time": _instant("time", attributes["time"]),
            "recordedtime": _instant("recordedtime", attributes.get("recordedtime")),
            "sequence": _number(attributes.get("sequence")),
        },
        data=data,
        extensions=extensions,
    )


def _check_attribute(name: str, value: str) -> None:
    if not _NAME.fullmatch(name):
        raise Undecodable("bad-attribute", "attribute names are 1 to 20 of a-z and 0-9")
    if len(value) > _MAX_ATTRIBUTE:
        raise Undecodable("bad-attribute", f"attribute {name} is over {_MAX_ATTRIBUTE} characters")
    if not value.isprintable():
        raise Undecodable("bad-attribute", f"attribute {name} holds control characters")


def _check_media(media: str) -> None:
    if media.partition(";")[0].strip().lower() != JSON:
        raise Undecodable("bad-data", f"the content type of data must be {JSON}")


def _check_size(body: bytes, max_bytes: int) -> None:
    if len(body) > max_bytes:
        raise Undecodable("too-large", f"an event is at most {max_bytes} bytes")


def _instant(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Undecodable("bad-attribute", f"{name} must be an RFC 3339 instant") from None
    if instant.tzinfo is None:
        raise Undecodable("bad-attribute", f"{name} must carry its time zone")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise Undecodable("bad-attribute", f"{name} is out of range") from None


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _SEQUENCE_DIGITS):
        raise Undecodable("bad-attribute", "sequence must be digits")
    return int(text)


def _text(raw: bytes | None) -> str:
    try:
        return (raw or b"").decode()
    except UnicodeDecodeError:
        raise Undecodable("bad-encoding", "a header is not UTF-8") from None


def _shown(name: object) -> str:
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "(unnamed)"


def _check_tree(value: object) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        if any(isinstance(node, str) and "\0" in node for node in level):
            raise Undecodable("nul-character", "the character U+0000 is not accepted in any text")
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise Undecodable("too-deep", f"JSON nested over {MAX_DEPTH} levels is not accepted")


def _children(node: object) -> Iterable[object]:
    if isinstance(node, dict):
        return (part for pair in node.items() for part in pair)
    return node if isinstance(node, list) else ()

"""What an outsider may write on its own topic, and what each record is answered."""

import json
from typing import Any, NamedTuple

from tests.partners.world import ACCEPTED, ANONYMOUS, SENT, TARGET, event

NIR = "184127645108946"
Headers = tuple[tuple[str, bytes | None], ...]


class Hostile(NamedTuple):
    name: str
    value: bytes | None
    headers: Headers
    reason: str


def said(**changes: Any) -> bytes:
    return json.dumps(event(**changes)).encode()


def data(**changes: Any) -> bytes:
    return said(data={**ANONYMOUS, **changes})


def binary(**changes: bytes | None) -> Headers:
    attributes: dict[str, bytes | None] = {
        "content-type": b"application/json",
        "ce_specversion": b"1.0",
        "ce_id": b"binary-1",
        "ce_source": b"/mon-logiciel",
        "ce_type": SENT.encode(),
        "ce_time": b"2026-03-10T09:00:00Z",
    }
    return tuple({**attributes, **changes}.items())


BODY = json.dumps(ANONYMOUS).encode()

HOSTILE = [
    Hostile("null value", None, (), "not-json"),
    Hostile("empty value", b"", (), "not-json"),
    Hostile("no JSON", b"hello", (), "not-json"),
    Hostile("not UTF-8", b"\xff\xfe\x00", (), "not-json"),
    Hostile("null byte", b"\0", (), "not-json"),
    Hostile("NaN", b'{"specversion": "1.0", "data": {"x": NaN}}', (), "not-json"),
    Hostile("a number", b"7", (), "not-an-object"),
    Hostile("an array", b"[]", (), "not-an-object"),
    Hostile("nothing in it", b"{}", (), "missing-attribute"),
    Hostile("800 KB", b'{"x": "' + b"x" * 800_000 + b'"}', (), "too-large"),
    Hostile("50,000 nested brackets", b"[" * 50_000 + b"]" * 50_000, (), "too-large"),
    Hostile("50,000 open brackets", b"[" * 50_000, (), "not-json"),
    Hostile("nested 1,000 deep", b'{"a":' + b"[" * 1_000 + b"]" * 1_000 + b"}", (), "too-deep"),
    Hostile("null ce header", BODY, binary(ce_id=None), "missing-attribute"),
    Hostile("null content type", BODY, binary(**{"content-type": None, "ce_type": b"x"}), "*"),
    Hostile("non-UTF-8 header", BODY, binary(ce_source=b"\xff\xfe"), "bad-encoding"),
    Hostile("NUL in a header", BODY, binary(ce_id=b"a\0b"), "bad-attribute"),
    Hostile("binary, no JSON", b"hello", binary(), "not-json"),
    Hostile("base64", said(data=None, data_base64="e30="), (), "bad-data"),
    Hostile("NUL in the data", data(need="a\0b"), (), "nul-character"),
    Hostile("no zone", said(time="2026-03-10T09:00:00"), (), "bad-attribute"),
    Hostile("wrong types", said(id=7), (), "bad-attribute"),
    Hostile("unknown type", said(type="maillage.intent.coffee.served.v1"), (), "unknown-type"),
    Hostile("a fact", said(type="maillage.referral.sent.v1"), (), "not-an-intent"),
    Hostile(
        "right of others", said(type=ACCEPTED, data={"referral": TARGET}), (), "type-not-allowed"
    ),
    Hostile("schema", data(need="coffee"), (), "schema"),
    Hostile("undeclared", data(MmeDupont="x"), (), "schema"),
    Hostile("NIR", data(partner_reference=NIR), (), "nir-refused"),
    Hostile("correlation", said(correlationid=TARGET), (), "correlation-not-yours"),
    Hostile("too old", said(time="2024-01-01T00:00:00Z"), (), "time-out-of-range"),
    Hostile("to come", said(time="2126-01-01T00:00:00Z"), (), "time-out-of-range"),
    Hostile(
        "history without the right", said(time="2024-01-01T00:00:00Z", history="true"), (), "*"
    ),
]

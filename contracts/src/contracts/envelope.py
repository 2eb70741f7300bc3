"""The CloudEvents attributes around every message, as they travel.

On Kafka each one is a header `ce_<name>` (binary mode); over HTTP it is a member of the JSON
document (structured mode) or a header `ce-<name>`. All are text.
"""

from dataclasses import dataclass
from typing import Any, Final

_UUID: Final = {"type": "string", "format": "uuid"}
_INSTANT: Final = {"type": "string", "format": "date-time", "maxLength": 64}
_TEXT: Final = {"type": "string", "minLength": 1, "maxLength": 512}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of the envelope.

    Attributes:
        partner: Whether a partner gives it with an intent; whatever else it sends is ignored.
        required: Whether every event of ours has it.
    """

    name: str
    meaning: str
    schema: dict[str, Any]
    required: bool = False
    partner: bool = False


ATTRIBUTES: Final = (
    Attribute(
        name="specversion",
        meaning="Version of CloudEvents.",
        schema={"type": "string", "const": "1.0"},
        required=True,
        partner=True,
    ),
    Attribute(
        name="id",
        meaning="With `source`, the identity of the event: the same again is the same event.",
        schema=_TEXT,
        required=True,
        partner=True,
    ),
    Attribute(
        name="source",
        meaning="Who wrote it: `/referrals`, `/partners/caf`. A partner's own is never trusted.",
        schema=_TEXT,
        required=True,
        partner=True,
    ),
    Attribute(
        name="type",
        meaning="Name of the message, with its version.",
        schema=_TEXT,
        required=True,
        partner=True,
    ),
    Attribute(
        name="time",
        meaning="When it happened; rules are judged at this instant.",
        schema=_INSTANT,
        required=True,
        partner=True,
    ),
    Attribute(
        name="recordedtime",
        meaning="When its writer learnt it; never before `time`.",
        schema=_INSTANT,
    ),
    Attribute(
        name="subject",
        meaning="Id of the aggregate; equals the record key.",
        schema=_TEXT,
        partner=True,
    ),
    Attribute(name="partitionkey", meaning="The record key.", schema=_TEXT),
    Attribute(
        name="sequence",
        meaning="Counts the facts of one aggregate from 1, padded with zeros; facts only, and not "
        "on a partner's own topic, which holds some of them.",
        schema={"type": "string", "pattern": "^[0-9]{1,20}$", "maxLength": 20},
    ),
    Attribute(
        name="correlationid",
        meaning="The journey (parcours). Minted by us, never taken from a partner.",
        schema=_UUID,
    ),
    Attribute(
        name="causationid",
        meaning="Id of the message that caused this one.",
        schema=_TEXT,
    ),
    Attribute(name="dataschema", meaning="Address of the schema of `data`.", schema=_TEXT),
    Attribute(
        name="datasubject",
        meaning="Opaque id of the person the data is about; an erasure finds its rows by it. On a "
        "partner's own topic it is that partner's.",
        schema=_UUID,
    ),
    Attribute(
        name="organisation",
        meaning="Sender of an intent, stamped by intake; echoed in the verdict.",
        schema=_UUID,
    ),
    Attribute(
        name="submission",
        meaning="The submission that carries an intent; echoed in the verdict and in the facts "
        "that the intent caused. On a partner's own topic it is one of that partner's.",
        schema=_UUID,
    ),
    Attribute(
        name="history",
        meaning="`true` when the intent is entered as history: nobody is notified.",
        schema={"type": "string", "const": "true"},
    ),
)


def kafka_headers() -> dict[str, Any]:
    """JSON Schema of the record headers in binary mode."""
    properties: dict[str, Any] = {
        "content-type": {"type": "string", "const": "application/json"},
    }
    for each in ATTRIBUTES:
        properties[f"ce_{each.name}"] = {"description": each.meaning, **each.schema}
    required = [f"ce_{each.name}" for each in ATTRIBUTES if each.required]
    return {"type": "object", "properties": properties, "required": ["content-type", *required]}


def structured_envelope() -> dict[str, Any]:
    """JSON Schema of an event as one JSON document, whatever its message."""
    properties: dict[str, Any] = {
        each.name: {"description": each.meaning, **each.schema} for each in ATTRIBUTES
    }
    properties["datacontenttype"] = {"type": "string", "const": "application/json"}
    properties["data"] = {
        "type": "object",
        "description": "The message; see the schema of its type.",
    }
    required = [each.name for each in ATTRIBUTES if each.required]
    return {"type": "object", "properties": properties, "required": [*required, "data"]}

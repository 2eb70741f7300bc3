"""The AsyncAPI 3 document of the platform, generated from the topics, messages and examples.

Written for draft-07, the dialect that AsyncAPI reads: definitions are hoisted to `components`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from contracts import catalogue, golden, topics
from contracts.envelope import kafka_headers
from contracts.message import Message
from contracts.schema import closed_form
from contracts.topics import Topic

_BINDING: Final = "0.5.0"
_ORGANISATION: Final = "organisation"  # any slug will do; the address below holds the parameter
_PARTNER_PARAMETER: Final = {
    "organisation": {
        "description": "Slug of the organisation.",
        "examples": ["caf", "mission-locale"],
    }
}


def document(version: str, examples_folder: Path) -> dict[str, Any]:
    """The whole document, ready for JSON.

    Args:
        version: Version of the contracts package.
        examples_folder: Where the golden examples are.
    """
    return {
        "asyncapi": "3.1.0",
        "info": _info(version),
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": {each.type: _message(each, examples_folder) for each in catalogue.MESSAGES},
            "schemas": {**_schemas(), "KafkaHeaders": kafka_headers()},
            "securitySchemes": {
                "scram": {
                    "type": "scramSha512",
                    "description": "One principal per service and per organisation.",
                }
            },
        },
    }


def _info(version: str) -> dict[str, Any]:
    return {
        "title": "Maillage",
        "version": version,
        "description": "Messages of the platform. Partners send intents and are answered by "
        "verdicts; services tell each other facts. Binary content mode of CloudEvents 1.0: "
        "attributes in `ce_` headers, `data` as the value.",
        "license": {"name": "MIT"},
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "`maillage kafka-config NAME` prints the address and the credentials.",
        "variables": {"bootstrap": {"default": "127.0.0.1:9092"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
    }


def _channels() -> dict[str, Any]:
    shared = {_channel_name(each): _channel(each) for each in topics.TOPICS}
    inbound, outbound = topics.partner_topics(_ORGANISATION)
    return {
        **shared,
        "partnerIn": _partner_channel(inbound, catalogue.INTENTS),
        "partnerOut": _partner_channel(outbound, _TOLD),
    }


_TOLD: Final[tuple[type[Message], ...]] = (*catalogue.ANSWERS, *catalogue.OUTGOING)


def _channel(topic: Topic) -> dict[str, Any]:
    carried = [each for each in catalogue.MESSAGES if topic.name in catalogue.topics_of(each)]
    return {
        "address": topic.name,
        "description": f"{topic.purpose} Key: {topic.key}. {topic.retention_reason}",
        "messages": {each.type: _message_ref(each) for each in carried},
        "bindings": {"kafka": _channel_binding(topic)},
    }


def _partner_channel(topic: Topic, messages: tuple[type[Message], ...]) -> dict[str, Any]:
    return {
        "address": topic.name.replace(_ORGANISATION, "{organisation}"),
        "description": f"{topic.purpose} Key: {topic.key}. {topic.retention_reason}",
        "parameters": _PARTNER_PARAMETER,
        "messages": {each.type: _message_ref(each) for each in messages},
        "bindings": {
            "kafka": {
                name: value for name, value in _channel_binding(topic).items() if name != "topic"
            }
        },
    }


def _channel_binding(topic: Topic) -> dict[str, Any]:
    return {
        "topic": topic.name,
        "partitions": topic.partitions,
        "topicConfiguration": {
            "cleanup.policy": ["delete"],
            "retention.ms": topic.retention_ms,
            "max.message.bytes": topics.MAX_BATCH_BYTES,
        },
        "bindingVersion": _BINDING,
    }


def _operations() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for topic in topics.TOPICS:
        channel = _channel_name(topic)
        carried = [each for each in catalogue.MESSAGES if topic.name in catalogue.topics_of(each)]
        for writer in topic.writers:
            written = [each for each in carried if writer in catalogue.writers_of(each)]
            if written:
                found[f"{writer}.sends.{channel}"] = _operation("send", channel, written)
        for reader in topic.readers:
            operation = _operation("receive", channel, carried)
            operation["bindings"] = {"kafka": _group_binding(reader)}
            found[f"{reader}.receives.{channel}"] = operation
    return {**found, **_partner_operations()}


def _partner_operations() -> dict[str, Any]:
    taken = _operation("receive", "partnerIn", list(catalogue.INTENTS))
    taken["summary"] = "An organisation says or asks something; it is answered on its own topic."
    taken["reply"] = {
        "channel": {"$ref": "#/channels/partnerOut"},
        "messages": [_channel_message_ref("partnerOut", each) for each in catalogue.ANSWERS],
    }
    told = _operation("send", "partnerOut", list(_TOLD))
    told["summary"] = (
        "Answers what the organisation sent, and tells it the facts that concern it: only its own "
        "side of them, without `sequence`."
    )
    return {"partners.receives.partnerIn": taken, "partners.sends.partnerOut": told}


def _operation(action: str, channel: str, messages: list[type[Message]]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [_channel_message_ref(channel, each) for each in messages],
    }


def _group_binding(service: str) -> dict[str, Any]:
    prefix = topics.group_prefix(service)
    group = {"type": "string", "pattern": f"^{prefix.replace('.', '[.]')}[a-z.-]+$"}
    return {"groupId": group, "bindingVersion": _BINDING}


def _message(message: type[Message], examples_folder: Path) -> dict[str, Any]:
    described = (message.__doc__ or "").strip().partition("\n")[0]
    return {
        "name": message.type,
        "title": message.__name__,
        "summary": described,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/KafkaHeaders"},
        "payload": {"$ref": f"#/components/schemas/{message.type}"},
        "correlationId": {
            "description": "The journey (parcours).",
            "location": "$message.header#/ce_correlationid",
        },
        "bindings": {
            "kafka": {"key": {"type": "string", "format": "uuid"}, "bindingVersion": _BINDING}
        },
        "examples": [
            {"name": each.name, "headers": each.headers, "payload": each.data}
            for each in golden.examples(examples_folder, message)
        ],
    }


def _schemas() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for message in catalogue.MESSAGES:
        schema = _hoisted(closed_form(message))
        found |= schema.pop("$defs", {})
        dataschema = schema.pop("$id")
        del schema["$schema"]
        found[message.type] = {**schema, "x-dataschema": dataschema}
    return dict(sorted(found.items()))


def _hoisted(value: Any) -> Any:  # noqa: ANN401 - walks JSON
    if isinstance(value, Mapping):
        return {key: _hoisted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_hoisted(each) for each in value]
    if isinstance(value, str) and value.startswith("#/$defs/"):
        return value.replace("#/$defs/", "#/components/schemas/")
    return value


def _channel_name(topic: Topic) -> str:
    return topic.name.split(".")[1]


def _message_ref(message: type[Message]) -> dict[str, str]:
    return {"$ref": f"#/components/messages/{message.type}"}


def _channel_message_ref(channel: str, message: type[Message]) -> dict[str, str]:
    return {"$ref": f"#/channels/{channel}/messages/{message.type}"}

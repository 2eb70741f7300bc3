"""The gate before a release: what was released once stays readable for ever.

`contracts/released/` holds `<type>/<revision>.json`, `<type>/examples/*.json` and `topics.json`,
copied there at each release; nothing is released before 1.0.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from contracts import catalogue
from contracts.compatibility import breaks, forbidden, resolved
from contracts.message import Message
from contracts.schema import closed_form
from contracts.topics import TOPICS, Topic

_NEVER_CHANGES: Final = ("owner", "key", "partitions")


def objections(
    contracts_folder: Path, messages: Sequence[type[Message]] = catalogue.MESSAGES
) -> list[str]:
    """Every reason why the messages and topics as they stand may not be released."""
    released = contracts_folder / "released"
    found = [
        f"{message.type}{each}" for message in messages for each in forbidden(closed_form(message))
    ]
    current = {each.type: each for each in messages}
    for folder in sorted(each for each in released.glob("*") if each.is_dir()):
        message = current.get(folder.name)
        if message is None:
            found.append(f"{folder.name} was released and is gone")
            continue
        found += _schema_objections(folder, message)
        found += _example_objections(folder, contracts_folder / "examples" / folder.name)
    snapshot = released / "topics.json"
    if snapshot.exists():
        found += topic_objections(_json(snapshot), described(TOPICS))
    return found


def described(declared: Sequence[Topic]) -> dict[str, dict[str, Any]]:
    """The topics as data, by name."""
    return {
        each.name: {
            "owner": each.owner,
            "key": each.key,
            "partitions": each.partitions,
            "retention_ms": each.retention_ms,
            "writers": list(each.writers),
            "readers": list(each.readers),
        }
        for each in declared
    }


def topic_objections(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """A topic may be added; one that is gone, keyed or cut otherwise scatters its aggregates."""
    found = []
    for name, before in old.items():
        after = new.get(name)
        if after is None:
            found.append(f"{name} was released and is gone")
            continue
        found += [
            f"{name}: {aspect} changed from {before[aspect]} to {after[aspect]}"
            for aspect in _NEVER_CHANGES
            if before[aspect] != after[aspect]
        ]
    return found


def _schema_objections(folder: Path, message: type[Message]) -> Iterator[str]:
    schemas = {int(each.stem): _json(each) for each in folder.glob("*.json")}
    schema = closed_form(message)
    for revision, old in sorted(schemas.items()):
        for each in breaks(old, schema):
            yield f"{message.type} against revision {revision}: {each}"
    latest = max(schemas, default=message.revision)
    if message.revision < latest:
        yield f"{message.type}: revision {latest} was released, {message.revision} is older"
    elif message.revision in schemas and resolved(schemas[message.revision]) != resolved(schema):
        yield f"{message.type}: changed since it was released as revision {message.revision}"


def _example_objections(folder: Path, examples: Path) -> Iterator[str]:
    for each in sorted((folder / "examples").glob("*.json")):
        now = examples / each.name
        if not now.exists() or _json(now) != _json(each):
            yield f"{folder.name}: the released example {each.stem} was edited"


def _json(path: Path) -> Any:  # noqa: ANN401 - JSON is what it is
    return json.loads(path.read_text(encoding="utf-8"))

"""Each row of the table of compatible and breaking changes (FULL_TRANSITIVE, closed form).

jsonsubschema, which decides inclusion of schemas by another method, is the independent oracle:
new data must satisfy the old reader and old data the new one, a reader being the closed form
without `additionalProperties`. The table is stricter in places (a removed optional property),
and knows what the oracle cannot (extensible lists, formats): such rows say so.
"""

import copy
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from contracts.catalogue import MESSAGES
from contracts.compatibility import breaks, forbidden, resolved
from contracts.schema import closed_form

with warnings.catch_warnings():
    # The oracle imports names that its own dependencies have deprecated.
    warnings.simplefilter("ignore")
    from jsonsubschema import isSubschema  # type: ignore[import-untyped]  # it has no types

Schema = dict[str, Any]

OLD: Schema = {
    "type": "object",
    "title": "Sent",
    "properties": {
        "person": {"type": "string", "maxLength": 36},
        "note": {"type": "string", "minLength": 1, "maxLength": 50},
        "alias": {"type": "string", "pattern": "^[a-z]{2}$"},
        "day": {"type": "string", "format": "date", "maxLength": 10},
        "count": {"type": "integer", "minimum": 0, "maximum": 10},
        "level": {"type": "string", "enum": ["low", "high"]},
        "need": {"$ref": "#/$defs/Need"},
        "targets": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10,
            "items": {"type": "string", "maxLength": 36},
        },
        "place": {
            "type": "object",
            "properties": {"commune": {"type": "string", "maxLength": 5}},
            "required": ["commune"],
            "additionalProperties": False,
        },
    },
    "required": ["person", "need"],
    "additionalProperties": False,
    "$defs": {"Need": {"type": "string", "enum": ["email"], "x-extensible": True}},
}


@dataclass(frozen=True)
class Row:
    """A change, what we say about it, and whether the oracle agrees (None: it cannot tell)."""

    name: str
    change: Mapping[str, Any]
    found: tuple[str, ...] = ()
    oracle: bool | None = True

    def new(self) -> Schema:
        schema = copy.deepcopy(OLD)
        for path, value in self.change.items():
            *above, last = path.split(".")
            spot = schema
            for step in above:
                spot = spot[step]
            if value is ...:
                del spot[last]
            else:
                spot[last] = value
        return schema


TEXT = {"type": "string", "maxLength": 9}

ROWS = [
    Row("nothing", {}),
    Row(
        "title, description, examples",
        {"title": "x", "properties.person.description": "y", "properties.person.examples": ["z"]},
    ),
    Row(
        "a reference moved, same shape",
        {"properties.need": OLD["$defs"]["Need"], "$defs.Need": ...},
    ),
    Row("new optional property", {"properties.due_on": TEXT}),
    Row("new optional property inside", {"properties.place.properties.street": TEXT}),
    Row(
        "property removed",
        {"properties.note": ...},
        ("/note: property removed",),
        oracle=None,  # nobody who reads by the schema is hurt; whoever needs the value is
    ),
    Row(
        "property renamed",
        {"properties.note": ..., "properties.remark": OLD["properties"]["note"]},
        ("/note: property removed",),
        oracle=None,
    ),
    Row(
        "required property renamed",
        {
            "properties.person": ...,
            "properties.human": OLD["properties"]["person"],
            "required": ["human", "need"],
        },
        ("/person: property removed", "/human: new required property"),
    ),
    Row(
        "new required property",
        {"properties.sender": TEXT, "required": ["person", "need", "sender"]},
        ("/sender: new required property",),
    ),
    Row(
        "optional made required",
        {"required": ["person", "need", "note"]},
        ("/note: made required",),
    ),
    Row("required made optional", {"required": ["need"]}, ("/person: made optional",)),
    Row("type changed", {"properties.count.type": "number"}, ("/count: type changed",)),
    Row("null added", {"properties.note.type": ["string", "null"]}, ("/note: null added",)),
    Row("length narrowed", {"properties.note.maxLength": 40}, ("/note: maxLength narrowed",)),
    Row("length widened", {"properties.person.maxLength": 99}, ("/person: maxLength widened",)),
    Row("length freed", {"properties.person.maxLength": ...}, ("/person: maxLength widened",)),
    Row("bound narrowed", {"properties.count.minimum": 1}, ("/count: minimum narrowed",)),
    Row("bound widened", {"properties.count.minimum": -1}, ("/count: minimum widened",)),
    Row("other bound", {"properties.count.maximum": 9}, ("/count: maximum narrowed",)),
    Row("step added", {"properties.count.multipleOf": 2}, ("/count: multipleOf changed",)),
    Row("list narrowed", {"properties.targets.maxItems": 5}, ("/targets: maxItems narrowed",)),
    Row("list widened", {"properties.targets.minItems": 0}, ("/targets: minItems widened",)),
    Row(
        "items changed inside",
        {"properties.targets.items.type": "integer"},
        ("/targets/[]: type changed",),
    ),
    Row("items gone", {"properties.targets.items": ...}, ("/targets: items changed",)),
    Row(
        "pattern narrowed", {"properties.alias.pattern": "^[a-y]{2}$"}, ("/alias: pattern changed",)
    ),
    Row(
        "pattern widened",
        {"properties.alias.pattern": "^[a-z]{2,3}$"},
        ("/alias: pattern changed",),
    ),
    Row(
        "format changed",
        {"properties.day.format": "date-time"},
        ("/day: format changed",),
        oracle=None,  # formats are annotations to the oracle
    ),
    Row(
        "code added to a closed list",
        {"properties.level.enum": ["low", "high", "middle"]},
        ("/level: code middle added to a closed list",),
    ),
    Row(
        "code added to an extensible list",
        {"$defs.Need.enum": ["email", "security"]},
        oracle=None,  # the "other" branch of the readers is what makes it safe
    ),
    Row(
        "list declared extensible afterwards",
        {"properties.level.x-extensible": True},
        ("/level: declared extensible after its readers were written",),
        oracle=None,
    ),
    Row(
        "code removed",
        {"properties.level.enum": ["low"]},
        ("/level: code high removed",),
    ),
    Row("list freed", {"properties.level.enum": ...}, ("/level: enum removed",)),
    Row(
        "constant instead of a list of two",
        {"properties.level": {"type": "string", "const": "low"}},
        ("/level: code high removed",),
    ),
    Row(
        "meaning of silence changed",
        {"properties.level.default": "low"},
        ("/level: default changed",),
        oracle=None,
    ),
    Row(
        "a choice between properties added",
        {"oneOf": [{"required": ["note"]}, {"required": ["day"]}]},
        ("/: oneOf: alternatives added or removed",),
        oracle=None,  # the oracle does not take `oneOf` beside properties
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_change_is_judged_by_the_table(row: Row) -> None:
    assert {str(each) for each in breaks(OLD, row.new())} == set(row.found)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.oracle is not None], ids=lambda row: row.name
)
def test_an_independent_oracle_agrees(row: Row) -> None:
    old, new = resolved(OLD), resolved(row.new())

    safe = isSubschema(_oracle(new), _opened(old)) and isSubschema(_oracle(old), _opened(new))

    assert safe == (not row.found)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"additionalProperties": True}, "/: additionalProperties must be false"),
        ({"additionalProperties": ...}, "/: additionalProperties must be false"),
        (
            {"properties.place.additionalProperties": TEXT},
            "/place: additionalProperties must be false",
        ),
        ({"patternProperties": {"^x": TEXT}}, "/: patternProperties is forbidden"),
        ({"properties.targets.additionalItems": False}, "/targets: additionalItems is forbidden"),
        ({"properties.note.not": {"maxLength": 3}}, "/note: not is forbidden"),
        ({"oneOf": [{"not": {}}]}, "/oneOf/0: not is forbidden"),
        (
            {"properties.targets.items": {"type": "object"}},
            "/targets/[]: additionalProperties must be false",
        ),
    ],
)
def test_open_forms_are_forbidden(change: Mapping[str, Any], found: str) -> None:
    assert [str(each) for each in forbidden(Row("", change).new())] == [found]


def test_a_closed_form_is_not_forbidden() -> None:
    assert forbidden(OLD) == []


def test_breaks_inside_a_choice_are_seen() -> None:
    old = {"anyOf": [TEXT, {"type": "integer"}]}

    assert breaks(old, old) == []
    assert [str(each) for each in breaks(old, {"anyOf": [TEXT, {"type": "number"}]})] == [
        "/anyOf/1: type changed"
    ]


def test_a_schema_that_refers_to_itself_is_refused() -> None:
    endless = {"$ref": "#/$defs/A", "$defs": {"A": {"items": {"$ref": "#/$defs/A"}}}}

    with pytest.raises(ValueError, match="itself"):
        resolved(endless)


def test_our_own_messages_are_closed_and_compatible_with_themselves() -> None:
    for message in MESSAGES:
        schema = closed_form(message)
        assert forbidden(schema) == []
        assert breaks(schema, schema) == []


def _opened(schema: Any) -> Any:
    """The reader's form: the closed one without that keyword."""
    if isinstance(schema, Mapping):
        return {
            key: _opened(each)
            for key, each in _oracle(schema).items()
            if key != "additionalProperties"
        }
    return schema


def _oracle(schema: Any) -> Any:
    """The schema in words the oracle knows."""
    if isinstance(schema, Mapping):
        return {
            key: _oracle(each)
            for key, each in schema.items()
            if key not in {"extensible", "format"}
        }
    return schema

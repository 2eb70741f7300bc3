"""Whether a change of a schema breaks a reader or old data: FULL_TRANSITIVE on the closed form.

Old data must satisfy every new reader and new data every old one. The comparison is structural,
with `$ref` resolved; what it does not know it calls breaking.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

Schema = Mapping[str, Any]

# They say something to people and nothing to a validator.
_ANNOTATIONS: Final = frozenset(
    {
        *("$schema", "$id", "$defs", "$comment", "title", "description", "examples"),
        *("deprecated", "x-labels", "x-extensible"),
    }
)
_FORBIDDEN: Final = ("patternProperties", "additionalItems", "not")
# A lower bound that grows, or an upper bound that shrinks, narrows.
_LOWER: Final = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
_UPPER: Final = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
_ALTERNATIVES: Final = ("anyOf", "oneOf", "allOf")
_STRUCTURE: Final = frozenset(
    {"type", "enum", "properties", "required", "items", *_LOWER, *_UPPER, *_ALTERNATIVES}
)


@dataclass(frozen=True, slots=True)
class Break:
    """One reason why a schema may not be published: where, and what."""

    place: str
    rule: str

    @override
    def __str__(self) -> str:
        return f"{self.place or '/'}: {self.rule}"


def breaks(old: Schema, new: Schema) -> list[Break]:
    """Every breaking difference between a released closed form and the new one."""
    return list(_differences("", resolved(old), resolved(new)))


def forbidden(schema: Schema) -> list[Break]:
    """Everything that a closed form may not hold, whatever came before it."""
    return list(_forbidden("", resolved(schema)))


def resolved(schema: Schema) -> dict[str, Any]:
    """The schema without `$ref`, without annotations, each `const` as an `enum` of one.

    Raises:
        ValueError: A schema refers to itself: messages are finite.
    """
    return _resolved(schema, definitions=schema.get("$defs", {}), above=())


def _resolved(schema: Schema, *, definitions: Schema, above: tuple[str, ...]) -> dict[str, Any]:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name in above:
            raise ValueError(f"{name} refers to itself")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        merged = {**definitions[name], **beside}
        return _resolved(merged, definitions=definitions, above=(*above, name))

    def inner(each: Schema) -> dict[str, Any]:
        return _resolved(each, definitions=definitions, above=above)

    return {key: _resolved_keyword(key, value, inner) for key, value in _plain(schema).items()}


def _plain(schema: Schema) -> dict[str, Any]:
    """One level without annotations; each `const` as an `enum` of one."""
    plain = {key: value for key, value in schema.items() if key not in _ANNOTATIONS}
    if "const" in plain:
        plain["enum"] = [plain.pop("const")]
    if "enum" in plain:
        plain["extensible"] = bool(schema.get("x-extensible"))
    return plain


def _resolved_keyword(key: str, value: Any, inner: Callable[[Schema], Schema]) -> Any:  # noqa: ANN401 - walks JSON
    if key == "properties":
        return {name: inner(each) for name, each in value.items()}
    if key in _ALTERNATIVES:
        return [inner(each) for each in value]
    return inner(value) if key == "items" and isinstance(value, Mapping) else value


def _differences(place: str, old: Schema, new: Schema) -> Iterator[Break]:
    yield from _types(place, old, new)
    yield from _bounds(place, old, new)
    yield from _codes(place, old, new)
    yield from _properties(place, old, new)
    yield from _inside(place, old, new)
    for key in sorted((set(old) | set(new)) - _STRUCTURE - {"extensible"}):
        if old.get(key) != new.get(key):
            yield Break(place, f"{key} changed")


def _types(place: str, old: Schema, new: Schema) -> Iterator[Break]:
    before, after = _type_names(old), _type_names(new)
    if before ^ after == {"null"}:
        yield Break(place, "null added" if "null" in after else "null removed")
    elif before != after:
        yield Break(place, "type changed")


def _type_names(schema: Schema) -> set[str]:
    names = schema.get("type", [])
    return {names} if isinstance(names, str) else set(names)


def _bounds(place: str, old: Schema, new: Schema) -> Iterator[Break]:
    for key in (*_LOWER, *_UPPER):
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        if before is None or after is None:
            narrowed = before is None
        else:
            narrowed = (after > before) == (key in _LOWER)
        yield Break(place, f"{key} {'narrowed' if narrowed else 'widened'}")


def _codes(place: str, old: Schema, new: Schema) -> Iterator[Break]:
    if ("enum" in old) != ("enum" in new):
        yield Break(place, "enum added" if "enum" in new else "enum removed")
        return
    before, after = old.get("enum", []), new.get("enum", [])
    for code in before:
        if code not in after:
            yield Break(place, f"code {code} removed")
    if not old.get("extensible"):
        for code in after:
            if code not in before:
                yield Break(place, f"code {code} added to a closed list")
        if new.get("extensible"):
            yield Break(place, "declared extensible after its readers were written")


def _properties(place: str, old: Schema, new: Schema) -> Iterator[Break]:
    before, after = old.get("properties", {}), new.get("properties", {})
    was, now = set(old.get("required", [])), set(new.get("required", []))
    for name in before.keys() - after.keys():
        yield Break(f"{place}/{name}", "property removed")
    for name in sorted(now - was):
        known = name in before or name not in after
        yield Break(f"{place}/{name}", "made required" if known else "new required property")
    for name in sorted(was - now):
        if name in after or name not in before:
            yield Break(f"{place}/{name}", "made optional")
    for name in sorted(before.keys() & after.keys()):
        yield from _differences(f"{place}/{name}", before[name], after[name])


def _inside(place: str, old: Schema, new: Schema) -> Iterator[Break]:
    before, after = old.get("items"), new.get("items")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _differences(f"{place}/[]", before, after)
    elif before != after:
        yield Break(place, "items changed")
    for key in _ALTERNATIVES:
        ours, theirs = old.get(key, []), new.get(key, [])
        if len(ours) != len(theirs):
            yield Break(place, f"{key}: alternatives added or removed")
            continue
        for index, (each, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from _differences(f"{place}/{key}/{index}", each, other)


def _forbidden(place: str, schema: Schema) -> Iterator[Break]:
    for key in _FORBIDDEN:
        if key in schema:
            yield Break(place, f"{key} is forbidden")
    is_object = "properties" in schema or "object" in _type_names(schema)
    if (is_object or "additionalProperties" in schema) and (
        schema.get("additionalProperties") is not False
    ):
        yield Break(place, "additionalProperties must be false")
    for name, each in schema.get("properties", {}).items():
        yield from _forbidden(f"{place}/{name}", each)
    if isinstance(schema.get("items"), Mapping):
        yield from _forbidden(f"{place}/[]", schema["items"])
    for key in _ALTERNATIVES:
        for index, each in enumerate(schema.get(key, [])):
            yield from _forbidden(f"{place}/{key}/{index}", each)

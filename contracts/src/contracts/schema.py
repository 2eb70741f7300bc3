"""JSON Schemas of the messages, in the closed form that writers keep to."""

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema
from typing_extensions import override

from contracts.message import Message

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def closed_form(message: type[Message]) -> dict[str, Any]:
    """The published schema: no undeclared property at any level, no null, every size bounded."""
    schema = message.model_json_schema(schema_generator=_WireSchema)
    return {"$schema": DIALECT, "$id": message.dataschema(), **schema}


class _WireSchema(GenerateJsonSchema):
    """What is not said is left out, so an optional field is no union with null."""

    @override
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    @override
    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    @override
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False  # "Taken On" says nothing that `taken_on` does not

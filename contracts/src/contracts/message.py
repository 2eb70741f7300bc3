"""What every message is: a frozen, closed model that knows its type, its topic and its key."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError, to_json


class Part(BaseModel):
    """A closed piece of a message: no undeclared property can ever have been sent."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        # An error about a partner's value must be fit for a log.
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class Message(Part):
    """The data of one CloudEvent.

    Attributes:
        type: The CloudEvents type, with its version.
        topic: The topic on which it travels.
        key: The field whose value is the record key, the subject and the partition key.
        about: The field that names the person the message is about, if any.
        revision: Grows with each compatible change of the schema; part of `dataschema`.
    """

    type: ClassVar[str]
    topic: ClassVar[str]
    key: ClassVar[str]
    about: ClassVar[str | None] = None
    revision: ClassVar[int] = 1

    @classmethod
    def dataschema(cls) -> str:
        """The address of the schema: it changes with the revision, the type does not."""
        return f"urn:maillage:schema:{cls.type}:{cls.revision}"

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The message that came over the wire, checked as strictly as its JSON Schema says.

        Types are not coerced, and what is not said is left out: `null` is refused.

        Raises:
            pydantic.ValidationError: The data breaks the contract; `errors()` names places and
                reasons and holds no value unless asked to.
        """
        nulls = _nulls(data)
        if nulls:
            raise ValidationError.from_exception_data(cls.__name__, nulls)
        try:
            text = to_json(data)
        except ValueError as error:  # half a surrogate pair
            raise ValidationError.from_exception_data(cls.__name__, [_UNREADABLE]) from error
        return cls.model_validate_json(text, strict=True)

    def to_data(self) -> dict[str, Any]:
        """The data ready for JSON; what is not said is left out."""
        return self.model_dump(mode="json", exclude_none=True)


_MAX_DEPTH: Final = 16  # our messages nest three deep
_UNREADABLE: Final = InitErrorDetails(
    type=PydanticCustomError("unreadable", "the text is not valid Unicode or nests too deep"),
    loc=(),
    input=None,
)


def _nulls(data: Mapping[str, Any]) -> list[InitErrorDetails]:
    """One error per null; without recursion, for the data may nest as deep as the sender likes."""
    found: list[InitErrorDetails] = []
    todo: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while todo:
        place, value = todo.pop()
        if len(place) > _MAX_DEPTH:
            return [_UNREADABLE]
        if value is None:
            error = PydanticCustomError("null", "leave the field out instead of sending null")
            found.append(InitErrorDetails(type=error, loc=place, input=None))
        else:
            todo += [((*place, step), each) for step, each in _inside(value)]
    return found


def _inside(value: Any) -> Iterable[tuple[str | int, Any]]:  # noqa: ANN401 - walks JSON
    if isinstance(value, Mapping):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()

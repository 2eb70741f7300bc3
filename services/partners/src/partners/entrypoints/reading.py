"""How partners reads what others say: only the fields it uses, and the rest may come and go."""

from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.events import Event
from chassis.messaging import Poison


class Reader(BaseModel):
    """An open reader: fields that partners does not use may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


Read = TypeVar("Read", bound=Reader)


def read(reader: type[Read], event: Event) -> Read:
    """The message as `reader` declares it.

    Raises:
        Poison: a field that we use is missing or wrong; the detail names it, never its value.
    """
    try:
        return reader.model_validate(event.data)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise Poison("unreadable", f"{event.type}: {fields}") from error


def read_uuid(event: Event, name: str, value: str | None) -> UUID:
    """The attribute of that name as an id.

    Raises:
        Poison: it is missing or is none.
    """
    try:
        return UUID(value or "")
    except ValueError:
        raise Poison("unreadable", f"{event.type}: {name}") from None

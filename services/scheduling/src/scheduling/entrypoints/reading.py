"""How scheduling reads a message: only the fields it uses, whatever else may come and go."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.events import Event
from chassis.messaging.outcomes import Poison


class Reader(BaseModel):
    """An open reader: fields that scheduling does not use may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


Read = TypeVar("Read", bound=BaseModel)


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

"""How a message of others is read: the fields we use, checked; every other passes."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.events import Event
from chassis.messaging import Poison


class Reader(BaseModel):
    """Reads the fields we use and lets every other pass."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


Read = TypeVar("Read", bound=Reader)


def read(model: type[Read], event: Event) -> Read:
    """The data as this service needs it.

    Raises:
        Poison: it breaks the contract; the places are named, the values are not.
    """
    try:
        return model.model_validate(event.data)
    except ValidationError as error:
        places = {".".join(map(str, each["loc"])) for each in error.errors(include_input=False)}
        raise Poison("contract-broken", ", ".join(sorted(places))) from None

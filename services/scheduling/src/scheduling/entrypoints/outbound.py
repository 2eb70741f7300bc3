"""From a fact of scheduling's domain to the message that the contract promises."""

from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final

from chassis.database import Wire
from contracts.events import scheduling as facts
from contracts.message import Message
from contracts.topics import SCHEDULING
from contracts.verdicts import IntentAccepted, IntentRefused, Verdict
from scheduling.domain import events

MESSAGES: Final[MappingProxyType[type[Any], type[Message]]] = MappingProxyType(
    {
        events.PlaceRegistered: facts.PlaceRegistered,
        events.PlaceChanged: facts.PlaceChanged,
        events.PlaceClosed: facts.PlaceClosed,
        events.SessionScheduled: facts.SessionScheduled,
        events.SessionCancelled: facts.SessionCancelled,
        events.SeatsChanged: facts.SeatsChanged,
        events.BookingConfirmed: facts.BookingConfirmed,
        events.BookingCancelled: facts.BookingCancelled,
        events.AttendanceRecorded: facts.AttendanceRecorded,
        events.AttendanceCorrected: facts.AttendanceCorrected,
        events.VisitRecorded: facts.VisitRecorded,
        events.SubmissionAccepted: IntentAccepted,
        events.SubmissionRefused: IntentRefused,
    }
)
"""Each fact and the message with the same fields; the closed model refuses any other."""


def wire(fact: Any) -> Wire:  # noqa: ANN401  any fact of the table
    """The message for a fact of the domain, checked against its contract.

    Raises:
        TypeError: no message is declared for facts of this class.
    """
    model = MESSAGES.get(type(fact))
    if model is None:
        raise TypeError(f"scheduling has no message for {type(fact).__name__}")
    # Facts are flat; `asdict` would copy every value of them deeply.
    message = model.model_validate({each.name: getattr(fact, each.name) for each in fields(fact)})
    topic = SCHEDULING if isinstance(message, Verdict) else message.topic
    return Wire(
        topic=topic, type=message.type, data=message.to_data(), dataschema=message.dataschema()
    )

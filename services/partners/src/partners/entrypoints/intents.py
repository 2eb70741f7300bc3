"""From an event that a partner sent to an intent of good form, by its contract."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from chassis.codec import canonical_hash
from chassis.events import Event
from contracts import catalogue
from contracts.fields import EventId, PartnerReference, TypeName
from contracts.intents import intent as contract
from contracts.nir import contains_nir
from partners.domain.refusals import (
    ContactRefused,
    Fault,
    MalformedIntent,
    NirRefused,
    NotAnIntent,
    UnknownType,
)
from partners.domain.submission import Intent
from web.problems import QUOTING_TYPES

_EVENT_ID: Final[TypeAdapter[str]] = TypeAdapter(EventId)
_REFERENCE: Final[TypeAdapter[str]] = TypeAdapter(PartnerReference)
_TYPE: Final[TypeAdapter[str]] = TypeAdapter(TypeName)
_NOWHERE: Final = UUID(int=0)
_FAULTS_MAX: Final = 20


def read_intent(event: Event) -> Intent:
    """The intent, its data checked as strictly as its JSON Schema says.

    Raises:
        NotAnIntent, UnknownType: by the type alone.
        NirRefused: a NIR stands anywhere in it.
        ContactRefused: a telephone number or an e-mail address stands in its message.
        MalformedIntent: with the places that are wrong.
    """
    model = _model(event.type)
    if any(map(contains_nir, _texts(_everything(event)))):
        raise NirRefused
    faults = [] if _said(_EVENT_ID, event.id) else [_BAD_ID]
    try:
        message = model.from_data(event.data)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)
        kinds = {each["type"] for each in errors}
        if "nir" in kinds:
            raise NirRefused from None
        if "contact" in kinds:
            raise ContactRefused from None
        faults += [_fault(each) for each in errors[:_FAULTS_MAX]]
        raise MalformedIntent(faults) from None
    if faults:
        raise MalformedIntent(faults)
    about = message.record_key(_NOWHERE)
    # The partner's own word for the case is kept here and echoed; nobody else needs it.
    data = {name: each for name, each in message.to_data().items() if name != "partner_reference"}
    return Intent(
        source=event.source,
        event_id=event.id,
        type=event.type,
        happened_at=event.time,
        content_hash=canonical_hash(event),
        data=data,
        about=None if about == _NOWHERE else about,
        person=getattr(message, message.about) if message.about else None,
        partner_reference=message.partner_reference,
        correlation=event.correlationid,
    )


def echo(event: Event | None) -> dict[str, str | None]:
    """What of a refused event may be repeated to its sender, where it is fit to be kept."""
    if event is None:
        return {"event_id": None, "type": None, "partner_reference": None}
    return {
        "event_id": _said(_EVENT_ID, event.id),
        "type": _said(_TYPE, event.type),
        "partner_reference": _said(_REFERENCE, event.data.get("partner_reference")),
    }


_BAD_ID: Final = Fault("/id", "at most 255 visible ASCII characters")


def _model(name: str) -> type[contract.Intent]:
    try:
        return catalogue.intent(name)
    except KeyError:
        pass
    known = any(each.type == name for each in catalogue.MESSAGES)
    if known or (name.startswith("maillage.") and not name.startswith("maillage.intent.")):
        raise NotAnIntent
    raise UnknownType


def _fault(error: Mapping[str, Any]) -> Fault:
    path = (str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"])
    return Fault(
        "/".join(("/data", *path)),
        QUOTING_TYPES.get(error["type"], error["msg"]),
        # The name of an undeclared field is the sender's word: fit for them, not for a topic.
        declared=error["type"] != "extra_forbidden",
    )


def _everything(event: Event) -> list[Any]:
    attributes = [event.id, event.source, event.subject, event.partitionkey, event.causationid]
    return [*attributes, event.dataschema, event.datasubject, event.extensions, event.data]


def _texts(values: Iterable[Any]) -> Iterable[str]:
    """Every text in it, names of fields included, ids of ours apart: no NIR hides in a UUID."""
    todo = list(values)
    while todo:
        value = todo.pop()
        if isinstance(value, str):
            if not _is_uuid(value):
                yield value
        elif isinstance(value, Mapping):
            todo += [*value, *value.values()]
        elif isinstance(value, list):
            todo += value
        elif isinstance(value, int | float):
            todo.append(str(value))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _said(adapter: TypeAdapter[str], value: object) -> str | None:
    try:
        return adapter.validate_python(value, strict=True)
    except ValidationError:
        return None

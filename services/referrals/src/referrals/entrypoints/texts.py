"""Free text on its way in: bounded, without control characters, and never with a NIR."""

from typing import Final

from pydantic import TypeAdapter, ValidationError

from contracts.fields import FreeText
from referrals.entrypoints.wording import NIR_REFUSED, sentence_of

_MESSAGE: Final[TypeAdapter[str]] = TypeAdapter(FreeText)


def message_fault(message: str) -> str | None:
    """What is wrong with a message typed on a page, in words; nothing is fine too."""
    text = message.strip().replace("\r\n", "\n")
    if not text:
        return None
    try:
        _MESSAGE.validate_python(text)
    except ValidationError as error:
        return _said(error.errors(include_input=False)[0]["type"])
    return None


def _said(kind: str) -> str:
    if kind == "nir":
        return sentence_of(NIR_REFUSED)
    if kind == "string_too_long":
        return "Ce message dépasse 500 caractères : abrégez-le."
    return "Ce message contient des signes que nous ne pouvons pas garder : récrivez-le."

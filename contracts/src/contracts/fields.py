"""The kinds of values that messages are made of; each one is bounded."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from contracts.nir import contains_nir

Id = UUID
Date = date


def _without_nir(text: str) -> str:
    if contains_nir(text):
        raise PydanticCustomError("nir", "a social-security number (NIR) may not travel")
    return text


def _free_text_without_nir(text: str) -> str:
    if contains_nir(text, free_text=True):
        raise PydanticCustomError("nir", "a social-security number (NIR) may not travel")
    return text


def _each_once(targets: list[UUID]) -> list[UUID]:
    if len(set(targets)) < len(targets):
        raise PydanticCustomError("twice", "each may be named once")
    return targets


# INSEE code of a commune as of the date of the message: 23096, 2A004.
Commune = Annotated[str, StringConstraints(pattern=r"^(?:[0-9]{2}|2[AB])[0-9]{3}$", max_length=5)]

# Kebab-case code of a refusal: `unknown-referral`.
ReasonCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$", max_length=64)
]

# Name of a message: `maillage.intent.referral.sent.v1`.
TypeName = Annotated[
    str, StringConstraints(pattern=r"^maillage(?:\.[a-z][a-z0-9-]*)+\.v[0-9]+$", max_length=100)
]

# The partner's own word for the case, echoed in every answer. Never a NIR, which is refused, nor a
# beneficiary number: the seven digits of a CAF allocataire cannot be told from any other number,
# so that part is the partner's duty, written in its contract.
PartnerReference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]*$", max_length=64),
    AfterValidator(_without_nir),
]

# The id that the partner gave to its CloudEvent.
EventId = Annotated[
    str,
    StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=255),
    AfterValidator(_without_nir),
]

# Which wording of the agreement the person was shown: `2026-01`.
TextVersion = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=32),
    AfterValidator(_without_nir),
]

# A message between professionals, without names. No control character but line feed and tab:
# PostgreSQL refuses NUL, and the others only hide something.
FreeText = Annotated[
    str,
    StringConstraints(pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$", max_length=500),
    AfterValidator(_free_text_without_nir),
]

# A sentence of ours about a submission; it never quotes the partner's values.
Detail = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=500)]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]

OrganisationName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$", max_length=120
    ),
    AfterValidator(_without_nir),
]

Offset = Annotated[int, Field(ge=0, le=2**63 - 1)]

# Organisations asked; ten is more than any department has in reach of one person.
Targets = Annotated[
    list[Id],
    Field(min_length=1, max_length=10, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_each_once),
]

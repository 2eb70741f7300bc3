"""The kinds of values that messages are made of; each one is bounded."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from contracts.codes import Need
from contracts.contacts import contains_contact
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


def _without_contact(text: str) -> str:
    if contains_contact(text):
        raise PydanticCustomError(
            "contact", "a telephone number or an e-mail address may not travel"
        )
    return text


def _each_once(targets: list[UUID]) -> list[UUID]:
    if len(set(targets)) < len(targets):
        raise PydanticCustomError("twice", "each may be named once")
    return targets


def _each_topic_once(topics: list[Need]) -> list[Need]:
    if len(set(topics)) < len(topics):
        raise PydanticCustomError("twice", "each may be named once")
    return topics


_RFC_3339: Final = (
    r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})$"
)


def _instant(value: object) -> object:
    """The instant of an RFC 3339 text, in UTC; pydantic itself would also take a bare number."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    try:
        if isinstance(value, str) and re.match(_RFC_3339, value):
            return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        pass
    raise PydanticCustomError(
        "instant", "an instant has its offset: 2026-03-17T14:00:00+01:00, from the year 2000"
    )


# When something happens: with its offset when it is said, in UTC once it is read.
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _RFC_3339}),
]

# INSEE code of a commune as of the date of the message: 23096, 2A004.
Commune = Annotated[str, StringConstraints(pattern=r"^(?:[0-9]{2}|2[AB])[0-9]{3}$", max_length=5)]

# SIREN of an EPCI, the group of communes: 200034825.
Epci = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$", max_length=9)]

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

# Such a message on its way through topics: contacts belong in the vault of referrals alone.
TravellingText = Annotated[FreeText, AfterValidator(_without_contact)]

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

# What the public may know of a place: its name, its address, how to get in.
PublicLine = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$", max_length=200
    ),
    AfterValidator(_without_nir),
]

# What people call a programme of vouchers.
ProgrammeName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$", max_length=100
    ),
    AfterValidator(_without_nir),
]

# The organisation's own lasting word for one of its places: `mediatheque-gueret`.
PlaceReference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64),
    AfterValidator(_without_nir),
]

# Seats of a session: a workshop (atelier) holds six people at most.
Capacity = Annotated[int, Field(ge=1, le=6)]

# Some of the seats of a session.
Seats = Annotated[int, Field(ge=0, le=6)]

# Time given to one person, or spent together: ten hours is more than any day of help has.
Minutes = Annotated[int, Field(ge=1, le=600)]

# Integer cents of euro; ten million euros is more than any programme of a département.
Cents = Annotated[int, Field(ge=1, le=1_000_000_000)]

Booklets = Annotated[int, Field(ge=1, le=100_000)]

Count = Annotated[int, Field(ge=1, le=1_000_000)]

Serial = Annotated[int, Field(ge=1, le=10_000_000)]

Offset = Annotated[int, Field(ge=0, le=2**63 - 1)]

# Organisations asked; ten is more than any department has in reach of one person.
Targets = Annotated[
    list[Id],
    Field(min_length=1, max_length=10, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_each_once),
]

# What was worked on; each topic once.
Topics = Annotated[
    list[Need],
    Field(max_length=len(Need), json_schema_extra={"uniqueItems": True}),
    AfterValidator(_each_topic_once),
]

"""Places (lieux): whose they are, and what a declaration changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from scheduling.domain.events import PlaceChanged, PlaceRegistered
from scheduling.domain.refusals import NotYourPlace, PlaceClosed, ReferenceTaken, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the public may know; `commune` is an Insee code, `kind` a code of `place-kinds`."""

    name: str
    kind: str
    commune: str
    online_booking: bool
    address: str | None = None
    access: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Un lieu; `reference` is its organisation's own word, `sequence` that of its last fact."""

    id: UUID
    organisation: UUID
    reference: str
    description: Description
    closed_at: datetime | None
    sequence: int


def decide_declaration(
    known: Place | None, said: Description, *, place: UUID, organisation: UUID, reference: str
) -> PlaceRegistered | PlaceChanged | Refusal | None:
    """What a declaration makes so; None when it says what is known already.

    `known` is the place that the declaration's id or reference leads to.
    """
    if known is None:
        return _told(PlaceRegistered, place, organisation, said)
    if known.organisation != organisation:
        return NotYourPlace()
    if known.closed_at is not None:
        return PlaceClosed()
    if known.reference != reference:
        # A place keeps its reference: otherwise two could come to answer to one word.
        return ReferenceTaken()
    if known.description == said:
        return None
    return _told(PlaceChanged, known.id, organisation, said)


Told = TypeVar("Told", PlaceRegistered, PlaceChanged)


def _told(fact: type[Told], place: UUID, organisation: UUID, said: Description) -> Told:
    return fact(
        place=place,
        organisation=organisation,
        name=said.name,
        kind=said.kind,
        commune=said.commune,
        online_booking=said.online_booking,
        address=said.address,
        access=said.access,
    )


def check_place_open(place: Place, *, organisation: UUID) -> Refusal | None:
    """Say why the organisation may hold nothing there, if so."""
    if place.organisation != organisation:
        return NotYourPlace()
    return PlaceClosed() if place.closed_at is not None else None

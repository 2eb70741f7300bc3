"""What an organisation is told of the facts that concern it: its own side of them, and no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """What is kept of a referral (orientation), so that its later facts find whom to tell.

    `person` is the id used inside; `submission` what the sender sent, if it came by an intent.
    """

    id: UUID
    sender: UUID
    targets: tuple[UUID, ...]
    person: UUID
    correlation: UUID
    submission: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the targets of a referral are asked, in codes; `commune` as its owner wrote it."""

    need: str
    urgency: str
    due_on: date | None = None
    level: str | None = None
    commune: str | None = None
    birth_band: str | None = None
    agreement: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person lives, as far as a partner is told: a commune, an EPCI (SIREN), or neither."""

    commune: str | None = None
    epci: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An active organisation with a topic of its own; `outward` is how it knows the person."""

    organisation: UUID
    slug: str
    outward: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingFact:
    """A fact on its way to the topic of one organisation, in the words of its own contract."""

    slug: str
    type: str
    data: Mapping[str, Any]


def outward_token(organisation: UUID, person: UUID) -> str:
    """What a fact waits for until it is known how the organisation knows the person."""
    return f"outward:{organisation}:{person}"


def to_target(
    listener: Listener, referral: Referral, asked: Asked, place: Place
) -> Mapping[str, Any]:
    """The referral as one of its targets sees it: nobody else it was sent to."""
    return {
        "referral": referral.id,
        "sender": referral.sender,
        "person": listener.outward,
        "targets": [listener.organisation],
        "need": asked.need,
        "urgency": asked.urgency,
        "due_on": asked.due_on,
        "level": asked.level,
        "commune": place.commune,
        "epci": place.epci,
        "birth_band": asked.birth_band,
        "agreement": asked.agreement,
    }

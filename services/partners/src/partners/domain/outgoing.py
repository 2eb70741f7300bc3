"""What an organisation is told of the facts that concern it: its own side of them, and no more."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, Self
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
class OutwardId:
    """An organisation knows the person under this id."""

    outward: UUID
    organisation: UUID
    person: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """Who was helped (or will be), at whose place or counter, and after which referral.

    `person` is the id used inside, None of a visit by nobody known.
    """

    organisation: UUID
    person: UUID | None
    referral: UUID | None = None


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

    def to_data(self) -> Mapping[str, Any]:
        """The same as it is kept, for those who are asked later."""
        due_on = None if self.due_on is None else self.due_on.isoformat()
        agreement = None if self.agreement is None else str(self.agreement)
        return {**asdict(self), "due_on": due_on, "agreement": agreement}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """What `to_data` gave."""
        due_on, agreement = data["due_on"], data["agreement"]
        read = {
            "due_on": None if due_on is None else date.fromisoformat(due_on),
            "agreement": None if agreement is None else UUID(agreement),
        }
        return cls(**{**data, **read})


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


def referral_token(referral: UUID) -> str:
    """What a fact waits for until it is known who sent the person."""
    return f"referral:{referral}"


def booking_token(booking: UUID) -> str:
    """What a fact waits for until it is known whose booking it follows."""
    return f"booking:{booking}"


def to_sender(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the sender of a referral is told of the help: not what was worked on, nor how long.

    It hears that the person came. The rest is between the person and the place.
    """
    return {**data, **{name: empty for name, empty in _BETWEEN_TWO.items() if name in data}}


_BETWEEN_TWO: Final[Mapping[str, Any]] = {"topics": [], "minutes": None}


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

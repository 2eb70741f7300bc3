"""Which free seats are proposed: the nearest places, and of each the soonest sessions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

WITHIN: Final = timedelta(weeks=6)
"""Who is to learn in two months is better asked for by the organisation than booked today."""
SHOWN_MAX: Final = 6
PER_PLACE_MAX: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeSeat:
    """A session with a free seat; `on_the_spot` when anyone of the consortium may take it."""

    session: UUID
    place: UUID
    place_name: str
    organisation: UUID
    organisation_name: str
    commune: str
    address: str | None
    kind: str
    need: str
    level: str | None
    starts_at: datetime
    ends_at: datetime
    free: int
    on_the_spot: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A seat with the way to it by road, in kilometres; None when it cannot be told."""

    seat: FreeSeat
    km: float | None


def rank(
    seats: Iterable[FreeSeat],
    km: Mapping[str, float | None],
    *,
    shown_max: int = SHOWN_MAX,
    per_place_max: int = PER_PLACE_MAX,
) -> list[Offer]:
    """The seats to propose, the nearest first, then the soonest; `km` by commune.

    A place that is near with a session each day would else hide every other place.
    """
    offers = sorted((Offer(seat=seat, km=km.get(seat.commune)) for seat in seats), key=_order)
    counted: Counter[UUID] = Counter()
    chosen = []
    for offer in offers:
        counted[offer.seat.place] += 1
        if counted[offer.seat.place] <= per_place_max:
            chosen.append(offer)
    return chosen[:shown_max]


def _order(offer: Offer) -> tuple[bool, float, datetime, UUID]:
    unknown = offer.km is None
    return (unknown, offer.km or 0.0, offer.seat.starts_at, offer.seat.session)

"""The free seats near where a person lives, and who has them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

import territory
from referrals.domain.offering import WITHIN, FreeSeat, Offer, rank
from referrals.domain.sending import Standing
from referrals.storage import organisations, seats
from referrals.storage.seats import Wanted

NEAREST_MAX = 3
"""How many organisations are asked when the nearest are: more would all prepare for one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """For whom: need and level in codes, the commune by Insee's code, if known.

    Seats at places of `not_of` are left out; of `only_of`, where given, alone are shown.
    """

    need: str
    level: str | None
    commune: str | None
    not_of: Collection[UUID] = ()
    only_of: Collection[UUID] = ()


async def nearest_seats(
    connection: AsyncConnection, search: Search, *, now: datetime
) -> list[Offer]:
    """The seats to propose now, the nearest first."""
    return rank(*await _found(connection, search, now=now))


async def nearest_organisations(
    connection: AsyncConnection, search: Search, *, now: datetime
) -> list[UUID]:
    """The active organisations that have the nearest free seats, the nearest first."""
    found = await _found(connection, search, now=now)
    offers = rank(*found, shown_max=len(found[0]), per_place_max=1)
    near = list(dict.fromkeys(offer.seat.organisation for offer in offers))
    known = await organisations.find(connection, near)
    active = [each for each in near if each in known and known[each].standing is Standing.ACTIVE]
    return active[:NEAREST_MAX]


async def _found(
    connection: AsyncConnection, search: Search, *, now: datetime
) -> tuple[list[FreeSeat], dict[str, float | None]]:
    wanted = Wanted(
        need=search.need,
        level=search.level,
        after=now,
        until=now + WITHIN,
        not_of=search.not_of,
        only_of=search.only_of,
    )
    found = await seats.free_seats(connection, wanted)
    home = search.commune
    communes = {seat.commune for seat in found}
    return found, {code: territory.road_km(home, code) if home else None for code in communes}

"""Enters places, and who holds sessions there, at scheduling's door under their references."""

import asyncio
from collections.abc import Mapping, Sequence

from maillage.doors import Door, Refused, patiently
from maillage.founding.data import Place

NOT_HEARD_YET = frozenset({"unknown-organisation"})


async def enter_places(
    door: Door, places: Sequence[Place], organisations: Mapping[str, str]
) -> dict[str, str]:
    """Makes the places be there; the id of each by its reference.

    Args:
        door: Scheduling's, as the platform's administrator.
        places: All of them.
        organisations: Ids by slug.
    """
    ids = await asyncio.gather(
        *(_place(door, one, organisation=organisations[one.organisation]) for one in places)
    )
    return {one.reference: number for one, number in zip(places, ids, strict=True)}


async def _place(door: Door, one: Place, *, organisation: str) -> str:
    body = {
        "name": one.name,
        "kind": one.kind,
        "commune": one.commune,
        "online_booking": one.online_booking,
        "address": one.address,
        "access": one.access,
        "organisation": organisation,
    }

    async def put() -> str | None:
        try:
            kept = await door.ask("PUT", f"/v1/places/{one.reference}", json=body)
        except Refused as refused:
            if refused.code in NOT_HEARD_YET:
                return None
            raise
        return str(kept["subject"])

    number = await patiently(put, door=door, waiting_for=f"l’organisation de « {one.name} »")
    if one.mediator:
        said = {"label": one.mediator, "organisation": organisation}
        await door.ask("PUT", f"/v1/mediators/{one.reference}", json=said)
    return number

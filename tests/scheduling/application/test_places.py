"""Places open and close; what is to come there is called off first."""

import asyncio

import pytest

from scheduling.application.acts import RefusedError
from tests.scheduling.told import World


async def test_two_first_declarations_at_one_moment_are_one_place(world: World) -> None:
    first, second = await asyncio.gather(world.place("tela"), world.place("tela"))

    assert first == second
    assert len(await world.facts("place.registered")) == 1


async def test_a_place_closes_once_nothing_is_to_come(world: World) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place)

    with pytest.raises(RefusedError, match="sessions-to-come"):
        await world.close("tela", place)
    await world.call_off("tela", session)
    await world.close("tela", place)

    [closed] = await world.facts("place.closed")
    assert (closed["key"], int(closed["sequence"])) == (str(place), 2)
    with pytest.raises(RefusedError, match="place-closed"):
        await world.session("tela", place)


async def test_a_session_that_was_held_is_not_called_off(world: World) -> None:
    place = await world.place("tela")
    session = await world.session("tela", place, starts_at=world.clock.now())
    booking = await world.book("tela", session)
    await world.attend("tela", booking)

    with pytest.raises(RefusedError, match="already-held"):
        await world.call_off("tela", session)

"""The journeys that can be told, and how each is told."""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any, Final
from urllib.parse import quote

from maillage.demo import free, hard, with_voucher
from maillage.demo.play import WITNESS, Play
from maillage.founding.data import founding
from maillage.narration import Narration
from maillage.stack import Stack

WITNESS_LOGIN: Final = "helene"
JOURNEYS: Final[Mapping[str, tuple[str, Callable[[Play], Awaitable[str]]]]] = {
    "with-voucher": ("Avec un chèque : de l’orientation au remboursement", with_voucher.play),
    "free": ("Gratuit : un passage, puis un atelier", free.play),
    "hard": ("Difficile : silence, refus, réorientation, absence, puis présence", hard.play),
}


async def tell(stack: Stack, narration: Narration, *names: str, patience_s: float) -> None:
    """Plays the journeys of that name, all of them if none is given.

    Args:
        stack: Where.
        narration: Who tells.
        names: Which.
        patience_s: How long one step may take.

    Raises:
        Trouble: a step does not come.
    """
    for at, name in enumerate(names or JOURNEYS):
        if at:
            narration.say()
        await _tell(stack, narration, name, patience_s=patience_s)


async def _tell(stack: Stack, narration: Narration, name: str, *, patience_s: float) -> None:
    title, play = JOURNEYS[name]
    narration.say(f"[bold]{title}[/]")
    async with AsyncExitStack() as opened:
        story = Play(
            stack=stack,
            narration=narration,
            opened=opened,
            data=founding(stack.state.department),
            patience_s=patience_s,
        )
        correlation = await play(story)
        await _recount(story, correlation)
    target = quote(f"{stack.state.url('reporting')}/journeys/{correlation}", safe="")
    link = f"{stack.state.url('partners')}/sign-in/as/{WITNESS_LOGIN}?next={target}"
    narration.say(f"Le parcours à l’écran, en direct : {link}")


async def _recount(story: Play, correlation: str) -> None:
    """Every fact of the journey, with when it was learnt."""
    total = (time.monotonic() - story.began) * 1000
    witness = await story.door("reporting", WITNESS)
    found: dict[str, Any] = await witness.ask(
        "GET", f"/v1/journeys/{correlation}", until=story.deadline
    )
    steps = found["steps"]
    story.narration.say()
    story.narration.say(f"Le parcours compte {len(steps)} faits, en {total:.0f} ms :")
    for one in steps:
        story.narration.say(f"    {one['recorded_at']}  {one['service']:10}  {one['type']}")

"""`maillage drift`: the dashboard's counts beside those of the services that own what is counted.

Reporting counts what it was told on Kafka; each owner counts its own tables. Both must agree.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from rich.table import Table

from maillage import access
from maillage.narration import Narration
from maillage.stack import Stack

READER: Final = "auditeur"
OWNERS: Final = ("referrals", "scheduling", "vouchers")
FOLD: Final = "reporting"
# What was just done is still on its way: looked at again until both say the same, or time is up.
SETTLES_WITHIN_S: Final = 30
POLL_S: Final = 0.5
# The ledger says twice what was settled, by its transfers and by its settlements.
TWICE: Final = ("cents_settled_in_settlements", "cents_settled")

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One count: what its owner says, and what is said elsewhere. A count nobody made is 0."""

    owner: str
    name: str
    own: int
    told: int

    @property
    def differs(self) -> bool:
        return self.own != self.told


def compare(owners: Mapping[str, Counts], fold: Counts) -> list[Line]:
    """A line for every count that any of them makes."""
    lines, seen = [], set()
    for owner, counts in owners.items():
        for name in sorted(counts):
            seen.add(name)
            told = counts.get(TWICE[1], 0) if name == TWICE[0] else fold.get(name, 0)
            lines.append(Line(owner=owner, name=name, own=counts[name], told=told))
    lines += [
        Line(owner="", name=name, own=0, told=fold[name]) for name in sorted(fold.keys() - seen)
    ]
    return lines


async def look(stack: Stack) -> list[Line]:
    """Both sides, looked at until they agree or the time is up. Raises Trouble."""
    token = await access.token(stack, READER)
    async with AsyncExitStack() as opened:
        doors = {
            one: await opened.enter_async_context(stack.door(one, token=token))
            for one in (*OWNERS, FOLD)
        }
        end = time.monotonic() + SETTLES_WITHIN_S
        while True:
            counts = {
                name: (await door.ask("GET", "/v1/counts"))["counts"]
                for name, door in doors.items()
            }
            fold = counts.pop(FOLD)
            lines = compare(counts, fold)
            if time.monotonic() > end or not any(line.differs for line in lines):
                return lines
            await asyncio.sleep(POLL_S)


def show(lines: list[Line], narration: Narration) -> int:
    """Prints them; how many differ."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    table.add_column("compte", overflow="fold")
    for title in ("service", "tableau"):
        table.add_column(title, justify="right", no_wrap=True)
    for line in lines:
        mark = "[red]≠[/]" if line.differs else "[green]=[/]"
        table.add_row(mark, line.name, str(line.own), str(line.told))
    narration.console.print(table)
    differing = sum(line.differs for line in lines)
    narration.say(f"{differing} écart{'s' if differing > 1 else ''} sur {len(lines)} comptes")
    return differing

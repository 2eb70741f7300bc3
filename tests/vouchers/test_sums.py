"""Whatever happens in whatever order, the journal, the settlements and the facts add up alike."""

import random
from typing import Any

import pytest

from tests.vouchers.world import World
from vouchers.storage.counts import counts

STEPS = 120
PEOPLE = [f"person-{number}" for number in range(8)]
STATUSES = [("seen", True), ("seen", True), ("seen", False), ("missed", False), ("excused", False)]


class Chance:
    """One seed's department: what it says next, by the facts said before."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = random.Random(seed)  # noqa: S311 - a course of events to be met again
        self.said: dict[str, int] = {}
        self.who: dict[str, str] = {}

    async def step(self) -> None:
        await self.chance.choice(
            [self.book, self.book, self.attend, self.attend, self.attend, self.cancel, self.settle]
        )()

    async def book(self) -> None:
        booking = f"booking-{len(self.said)}"
        self.who[booking] = self.chance.choice(PEOPLE)
        self.said[booking] = 1
        await self.world.tell(self.world.booked(booking, self.who[booking]))

    async def attend(self) -> None:
        """The first presence of a booking, or its correction."""
        if self.said:
            booking = self.chance.choice(sorted(self.said))
            self.said[booking] += 1
            status, title = self.chance.choice(STATUSES)
            record = self.world.attended(
                booking,
                self.who[booking],
                status=status,
                title=title,
                sequence=self.said[booking],
            )
            # Told twice, as the broker may.
            await self.world.tell(record)
            await self.world.tell(record)

    async def cancel(self) -> None:
        if self.said:
            booking = self.chance.choice(sorted(self.said))
            self.said[booking] += 1
            await self.world.tell(self.world.cancelled(booking, sequence=self.said[booking]))

    async def settle(self) -> None:
        await self.world.draw_up()


def by_funder(facts: list[dict[str, Any]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for share in (each for fact in facts for each in fact["data"]["split"]):
        sums[share["funder"]] = sums.get(share["funder"], 0) + share["cents"]
    return {funder: cents for funder, cents in sums.items() if cents}


def cents(facts: list[dict[str, Any]]) -> int:
    return sum(each["data"]["cents"] for each in facts)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_sum_is_the_same_to_the_cent(world: World, seed: int) -> None:
    await world.open_programme(parts=(1, 1, 1))
    await world.stock(caf=len(PEOPLE))
    await world.label()
    for person in PEOPLE:
        await world.issue(person)
    department = Chance(world, seed)

    for _ in range(STEPS):
        await department.step()
    world.pass_grace()
    await world.state_unused()

    async with world.database.reading() as connection:
        counted = await counts(connection)
    settled = await world.facts("voucher.settled")
    drawn = await world.facts("settlement.drawn-up")
    redeemed = await world.facts("voucher.redeemed")
    undone = await world.facts("voucher.reversed")
    stated = await world.facts("statement.issued")
    told = {
        name.removeprefix("cents_settled_by_funder."): value
        for name, value in counted.items()
        if name.startswith("cents_settled_by_funder.")
    }
    assert undone
    assert settled
    assert counted["cents_settled"] == counted["cents_settled_in_settlements"]
    assert counted["cents_settled"] == cents(settled) == cents(drawn) == sum(told.values())
    assert told == by_funder(settled) == by_funder(drawn)
    assert counted["cents_redeemed"] == cents(redeemed) - cents(undone)
    assert counted["vouchers_redeemed"] == len(redeemed) - len(undone)
    assert counted["cents_unused"] == cents(stated) == sum(by_funder(stated).values())
    assert counted["cents_issued"] == counted["cents_redeemed"] + counted["cents_unused"]
    assert await world.rows("SELECT FROM set_aside") == []
    assert await world.broken() == []

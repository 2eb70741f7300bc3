"""Many clients at once on the real database: nothing overspent, nothing paid twice."""

import asyncio
import random

from chassis.events import Record
from tests.vouchers.world import World, inbox
from vouchers.domain.ledger import AccountKind as Account

BOOKLETS = 200
CLIENTS = 8


async def test_two_hundred_booklets_are_never_overspent(world: World) -> None:
    """Three attendances on each booklet of two, told by many readers in any order."""
    await world.open_programme(size=2)
    await world.stock(size=2, caf=BOOKLETS)
    await world.label()
    people = [f"person-{number}" for number in range(BOOKLETS)]
    for person in people:
        await world.issue(person)
    records = [
        world.attended(f"{person}-{turn}", person, sequence=1)
        for person in people
        for turn in range(3)
    ]
    random.Random(4).shuffle(records)  # noqa: S311 - an order to be met again

    async def client(share: list[Record]) -> None:
        reader = inbox("vouchers.scheduling", world.database)
        for record in share:
            await reader.take([record])

    await asyncio.gather(*(client(records[place::CLIENTS]) for place in range(CLIENTS)))

    balances = await world.balances()
    assert balances[Account.DUE] == BOOKLETS * 2 * 1000
    assert (balances[Account.BOOKLET], balances[Account.HELD]) == (0, 0)
    refused = await world.rows("SELECT refused FROM booking WHERE refused IS NOT NULL")
    assert len(refused) == BOOKLETS
    assert await world.rows("SELECT FROM set_aside") == []
    assert await world.broken() == []


async def test_one_handing_over_asked_by_many_is_done_once(world: World) -> None:
    await world.ready(5)
    act = world.act("caf", client_id="form-1")

    issued = await asyncio.gather(*(world.issue(act=act) for _ in range(CLIENTS)))

    assert {each.booklet for each in issued} == {issued[0].booklet}
    assert sum(each.fresh for each in issued) == 1
    assert len(await world.rows("SELECT FROM booklet WHERE state = 'issued'")) == 1


async def test_two_settlements_at_once_pay_a_place_once(world: World) -> None:
    await world.ready(20)
    for number in range(20):
        await world.issue(f"person-{number}")
        await world.tell(world.attended(f"rdv-{number}", f"person-{number}", sequence=1))

    await asyncio.gather(*(world.draw_up(act=world.act(f"clerk-{n}")) for n in range(4)))

    settled = await world.facts("voucher.settled")
    assert len({each["data"]["voucher"] for each in settled}) == len(settled) == 20
    assert (await world.balances())[Account.SETTLED] == 20_000
    assert await world.broken() == []

"""Services that stand still for a while catch up: everything that came meanwhile is done once.

They are stopped, not ended: their connections stay open and nobody answers on them, which is what a
machine without breath looks like from outside. Kafka takes them out of their groups meanwhile if it
lasts; `make soak` makes it last a minute.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import psutil
import pytest

from maillage import running
from maillage.home import Home
from tests.e2e import partner, wholes
from tests.e2e.crowd import PATIENCE_S, all_decided, answer_all, post_all
from tests.e2e.stack import Stack
from tests.e2e.wholes import HELP
from tests.timing import eventually

pytestmark = pytest.mark.timeout(600)

AWAY_S = float(os.environ.get("MAILLAGE_TEST_AWAY_S", "5"))  # noqa: TID251 - tests' own setting
PERSONS = 12
STILL = ("referrals", "scheduling", "vouchers", "reporting")


async def test_what_came_while_they_stood_still_is_done_once(stack: Stack) -> None:
    offered = await wholes.offered(stack, PERSONS)
    persons = await wholes.deposited(stack, PERSONS)
    sent = [await stack.referral("tela", person=person) for person in persons]
    for each in sent:
        del each["data"]["anonymous"]
    late = [await stack.referral("tela") for _ in range(PERSONS)]
    await post_all(stack, "caf", sent)
    referrals = await all_decided(stack, sent)
    await answer_all(stack, "referral.accepted", referrals)

    async with stopped(stack, STILL):
        # partners receives; nobody decides.
        await post_all(stack, "caf", late)
        waiting = asyncio.create_task(wholes.help_given(stack, offered, persons, referrals))
        await asyncio.sleep(AWAY_S)
        undecided = [
            (await partner.status(stack, "caf", each))["state"]
            for each in await received(stack, late)
        ]

    assert undecided == ["received"] * PERSONS
    await waiting
    assert len(set(await all_decided(stack, late))) == PERSONS
    redeemed = {"maillage.voucher.redeemed.v1"}
    await told_once(stack, referrals, redeemed)
    await wholes.drawn_up(stack, offered)
    await told_once(stack, referrals, HELP.keys())


@asynccontextmanager
async def stopped(stack: Stack, names: Sequence[str]) -> AsyncIterator[None]:
    """Nothing of these services moves inside the block."""
    processes = running.processes(Home(stack.home))
    found = [psutil.Process(processes[name].identity.pid) for name in names]
    try:
        for each in found:
            each.suspend()
        yield
    finally:
        for each in found:
            each.resume()


async def received(stack: Stack, intents: Sequence[dict[str, object]]) -> list[str]:
    """The submissions that the intents became."""
    connection = await stack.database("partners")
    try:
        rows = await connection.fetch(
            "SELECT id FROM submission WHERE event_id = ANY($1)", [one["id"] for one in intents]
        )
    finally:
        await connection.close()
    return [str(row["id"]) for row in rows]


async def told_once(stack: Stack, referrals: Sequence[str], types: Collection[str]) -> None:
    """Each journey tells each of these once, and reporting shows it."""
    told = await eventually(
        lambda: wholes.told(stack, referrals, types),
        until=lambda found: len(found) >= len(types) * len(referrals),
        within_s=PATIENCE_S,
        every_s=0.5,
    )
    assert len(told) == len(types) * len(referrals)
    assert set(told.values()) == {1}

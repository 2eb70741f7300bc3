"""A presence corrected after its voucher was redeemed: undone, or left to a person."""

import asyncio
from typing import Any

import pytest

from chassis.events import Record
from tests.vouchers.test_api import Site, site
from tests.vouchers.test_pages import look
from tests.vouchers.world import World, inbox
from vouchers.domain.ledger import AccountKind as Account

__all__ = ["site"]  # the fixture

FACE = 5000


def corrected(world: World, booking: str, sequence: int, **given: Any) -> Record:
    return world.attended(booking, sequence=sequence, kind="corrected", **given)


async def redeemed(world: World) -> None:
    await world.ready()
    await world.issue()
    await world.tell(world.booked("rdv"), world.attended("rdv"))


@pytest.mark.parametrize(
    ("status", "title", "reason"),
    [
        ("missed", False, "missed"),
        ("excused", False, "excused"),
        ("seen", False, "not_presented"),
    ],
)
async def test_a_presence_corrected_before_the_settlement_gives_the_voucher_back(
    world: World, *, status: str, title: bool, reason: str
) -> None:
    await redeemed(world)

    await world.tell(corrected(world, "rdv", 3, status=status, title=title))

    balances = await world.balances()
    assert (balances[Account.BOOKLET], balances[Account.DUE]) == (FACE, 0)
    [before] = await world.facts("voucher.redeemed")
    [undone] = await world.facts("voucher.reversed")
    assert undone["data"]["reason"] == reason
    assert undone["data"]["voucher"] == before["data"]["voucher"]
    assert undone["data"]["split"] == before["data"]["split"]
    assert undone["correlationid"] == before["correlationid"]
    assert (int(before["sequence"]), int(undone["sequence"])) == (1, 2)
    assert await world.broken() == []


async def test_what_was_posted_stays_and_the_reversal_is_a_posting_of_its_own(
    world: World,
) -> None:
    await redeemed(world)
    before = await world.rows("SELECT * FROM transfer ORDER BY operation, line")

    await world.tell(corrected(world, "rdv", 3, status="missed", title=False))

    after = await world.rows("SELECT * FROM transfer ORDER BY operation, line")
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    assert len(await world.rows("SELECT FROM redemption")) == 1


async def test_corrected_to_and_fro_the_same_voucher_pays_again(world: World) -> None:
    await redeemed(world)
    await world.tell(
        corrected(world, "rdv", 3, status="missed", title=False),
        corrected(world, "rdv", 4),
        corrected(world, "rdv", 5, status="excused", title=False),
        corrected(world, "rdv", 6),
    )

    await world.draw_up()

    told = await world.facts("voucher.redeemed", "voucher.reversed", "voucher.settled")
    assert {each["data"]["serial"] for each in told} == {1}
    assert [int(each["sequence"]) for each in told] == [1, 2, 3, 4, 5, 6]
    turns = await world.rows("SELECT turn, nth FROM redemption ORDER BY operation")
    assert [tuple(each.values()) for each in turns] == [(1, 1), (2, 2), (3, 3)]
    balances = await world.balances()
    assert (balances[Account.DUE], balances[Account.SETTLED]) == (0, 1000)
    assert await world.broken() == []


async def test_the_voucher_given_back_pays_another_session(world: World) -> None:
    await redeemed(world)
    await world.tell(corrected(world, "rdv", 3, status="missed", title=False))

    await world.tell(world.booked("other"), world.attended("other"))

    last = (await world.facts("voucher.redeemed"))[-1]
    assert (last["data"]["serial"], last["data"]["booking"]) == (1, str(world["other"]))
    assert int(last["sequence"]) == 3
    assert await world.broken() == []


async def test_a_correction_told_again_or_late_changes_nothing(world: World) -> None:
    await redeemed(world)
    missed = corrected(world, "rdv", 3, status="missed", title=False)
    await world.tell(missed, corrected(world, "rdv", 4))
    told = len(await world.facts())

    await world.tell(missed)

    assert len(await world.facts()) == told
    assert (await world.balances())[Account.DUE] == 1000


async def test_after_its_settlement_a_correction_is_left_to_a_person(site: Site) -> None:
    world = site.world
    await redeemed(world)
    await world.draw_up()

    await world.tell(corrected(world, "rdv", 3, status="missed", title=False))

    balances = await world.balances()
    assert (balances[Account.SETTLED], balances[Account.DUE]) == (1000, 0)
    assert await world.facts("voucher.reversed") == []
    for path, role, of in [
        ("/settlements", "department", "departement"),
        ("/settlements", "professional", "tela"),
        ("/counter", "professional", "tela"),
    ]:
        page = await look(site, path, role=role, of=of)
        assert "des présences corrigées après le décompte" in page
        assert "pas venue" in page
    home = await look(site, "/", role="department", of="departement")
    assert "1 pass est dans un décompte alors que la présence a été corrigée" in home
    assert "présences corrigées" not in await look(site, "/settlements")  # the CAF's

    await world.tell(corrected(world, "rdv", 4))

    assert "présences corrigées" not in await look(site, "/counter", of="tela")


async def test_a_settlement_and_a_reversal_at_once_never_both_have_the_voucher(
    world: World,
) -> None:
    """Twenty rounds on the real database: the voucher is settled, or given back, never both."""
    rounds = 20
    await world.ready(rounds)
    people = [f"person-{number}" for number in range(rounds)]
    for person in people:
        await world.issue(person)
        await world.tell(world.attended(f"rdv-{person}", person, sequence=1))

    async def undo(person: str) -> None:
        record = corrected(world, f"rdv-{person}", 2, person=person, status="missed", title=False)
        await inbox("vouchers.scheduling", world.database).take([record])

    async def settle(number: int) -> None:
        await world.draw_up(act=world.act(f"clerk-{number}"))

    for start in range(0, rounds, 4):
        each = people[start : start + 4]
        await asyncio.gather(undo(each[0]), settle(start), undo(each[1]), undo(each[2]))

    settled = {fact["data"]["voucher"] for fact in await world.facts("voucher.settled")}
    undone = {fact["data"]["voucher"] for fact in await world.facts("voucher.reversed")}
    assert not settled & undone
    assert len(settled) + len(undone) == rounds
    assert (await world.balances())[Account.SETTLED] == len(settled) * 1000
    assert await world.rows("SELECT FROM set_aside") == []
    assert await world.broken() == []

"""From the order to the settlement, and every way a late or repeated fact may take."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from tests.vouchers.world import START, World
from vouchers.application.labels import WithdrawLabel, withdraw_label
from vouchers.domain.ledger import AccountKind as Account

FACE = 5000


async def types(world: World) -> list[str]:
    return [fact["type"] for fact in await world.facts()]


async def test_an_order_comes_to_value_by_payment_delivery_and_two_persons(world: World) -> None:
    await world.open_programme()
    order = await world.place_order(3)
    await world.pay(order, 3 * FACE)
    await world.deliver(order, caf=2, tela=1)
    before = await world.balances()

    await world.activate(order)

    after = await world.balances()
    assert (before[Account.BACKING], before[Account.BOOKLET]) == (3 * FACE, 0)
    assert (after[Account.BACKING], after[Account.BOOKLET]) == (0, 3 * FACE)
    assert after[Account.FUNDS] == 3 * FACE
    [told] = await world.facts("order.activated")
    split = {each["funder"]: each["cents"] for each in told["data"]["split"]}
    assert split[str(world["departement"])] == 3 * FACE * 60 // 100
    assert sum(split.values()) == 3 * FACE
    assert [int(fact["sequence"]) for fact in await world.facts() if "order" in fact["type"]] == [
        1,
        2,
        3,
        4,
    ]


async def test_a_booking_holds_and_its_attendance_redeems_the_lowest_serial(world: World) -> None:
    await world.ready()
    await world.issue()

    await world.tell(world.booked("rdv"))
    held = await world.balances()
    await world.tell(world.attended("rdv"))

    after = await world.balances()
    assert (held[Account.BOOKLET], held[Account.HELD]) == (4000, 1000)
    assert (after[Account.BOOKLET], after[Account.HELD], after[Account.DUE]) == (4000, 0, 1000)
    [redeemed] = await world.facts("voucher.redeemed")
    assert redeemed["data"]["serial"] == 1
    assert redeemed["data"]["organisation"] == str(world["tela"])
    assert [each["cents"] for each in redeemed["data"]["split"]] == [600, 200, 200]
    assert redeemed["correlationid"] == str(world["journey of rdv"])
    assert redeemed["datasubject"] == str(world["odette"])
    assert await world.broken() == []


@pytest.mark.parametrize(
    ("status", "title", "reason"),
    [
        ("missed", False, "missed"),
        ("excused", False, "excused"),
        ("seen", False, "not_presented"),
    ],
)
async def test_who_did_not_come_or_brought_no_title_pays_nothing(
    world: World, *, status: str, title: bool, reason: str
) -> None:
    await world.ready()
    await world.issue()

    await world.tell(world.booked("rdv"), world.attended("rdv", status=status, title=title))

    assert (await world.balances())[Account.BOOKLET] == FACE
    [released] = await world.facts("booklet.hold-released")
    assert released["data"]["reason"] == reason
    assert "voucher.redeemed" not in await types(world)


async def test_a_cancelled_booking_gives_its_amount_back(world: World) -> None:
    await world.ready()
    await world.issue()

    await world.tell(world.booked("rdv"), world.cancelled("rdv"))

    assert (await world.balances())[Account.HELD] == 0
    [released] = await world.facts("booklet.hold-released")
    assert released["data"]["reason"] == "cancelled"


async def test_a_correction_that_brings_the_title_redeems_it(world: World) -> None:
    await world.ready()
    await world.issue()
    await world.tell(world.booked("rdv"), world.attended("rdv", title=False))

    await world.tell(world.attended("rdv", sequence=3, kind="corrected"))

    assert (await world.balances())[Account.DUE] == 1000
    assert await world.broken() == []


async def test_facts_told_again_change_nothing(world: World) -> None:
    await world.ready()
    await world.issue()
    records = [world.booked("rdv"), world.attended("rdv")]
    await world.tell(*records)
    once = await types(world)

    await world.tell(*records)
    await world.tell(records[1])

    assert await types(world) == once


STEPS = ("issue", "label", "book", "attend")


@pytest.mark.parametrize(
    "order",
    [each for each in itertools.permutations(STEPS) if each.index("book") < each.index("attend")],
    ids="-".join,
)
async def test_whatever_is_learnt_first_the_end_is_the_same(
    world: World, order: tuple[str, ...]
) -> None:
    await world.open_programme()
    await world.stock(caf=1)
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "issue": world.issue,
        "label": world.label,
        "book": lambda: world.tell(world.booked("rdv")),
        "attend": lambda: world.tell(world.attended("rdv")),
    }

    for step in order:
        await steps[step]()

    balances = await world.balances()
    assert (balances[Account.BOOKLET], balances[Account.HELD]) == (4000, 0)
    assert balances[Account.DUE] == 1000
    assert (await types(world)).count("voucher.redeemed") == 1
    assert await world.broken() == []


async def test_an_attendance_alone_says_enough(world: World) -> None:
    await world.ready()
    await world.issue()

    await world.tell(world.attended("rdv", sequence=1))

    assert (await world.balances())[Account.DUE] == 1000


async def test_a_cancellation_of_a_booking_never_heard_of_stops_nothing(world: World) -> None:
    await world.ready()
    await world.issue()

    await world.tell(world.cancelled("rdv", sequence=1))
    await world.tell(world.attended("rdv"))

    assert await world.rows("SELECT FROM set_aside WHERE decided_at IS NULL") == []
    assert (await world.balances())[Account.DUE] == 1000


@pytest.mark.parametrize(
    ("with_booklet", "reason"), [(True, "place-not-labelled"), (False, "no-booklet")]
)
async def test_a_title_that_pays_nothing_is_refused_once_with_its_reason(
    world: World, *, with_booklet: bool, reason: str
) -> None:
    await world.open_programme()
    await world.stock(caf=1)
    if with_booklet:
        await world.issue()
    else:
        await world.label()
    await world.tell(world.booked("rdv"), world.attended("rdv"))
    await world.tell(world.attended("rdv", sequence=3, kind="corrected"))

    [refused] = await world.facts("redemption.refused")
    assert refused["data"]["reason"] == reason
    assert refused["data"]["booking"] == str(world["rdv"])
    assert (await world.balances())[Account.DUE] == 0


async def test_the_label_is_judged_on_the_day_of_the_session(world: World) -> None:
    await world.open_programme()
    await world.stock(caf=1)
    await world.issue()
    await world.label(from_on=date(2026, 3, 13))

    await world.tell(world.booked("eve"), world.attended("eve"))
    await world.tell(
        world.booked("day", starts_at=START + timedelta(days=1)),
        world.attended("day", starts_at=START + timedelta(days=1)),
    )

    [redeemed] = await world.facts("voucher.redeemed")
    assert redeemed["data"]["booking"] == str(world["day"])


async def test_a_label_withdrawn_frees_what_later_sessions_hold(world: World) -> None:
    await world.open_programme()
    await world.stock(caf=1)
    label = await world.label()
    await world.issue()
    await world.tell(world.booked("rdv"))

    command = WithdrawLabel(
        act=world.act(), label=label, until_on=date(2026, 3, 10), reason="closed"
    )
    await world.do(withdraw_label, command)

    [released] = await world.facts("booklet.hold-released")
    assert released["data"]["reason"] == "label_ended"
    assert (await world.balances())[Account.BOOKLET] == FACE


async def test_the_booklet_that_ends_first_is_used_first(world: World) -> None:
    await world.open_programme("late")
    await world.open_programme("soon", valid_until=date(2026, 6, 30))
    for programme in ("late", "soon"):
        await world.stock(programme=programme, caf=1)
        await world.label(programme=programme)
        await world.issue(programme=programme)

    await world.tell(world.booked("rdv"))

    [held] = await world.facts("booklet.held")
    assert held["data"]["programme"] == str(world["soon"])


async def test_a_booklet_handed_over_after_the_session_pays_nothing_of_it(world: World) -> None:
    await world.ready()
    await world.tell(world.booked("rdv"), world.attended("rdv"))
    world.clock.advance(timedelta(days=5))

    await world.issue()

    assert (await world.balances())[Account.DUE] == 0


async def test_a_settlement_names_each_voucher_and_runs_again_to_the_same(world: World) -> None:
    await world.ready(2)
    await world.issue("odette")
    await world.issue("marcel")
    for number, person in enumerate(["odette", "marcel", "odette"]):
        await world.tell(
            world.booked(f"rdv-{number}", person), world.attended(f"rdv-{number}", person)
        )

    drawn = await world.draw_up()
    again = await world.draw_up(cut_off=drawn["cut_off"])

    [fact] = await world.facts("settlement.drawn-up")
    settled = await world.facts("voucher.settled")
    assert again == drawn
    assert fact["data"]["cents"] == 3000
    assert fact["data"]["vouchers"] == len(settled) == 3
    assert sum(each["cents"] for each in fact["data"]["split"]) == 3000
    assert {each["correlationid"] for each in settled} == {
        str(world[f"journey of rdv-{number}"]) for number in range(3)
    }
    assert {int(each["sequence"]) for each in settled} == {2}
    balances = await world.balances()
    assert (balances[Account.DUE], balances[Account.SETTLED]) == (0, 3000)
    assert await world.broken() == []


async def test_what_comes_after_the_cut_off_goes_into_the_next_settlement(world: World) -> None:
    await world.ready()
    await world.issue()
    await world.tell(world.booked("first"), world.attended("first"))
    [last] = await world.rows("SELECT max(number) AS number FROM operation")
    await world.tell(world.booked("second"), world.attended("second"))

    await world.draw_up(cut_off=last["number"])
    await world.draw_up()

    told = await world.facts("settlement.drawn-up")
    assert [each["data"]["number"] for each in told] == [1, 2]
    assert [each["data"]["vouchers"] for each in told] == [1, 1]
    assert await world.broken() == []

"""Cents divided among funders: always whole, never drifting (ledger.md rule 4)."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vouchers.domain.bookings import MOVES, Move
from vouchers.domain.bookings import Standing as Has
from vouchers.domain.booklets import (
    BOOKLET,
    VOUCHER,
    BookletState,
    BookletStep,
    VoucherState,
    VoucherStep,
    fact_number,
)
from vouchers.domain.ledger import POSTINGS, AccountKind, OperationKind
from vouchers.domain.money import NegativeShareError, largest_remainder, shares_of_serial
from vouchers.domain.orders import TRANSITIONS, OrderState, OrderStep
from vouchers.domain.refusals import Refusal

WEIGHTS = st.lists(st.integers(1, 1000), min_size=1, max_size=7)
UNHURRIED = settings(deadline=None)


@UNHURRIED
@given(st.integers(0, 10_000_000), WEIGHTS)
def test_the_parts_add_up_and_none_is_off_by_a_cent(cents: int, weights: list[int]) -> None:
    parts = largest_remainder(cents, weights)

    assert sum(parts) == cents
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - cents * weight) < sum(weights)


@UNHURRIED
@given(st.integers(1000, 5000), WEIGHTS, st.integers(1, 60))
def test_the_shares_of_serials_add_up_to_the_split_of_their_sum(
    face: int, weights: list[int], serials: int
) -> None:
    lines = [
        shares_of_serial(serial, face_cents=face, weights=weights)
        for serial in range(1, serials + 1)
    ]

    assert {sum(line) for line in lines} == {face}
    sums = tuple(map(sum, zip(*lines, strict=True)))
    assert sums == largest_remainder(serials * face, weights)


@pytest.mark.parametrize(
    ("weights", "lines"),
    [
        ((60, 20, 20), [(600, 200, 200)] * 3),
        ((1, 1, 1), [(334, 333, 333), (333, 334, 333), (333, 333, 334)]),
        ((1,) * 7, [(143,) * 6 + (142,)]),
    ],
    ids=["fifths", "thirds", "sevenths"],
)
def test_a_voucher_of_ten_euros(weights: tuple[int, ...], lines: list[tuple[int, ...]]) -> None:
    for serial, line in enumerate(lines, 1):
        assert shares_of_serial(serial, face_cents=1000, weights=weights) == line


def test_a_split_that_takes_a_cent_back_is_refused() -> None:
    def split_every_serial() -> None:
        for serial in range(1, 40):
            shares_of_serial(serial, face_cents=1, weights=(6, 6, 2))

    with pytest.raises(NegativeShareError):
        split_every_serial()


def test_every_step_of_an_order_is_decided() -> None:
    assert set(TRANSITIONS) == set(itertools.product(OrderState, OrderStep))
    taken = {pair for pair, after in TRANSITIONS.items() if not isinstance(after, Refusal)}
    assert taken == {
        (OrderState.PLACED, OrderStep.FUND),
        (OrderState.PLACED, OrderStep.DELIVER),
        (OrderState.FUNDED, OrderStep.DELIVER),
        (OrderState.DELIVERED, OrderStep.FUND),
        (OrderState.READY, OrderStep.ACTIVATE),
    }


def test_booklets_only_go_forward() -> None:
    booklets = list(BookletState)

    assert [BOOKLET[pair] for pair in zip(booklets, BookletStep, strict=False)] == booklets[1:]
    assert len(BOOKLET) == 3


def test_of_a_voucher_only_its_redemption_is_undone() -> None:
    order = list(VoucherState)
    back = {pair for pair, after in VOUCHER.items() if order.index(after) < order.index(pair[0])}

    assert back == {(VoucherState.REDEEMED, VoucherStep.REVERSE)}
    assert {after for _, after in VOUCHER.items()} == set(order[1:])
    ends = {VoucherState.SETTLED, VoucherState.EXPIRED}
    assert not ends & {state for state, _ in VOUCHER}


def test_the_facts_of_a_voucher_are_numbered_without_a_gap() -> None:
    steps = (VoucherStep.REDEEM, VoucherStep.REVERSE)
    turns = [fact_number(turn, step) for turn in (1, 2, 3) for step in steps]

    assert turns == [1, 2, 3, 4, 5, 6]
    assert fact_number(3, VoucherStep.SETTLE) == 6


def test_every_pair_of_a_booking_has_its_move() -> None:
    assert set(MOVES) == set(itertools.product(Has, Has))
    assert {MOVES[Has.REDEEMED, target] for target in (Has.HELD, Has.REDEEMED)} == {Move.STAY}
    assert MOVES[Has.REDEEMED, Has.NOTHING] is Move.REVERSE


def test_each_posting_goes_from_one_kind_of_account_to_another() -> None:
    assert all(debit is not credit for debit, credit in POSTINGS.values())
    assert {kind for pair in POSTINGS.values() for kind in pair} == set(AccountKind)
    assert POSTINGS[OperationKind.REDEMPTION] == (AccountKind.HELD, AccountKind.DUE)

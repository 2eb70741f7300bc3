"""What is hidden can neither be read nor be found by taking the shown ones off the total."""

from hypothesis import given
from hypothesis import strategies as st

from reporting.domain.disclosure import THRESHOLD, hidden

TABLES = st.dictionaries(st.text(max_size=3), st.integers(0, 40), max_size=30)


@given(TABLES)
def test_no_small_number_is_shown(numbers: dict[str, int]) -> None:
    shown = {key: number for key, number in numbers.items() if key not in hidden(numbers)}

    assert all(number == 0 or number >= THRESHOLD for number in shown.values())


@given(TABLES)
def test_what_the_total_leaves_over_says_nothing_small(numbers: dict[str, int]) -> None:
    """At least two are hidden and amount to the threshold, or nothing but zeros is shown."""
    kept_back = hidden(numbers)
    left_over = sum(numbers[key] for key in kept_back)
    shown = sum(numbers.values()) - left_over

    assert not kept_back or (len(kept_back) > 1 and left_over >= THRESHOLD) or shown == 0


@given(TABLES)
def test_a_table_without_small_numbers_is_shown_whole(numbers: dict[str, int]) -> None:
    large = {key: number for key, number in numbers.items() if not 0 < number < THRESHOLD}

    assert hidden(large) == frozenset()


def test_one_small_number_takes_the_next_smallest_with_it() -> None:
    assert hidden({"a": 3, "b": 12, "c": 40, "d": 0}) == {"a", "b"}


def test_small_numbers_that_amount_to_little_take_another_with_them() -> None:
    assert hidden({"a": 1, "b": 1, "c": 12, "d": 40}) == {"a", "b", "c"}


def test_small_numbers_that_amount_to_enough_hide_each_other() -> None:
    assert hidden({"a": 4, "b": 3, "c": 12}) == {"a", "b"}


def test_a_number_taken_back_is_hidden_as_its_size_says() -> None:
    assert hidden({"a": -2, "b": 12, "c": 40}) == {"a", "b"}

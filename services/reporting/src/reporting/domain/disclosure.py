"""Statistical secrecy: no number shown by territory or by month may reveal a person.

A simple rule, the same in pages and files. A number under the threshold is hidden, zero is not: it
says that nobody came, of nobody in particular. Where a total stands beside the numbers, whoever
takes the shown ones off the total would find a hidden one again: so the next smallest are hidden
too, until at least two are and they amount to the threshold together.

The rule is applied on fixed tables: EPCI of the département, communes of one EPCI, months of one
territory. A territory that is hidden shows nothing of its parts. It does not stop whoever
compares several periods patiently; whole months alone can be asked for, which makes that slow.
"""

from collections.abc import Hashable, Mapping
from typing import Final, TypeVar

THRESHOLD: Final = 5
"""Below this many persons, or events of persons, a number by territory is hidden."""

_HIDDEN_MIN: Final = 2

Key = TypeVar("Key", bound=Hashable)


def is_small(number: int) -> bool:
    """Whether the number alone would say too much."""
    return 0 < abs(number) < THRESHOLD


def hidden(numbers: Mapping[Key, int]) -> frozenset[Key]:
    """Which of the numbers of one table, whose total is shown, are to be hidden."""
    found = {key for key, number in numbers.items() if is_small(number)}
    if not found:
        return frozenset()
    # The keys decide between equals, so that the same table always hides the same.
    left = sorted(
        (key for key, number in numbers.items() if number and key not in found),
        key=lambda key: (abs(numbers[key]), str(key)),
    )
    while left and _are_told_by_the_total(numbers, found):
        found.add(left.pop(0))
    return frozenset(found)


def _are_told_by_the_total(numbers: Mapping[Key, int], found: set[Key]) -> bool:
    return len(found) < _HIDDEN_MIN or (sum(abs(numbers[key]) for key in found) < THRESHOLD)

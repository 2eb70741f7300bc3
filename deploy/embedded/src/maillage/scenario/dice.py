"""Chance that falls the same way for the same seed."""

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws for one purpose: what is drawn for another does not change them."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing

    def chance(self, share: float) -> bool:
        """True in that share of the cases."""
        return self._random.random() < share

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self._random.randint(low, high)

    def one(self, weighted: Mapping[T, float]) -> T:
        """One of them, by its weight."""
        return self._random.choices(list(weighted), list(weighted.values()))[0]

    def several(self, weighted: Mapping[T, float], count: int) -> list[T]:
        """So many of them, each by its weight, the same one as often as it falls."""
        return self._random.choices(list(weighted), list(weighted.values()), k=count)

    def any(self, of: Sequence[T]) -> T:
        """One of them, all alike."""
        return self._random.choice(of)

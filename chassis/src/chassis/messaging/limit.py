"""A bad deploy must not drain a topic into the dead letters (after arroyo's DlqLimit)."""

from dataclasses import dataclass


class TooManyDeadLetters(Exception):
    """The subscription stops: this many poisoned records point at us, not at them."""


@dataclass(slots=True)
class DeadLetterLimit:
    """At most so many batches' worth in a row without success, or such a share of a window."""

    consecutive_max: int = 50
    share_max: float = 0.2
    window: int = 500
    _consecutive: int = 0
    _poisoned: int = 0
    _seen: int = 0

    def check(self, *, poisoned: int, seen: int) -> None:
        """Count a batch about to be committed; after a window the share starts anew.

        Raises:
            TooManyDeadLetters: the batch crosses a limit and must not be committed.
        """
        if self._seen >= self.window:
            self._poisoned = self._seen = 0
        self._consecutive = self._consecutive + poisoned if poisoned == seen else 0
        self._poisoned, self._seen = self._poisoned + poisoned, self._seen + seen
        share = self._poisoned / max(self._seen, self.window)
        if poisoned and (self._consecutive > self.consecutive_max or share > self.share_max):
            raise TooManyDeadLetters(f"{self._consecutive} in a row, {share:.0%} of a window")

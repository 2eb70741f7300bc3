"""A bad deploy must not drain a topic into the dead letters (after arroyo's DlqLimit)."""

from dataclasses import dataclass


class TooManyDeadLetters(Exception):
    """The subscription stops: this many poisoned records point at us, not at them."""


@dataclass(slots=True)
class DeadLetterLimit:
    """At most `consecutive_max` in a row without success, or `share_max` of the last window."""

    consecutive_max: int = 50
    share_max: float = 0.2
    window: int = 500
    _consecutive: int = 0
    _poisoned: int = 0
    _seen: int = 0

    def check(self, *, poisoned: int, seen: int) -> None:
        """Refuse the batch that would cross a limit, before it is committed.

        Raises:
            TooManyDeadLetters: when it does.
        """
        in_a_row = self._consecutive + poisoned if poisoned == seen else 0
        share = (self._poisoned + poisoned) / max(self._seen + seen, self.window)
        if poisoned and (in_a_row > self.consecutive_max or share > self.share_max):
            raise TooManyDeadLetters(f"{in_a_row} in a row, {share:.0%} of the last records")

    def count(self, *, poisoned: int, seen: int) -> None:
        """Note a committed batch; after a window the count starts anew."""
        if seen:
            self._consecutive = self._consecutive + poisoned if poisoned == seen else 0
        self._poisoned, self._seen = self._poisoned + poisoned, self._seen + seen
        if self._seen >= self.window:
            self._poisoned = self._seen = 0

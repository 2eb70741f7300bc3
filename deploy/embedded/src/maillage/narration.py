"""What the person at the keyboard sees while something is being done."""

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console

Say = Callable[[str], None]


class Narration:
    """One line per finished step; on a terminal also the one under way, with a moving sign."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    @contextlib.contextmanager
    def step(self, doing: str) -> Iterator[Say]:
        """Shows `doing` until the block ends; the yielded function adds a detail to it."""
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(f"{doing}…", spinner="dots") as status:
                yield lambda detail: status.update(f"{doing} ({detail})…")
        else:
            yield lambda _: None
        self.console.print(f"  [green]✓[/] {doing} [dim]({_seconds(time.monotonic() - began)})[/]")

    def say(self, text: str = "") -> None:
        """A line of its own; `[bold]…[/]` and the like are rich's markup."""
        self.console.print(text)


def _seconds(duration: float) -> str:
    return f"{duration:.1f} s".replace(".", ",")

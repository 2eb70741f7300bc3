"""What happens in a scenario, in words that need no running platform."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Known(StrEnum):
    """What an id is looked up by, when a happening cites something."""

    ORGANISATION = "organisation"
    PLACE = "place"
    MEDIATOR = "mediator"
    """Who holds the sessions of the place of that reference."""
    PROGRAMME = "programme"
    PERSON = "person"
    """The id that the vault answered to a deposit."""
    SUBJECT = "subject"
    """What the owner opened for an earlier happening: a referral, a session, a booking."""


@dataclass(frozen=True, slots=True)
class Cited:
    """An id that is known only while playing; `name` is a slug, a reference, or a happening."""

    known: Known
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """An organisation deposits an invented person at the vault's door, under the id."""

    id: str
    at: datetime
    organisation: str
    identity: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An organisation's intent, without its `maillage.intent.` and `.v1`.

    Attributes:
        id: The event's own id: the same from the same seed, so that a repeated one is absorbed.
        after: Happenings that must be decided before, beyond those the data cite.
    """

    id: str
    at: datetime
    organisation: str
    kind: str
    data: Mapping[str, Any]
    after: tuple[str, ...] = ()

    def needs(self) -> frozenset[str]:
        """The happenings that must have been answered before this one can be said."""
        cited = (each.name for each in citations(self.data) if each.known is Known.SUBJECT)
        return frozenset((*self.after, *cited))


Happening = Deposit | Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A year, whole.

    Attributes:
        stocks: Booklets ordered, by distributor.
        happenings: In the order of their time.
        spent: For each month (year, month), how many vouchers are redeemed by its end, in all.
    """

    seed: str
    department: str
    year: int
    stocks: Mapping[str, int]
    happenings: tuple[Happening, ...]
    spent: Mapping[tuple[int, int], int] = field(default_factory=dict)


def citations(value: Any) -> Iterator[Cited]:  # noqa: ANN401 - JSON, and what it cites
    """Everything that the data cite."""
    if isinstance(value, Cited):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from citations(each)
    elif isinstance(value, list):
        for each in value:
            yield from citations(each)


def resolved(value: Any, find: Callable[[Cited], str]) -> Any:  # noqa: ANN401 - as above
    """The data with ids in the place of what they cite."""
    if isinstance(value, Cited):
        return find(value)
    if isinstance(value, Mapping):
        return {name: resolved(each, find) for name, each in value.items()}
    if isinstance(value, list):
        return [resolved(each, find) for each in value]
    return value

"""What scheduling keeps of the consortium's directory: who takes part, and whether it may today.

The directory belongs to partners. A reader never refuses a fact: it takes it as it is told.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID


class Standing(StrEnum):
    """Whether an organisation may act on the platform today."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A legal body of the consortium (*structure*): it has places, and mediators in them."""

    id: UUID
    slug: str
    name: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """The organisation was entered into the directory; it may not act yet."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """The organisation goes by another name from now on; its slug never changes."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The organisation was activated, suspended or reinstated."""

    standing: Standing


Fact = Registered | Renamed | Stands


class NeverRegistered(Exception):
    """A fact tells of an organisation whose registration was never seen."""

    def __init__(self, organisation: UUID) -> None:
        super().__init__(f"organisation {organisation} was never registered")
        self.organisation = organisation


def evolve(known: Organisation | None, fact: Fact, *, organisation: UUID) -> Organisation:
    """The organisation after the fact.

    The directory tells each organisation's facts in order, its registration first; told again,
    the same facts lead to the same organisation.

    Raises:
        NeverRegistered: nothing is known of it and the fact is not its registration.
    """
    if isinstance(fact, Registered):
        standing = known.standing if known else Standing.PENDING
        return Organisation(id=organisation, slug=fact.slug, name=fact.name, standing=standing)
    if known is None:
        raise NeverRegistered(organisation)
    match fact:
        case Renamed(name=name):
            return replace(known, name=name)
        case Stands(standing=standing):
            return replace(known, standing=standing)

"""What scheduling knows of persons and referrals: what referrals told, and no name."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Une personne: an opaque id, where she lives (Insee code) and ten years of birth."""

    id: UUID
    commune: str | None = None
    birth_band: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """Une orientation: whose parcours (`correlation`) a booking that follows it belongs to."""

    id: UUID
    sender: UUID
    targets: frozenset[UUID]
    person: Person
    correlation: UUID

    def concerns(self, organisation: UUID) -> bool:
        """Whether the organisation sent it or is asked."""
        return organisation == self.sender or organisation in self.targets

"""Mediators (médiateurs numériques): who holds a session, by work name, never by name."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.domain.refusals import NotYourMediator, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mediator:
    """Un médiateur; `label` is a work name (« Conseiller numérique 1 »): staff's do not travel."""

    id: UUID
    organisation: UUID
    reference: str
    label: str


def check_own(mediator: Mediator, *, organisation: UUID) -> Refusal | None:
    """Say that another organisation disposes of the mediator's time, if so."""
    return None if mediator.organisation == organisation else NotYourMediator()

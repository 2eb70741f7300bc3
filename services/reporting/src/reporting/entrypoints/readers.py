"""How the facts of referrals and organisations are read: the few fields that figures need.

Each reader has a method `facts`: what the message says to the figures.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from chassis.messaging import Poison
from reporting.domain import facts as f
from reporting.domain.facts import Fact, Status, Told


class Reader(BaseModel):
    """Reads the fields that the figures use and lets every other pass."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Sent(Reader):
    referral: UUID
    sender: UUID
    commune: str = ""

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralSent(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                sender=self.sender,
                commune=self.commune,
            ),
        )


class Accepted(Reader):
    referral: UUID
    organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralAccepted(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.organisation,
            ),
        )


class Declined(Reader):
    referral: UUID
    organisation: UUID
    reason: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralRefused(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.organisation,
                reason=self.reason,
            ),
        )


class Completed(Reader):
    referral: UUID
    organisation: UUID
    outcome: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralCompleted(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.organisation,
                outcome=self.outcome,
            ),
        )


class Named(Reader):
    organisation: UUID
    name: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (_named(self.organisation, self.name, told),)


class Registered(Reader):
    organisation: UUID
    name: str

    def facts(self, told: Told) -> tuple[Fact, ...]:
        named = _named(self.organisation, self.name, told)
        return (named, _stands(self.organisation, Status.PENDING, told))


class Activated(Reader):
    organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (_stands(self.organisation, Status.ACTIVE, told),)


class Suspended(Reader):
    organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (_stands(self.organisation, Status.SUSPENDED, told),)


class Redirected(Reader):
    referral: UUID
    from_organisation: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.ReferralRedirected(
                event=told.event_id,
                happened_at=told.happened_at,
                referral=self.referral,
                organisation=self.from_organisation,
            ),
        )


class Person(Reader):
    registered_by: UUID

    def facts(self, told: Told) -> tuple[Fact, ...]:
        return (
            f.PersonRegistered(
                event=told.event_id,
                happened_at=told.happened_at,
                organisation=self.registered_by,
            ),
        )


ReferralReader = Sent | Accepted | Declined | Completed | Redirected | Person
DirectoryReader = Named | Registered | Activated | Suspended
READERS: Final[Mapping[str, type[ReferralReader | DirectoryReader]]] = MappingProxyType(
    {
        f.ReferralSent.type: Sent,
        f.ReferralAccepted.type: Accepted,
        f.ReferralRefused.type: Declined,
        f.ReferralCompleted.type: Completed,
        f.ReferralRedirected.type: Redirected,
        f.PersonRegistered.type: Person,
        "maillage.organisation.registered.v1": Registered,
        "maillage.organisation.changed.v1": Named,
        "maillage.organisation.activated.v1": Activated,
        "maillage.organisation.suspended.v1": Suspended,
        "maillage.organisation.reinstated.v1": Activated,
    }
)


def _named(organisation: UUID, name: str, told: Told) -> Fact:
    return f.OrganisationNamed(
        event=told.event_id, organisation=organisation, sequence=sequence_of(told), name=name
    )


def _stands(organisation: UUID, status: Status, told: Told) -> Fact:
    return f.OrganisationStands(
        event=told.event_id, organisation=organisation, sequence=sequence_of(told), status=status
    )


def sequence_of(told: Told) -> int:
    """The number of the fact among those of its key.

    Raises:
        Poison: there is none, though the contract wants one.
    """
    if told.sequence is None:
        raise Poison("missing-attribute", "sequence")
    return told.sequence

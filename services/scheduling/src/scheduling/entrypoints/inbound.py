"""What scheduling reads of others' messages: the fields it uses, and what it does with each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import override

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging.outcomes import Poison
from chassis.messaging.subscription import Subscription
from contracts import topics
from scheduling.application.directory import FollowOrganisation, follow_organisation
from scheduling.domain.directory import Fact, NeverRegistered, Registered, Renamed, Standing, Stands
from scheduling.metrics import Metrics


class Reader(BaseModel, ABC):
    """An open reader: fields that scheduling does not use may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    organisation: UUID

    @abstractmethod
    def fact(self) -> Fact:
        """What the message tells, in our own words."""


class OrganisationRegistered(Reader):
    slug: str
    name: str

    @override
    def fact(self) -> Fact:
        return Registered(slug=self.slug, name=self.name)


class OrganisationChanged(Reader):
    name: str

    @override
    def fact(self) -> Fact:
        return Renamed(name=self.name)


class OrganisationActive(Reader):
    """Activated, or reinstated after a suspension: to scheduling it is the same."""

    @override
    def fact(self) -> Fact:
        return Stands(standing=Standing.ACTIVE)


class OrganisationSuspended(Reader):
    @override
    def fact(self) -> Fact:
        return Stands(standing=Standing.SUSPENDED)


READS: Final[Mapping[str, type[Reader]]] = MappingProxyType(
    {
        "maillage.organisation.registered.v1": OrganisationRegistered,
        "maillage.organisation.changed.v1": OrganisationChanged,
        "maillage.organisation.activated.v1": OrganisationActive,
        "maillage.organisation.suspended.v1": OrganisationSuspended,
        "maillage.organisation.reinstated.v1": OrganisationActive,
    }
)
"""Which reader takes which message; the catalogue's "read by" comes from here."""


def subscriptions(metrics: Metrics) -> tuple[Subscription, ...]:
    """Every topic that scheduling reads, and why."""

    async def follow(transaction: Transaction, event: Event) -> None:
        message = read(READS[event.type], event)
        command = FollowOrganisation(organisation=message.organisation, fact=message.fact())
        try:
            await follow_organisation(transaction, command)
        except NeverRegistered as error:
            raise Poison("never-registered", str(error)) from error
        metrics.directory_facts_total.labels(event.type).inc()

    return (
        # Whose places there will be, and whose mediators: names for the pages.
        Subscription(
            name="scheduling.directory",
            topics=(topics.DIRECTORY,),
            handlers=dict.fromkeys(READS, follow),
        ),
    )


def read(reader: type[Reader], event: Event) -> Reader:
    """The message as `reader` declares it.

    Raises:
        Poison: a field that we use is missing or wrong; the detail names it, never its value.
    """
    try:
        return reader.model_validate(event.data)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise Poison("unreadable", f"{event.type}: {fields}") from error

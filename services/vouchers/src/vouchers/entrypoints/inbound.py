"""What vouchers reads of others' messages: the fields it uses, and what it does with each."""

from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging.outcomes import Poison
from chassis.messaging.subscription import Subscription
from contracts import topics
from vouchers.application.directory import FollowOrganisation, follow_organisation
from vouchers.domain.directory import Fact, NeverRegistered, Registered, Renamed, Standing, Stands
from vouchers.metrics import Metrics


class Reader(BaseModel):
    """An open reader: fields that vouchers does not use may come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    organisation: UUID


class OrganisationRegistered(Reader):
    slug: str
    name: str


class OrganisationChanged(Reader):
    name: str


READER = TypeVar("READER", bound=Reader)
Handler = Callable[[Transaction, Event], Awaitable[None]]


def subscriptions(metrics: Metrics) -> tuple[Subscription, ...]:
    """Every topic that vouchers reads, and why."""

    def follow(reader: type[READER], told: Callable[[READER], Fact]) -> Handler:
        async def handle(transaction: Transaction, event: Event) -> None:
            message = read(reader, event)
            command = FollowOrganisation(organisation=message.organisation, fact=told(message))
            try:
                await follow_organisation(transaction, command)
            except NeverRegistered as error:
                raise Poison("never-registered", str(error)) from error
            metrics.directory_facts_total.labels(event.type).inc()

        return handle

    def stands(standing: Standing) -> Handler:
        return follow(Reader, lambda _: Stands(standing=standing))

    return (
        # Who may distribute booklets, and whose places redeem them: names for the pages.
        Subscription(
            name="vouchers.directory",
            topics=(topics.DIRECTORY,),
            handlers={
                "maillage.organisation.registered.v1": follow(
                    OrganisationRegistered, lambda told: Registered(slug=told.slug, name=told.name)
                ),
                "maillage.organisation.changed.v1": follow(
                    OrganisationChanged, lambda told: Renamed(name=told.name)
                ),
                "maillage.organisation.activated.v1": stands(Standing.ACTIVE),
                "maillage.organisation.suspended.v1": stands(Standing.SUSPENDED),
                "maillage.organisation.reinstated.v1": stands(Standing.ACTIVE),
            },
        ),
    )


def read(reader: type[READER], event: Event) -> READER:
    """The message as `reader` declares it.

    Raises:
        Poison: a field that we use is missing or wrong; the detail names it, never its value.
    """
    try:
        return reader.model_validate(event.data)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
        raise Poison("unreadable", f"{event.type}: {fields}") from error

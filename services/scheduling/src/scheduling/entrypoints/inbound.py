"""What scheduling reads of others' messages: the fields it uses, and what it does with each."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from pydantic import BaseModel
from typing_extensions import override

from chassis.database import Transaction
from chassis.events import Event
from chassis.messaging.outcomes import Poison
from chassis.messaging.subscription import Subscription
from contracts import topics
from scheduling.application.directory import FollowOrganisation, follow_organisation
from scheduling.application.heard import hear_of_person, hear_of_redirection, hear_of_referral
from scheduling.domain.directory import Fact, NeverRegistered, Registered, Renamed, Standing, Stands
from scheduling.domain.heard import Person, Referral
from scheduling.entrypoints import intents
from scheduling.entrypoints.reading import Reader, read
from scheduling.metrics import Metrics


class OrganisationReader(Reader, ABC):
    """One fact about one organisation."""

    organisation: UUID

    @abstractmethod
    def fact(self) -> Fact:
        """What the message tells, in our own words."""


class OrganisationRegistered(OrganisationReader):
    slug: str
    name: str

    @override
    def fact(self) -> Fact:
        return Registered(slug=self.slug, name=self.name)


class OrganisationChanged(OrganisationReader):
    name: str

    @override
    def fact(self) -> Fact:
        return Renamed(name=self.name)


class OrganisationActive(OrganisationReader):
    """Activated, or reinstated after a suspension: to scheduling it is the same."""

    @override
    def fact(self) -> Fact:
        return Stands(standing=Standing.ACTIVE)


class OrganisationSuspended(OrganisationReader):
    @override
    def fact(self) -> Fact:
        return Stands(standing=Standing.SUSPENDED)


class PersonRegistered(Reader):
    person: UUID
    commune: str | None = None
    birth_band: str | None = None


class ReferralSent(Reader):
    referral: UUID
    sender: UUID
    targets: frozenset[UUID]
    person: UUID
    commune: str | None = None
    birth_band: str | None = None


class ReferralRedirected(Reader):
    """Others are asked as well: they may take seats under the referral from now on."""

    referral: UUID
    targets: frozenset[UUID]


PERSON: Final = "maillage.person.registered.v1"
REFERRAL: Final = "maillage.referral.sent.v1"
REDIRECTED: Final = "maillage.referral.redirected.v1"

DIRECTORY: Final[Mapping[str, type[OrganisationReader]]] = MappingProxyType(
    {
        "maillage.organisation.registered.v1": OrganisationRegistered,
        "maillage.organisation.changed.v1": OrganisationChanged,
        "maillage.organisation.activated.v1": OrganisationActive,
        "maillage.organisation.suspended.v1": OrganisationSuspended,
        "maillage.organisation.reinstated.v1": OrganisationActive,
    }
)

READS: Final[Mapping[str, type[BaseModel]]] = MappingProxyType(
    {
        **DIRECTORY,
        **intents.READS,
        PERSON: PersonRegistered,
        REFERRAL: ReferralSent,
        REDIRECTED: ReferralRedirected,
    }
)
"""Which reader takes which message; the catalogue's "read by" comes from here."""


def subscriptions(metrics: Metrics) -> tuple[Subscription, ...]:
    """Every topic that scheduling reads, and why."""

    async def follow(transaction: Transaction, event: Event) -> None:
        message = read(DIRECTORY[event.type], event)
        command = FollowOrganisation(organisation=message.organisation, fact=message.fact())
        try:
            await follow_organisation(transaction, command)
        except NeverRegistered as error:
            raise Poison("never-registered", str(error)) from error
        metrics.directory_facts_total.labels(event.type).inc()

    return (
        # Who may act, whose places there are: names for the pages.
        Subscription(
            name="scheduling.directory",
            topics=(topics.DIRECTORY,),
            handlers=dict.fromkeys(DIRECTORY, follow),
        ),
        # What partners ask of places, sessions, seats and visits.
        Subscription(
            name="scheduling.intake",
            topics=(topics.INTAKE,),
            handlers=intents.handlers(metrics),
            refuse=intents.refuses(metrics),
            gathers_ms=100,  # most intents are for others
        ),
        # Whose parcours a booking under a referral belongs to, and where a person lives.
        Subscription(
            name="scheduling.referrals",
            topics=(topics.REFERRALS,),
            handlers={PERSON: _person, REFERRAL: _referral, REDIRECTED: _redirected},
            gathers_ms=200,
        ),
    )


async def _person(tx: Transaction, event: Event) -> None:
    said = read(PersonRegistered, event)
    await hear_of_person(
        tx, Person(id=said.person, commune=said.commune, birth_band=said.birth_band)
    )


async def _referral(tx: Transaction, event: Event) -> None:
    said = read(ReferralSent, event)
    if event.correlationid is None:
        raise Poison("no-correlation", "a referral names its parcours")
    try:
        correlation = UUID(event.correlationid)
    except ValueError:
        raise Poison("no-correlation", "a parcours is named by a UUID") from None
    referral = Referral(
        id=said.referral,
        sender=said.sender,
        targets=said.targets,
        person=Person(id=said.person, commune=said.commune, birth_band=said.birth_band),
        correlation=correlation,
    )
    await hear_of_referral(tx, referral)


async def _redirected(tx: Transaction, event: Event) -> None:
    said = read(ReferralRedirected, event)
    await hear_of_redirection(tx, said.referral, said.targets)

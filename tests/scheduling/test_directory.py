"""Scheduling keeps up with the directory, on the real database, through its own reader."""

from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from chassis.database import Database
from chassis.messaging.inbox import Inbox
from contracts.codes import OrganisationKind, SuspensionReason
from contracts.events.partners import (
    OrganisationActivated,
    OrganisationChanged,
    OrganisationReinstated,
    OrganisationSuspended,
)
from contracts.message import Message
from scheduling.domain.directory import Organisation, Standing
from scheduling.storage import organisations
from tests.told import Directory, registered

Known = Callable[[], Awaitable[list[Organisation]]]


@pytest.fixture
def known(own_database: Database) -> Known:
    async def read() -> list[Organisation]:
        async with own_database.reading() as connection:
            return list(await organisations.page(connection, after=None, limit=100))

    return read


@pytest.fixture
def told() -> Directory:
    return Directory()


async def test_an_organisation_is_known_as_the_directory_tells_it(
    directory: Inbox, known: Known, told: Directory
) -> None:
    tela = uuid4()

    await directory.take(
        [
            told.tell(tela, registered(tela)),
            told.tell(tela, OrganisationActivated(organisation=tela)),
            told.tell(
                tela,
                OrganisationChanged(
                    organisation=tela,
                    slug="tela",
                    name="Réseau Tela",
                    kind=OrganisationKind.THIRD_PLACE,
                ),
            ),
        ]
    )

    assert await known() == [
        Organisation(id=tela, slug="tela", name="Réseau Tela", standing=Standing.ACTIVE)
    ]


@pytest.mark.parametrize(
    ("last", "standing"),
    [
        (OrganisationActivated, Standing.ACTIVE),
        (OrganisationSuspended, Standing.SUSPENDED),
        (OrganisationReinstated, Standing.ACTIVE),
    ],
)
async def test_the_standing_follows_the_last_fact(
    directory: Inbox, known: Known, told: Directory, last: type[Message], standing: Standing
) -> None:
    tela = uuid4()
    fact = (
        OrganisationSuspended(organisation=tela, reason=next(iter(SuspensionReason)))
        if last is OrganisationSuspended
        else last.model_validate({"organisation": tela})
    )

    await directory.take([told.tell(tela, registered(tela)), told.tell(tela, fact)])

    assert [organisation.standing for organisation in await known()] == [standing]


async def test_what_comes_twice_changes_nothing(
    directory: Inbox, known: Known, told: Directory
) -> None:
    tela = uuid4()
    records = [
        told.tell(tela, registered(tela)),
        told.tell(tela, OrganisationActivated(organisation=tela)),
    ]

    await directory.take(records)
    once = await known()
    await directory.take(records)
    await directory.take([records[0]])

    assert await known() == once


async def test_a_late_fact_waits_for_the_one_before_it(
    directory: Inbox, known: Known, told: Directory
) -> None:
    tela = uuid4()
    first, second, third = (
        told.tell(tela, registered(tela)),
        told.tell(tela, OrganisationActivated(organisation=tela)),
        told.tell(
            tela, OrganisationSuspended(organisation=tela, reason=next(iter(SuspensionReason)))
        ),
    )

    await directory.take([first, third])
    before = [organisation.standing for organisation in await known()]
    await directory.take([second])

    assert before == [Standing.PENDING]
    assert [organisation.standing for organisation in await known()] == [Standing.SUSPENDED]


async def test_a_broken_fact_stops_its_own_organisation_only(
    directory: Inbox, known: Known, told: Directory
) -> None:
    broken, sound = uuid4(), uuid4()

    await directory.take(
        [
            told.record(
                broken,
                "maillage.organisation.registered.v1",
                {"organisation": str(broken), "name": "Sans slug"},
                sequence=1,
            ),
            told.tell(sound, registered(sound)),
        ]
    )

    assert [organisation.id for organisation in await known()] == [sound]


async def test_a_field_that_scheduling_does_not_use_may_come(
    directory: Inbox, known: Known, told: Directory
) -> None:
    tela = uuid4()
    data = {**registered(tela).to_data(), "opening_hours": "Mo-Fr 09:00-12:00"}

    await directory.take(
        [told.record(tela, "maillage.organisation.registered.v1", data, sequence=1)]
    )

    assert [organisation.id for organisation in await known()] == [tela]


async def test_other_facts_of_the_directory_pass_by(
    directory: Inbox, known: Known, told: Directory
) -> None:
    place = uuid4()

    await directory.take(
        [told.record(place, "maillage.place.registered.v1", {"place": str(place)}, sequence=1)]
    )

    assert await known() == []


async def test_the_facts_taken_are_counted_by_type(
    directory: Inbox, told: Directory, registry: CollectorRegistry
) -> None:
    tela = uuid4()

    await directory.take([told.tell(tela, registered(tela))])

    assert (
        registry.get_sample_value(
            "scheduling_directory_facts_total", {"type": "maillage.organisation.registered.v1"}
        )
        == 1
    )

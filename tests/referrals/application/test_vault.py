"""The vault: deposits, look-ups gated by the agreement, and the journal of both."""

import asyncio
from dataclasses import replace
from datetime import date
from uuid import UUID

import asyncpg
import pytest

from referrals.application.acts import RefusedError
from referrals.application.names import Anonymous, LookUpName, look_up_name
from referrals.domain.persons import Identity
from referrals.domain.referrals import Step
from referrals.domain.refusals import NoAgreement, UnknownCommune
from tests.referrals.told import AGREEMENT, ODETTE, World
from tests.servers.handles import DatabaseAccess, plain

WIDE = replace(AGREEMENT, scope="consortium")


async def look_up(world: World, slug: str, person: UUID) -> object:
    async with world.store.transaction() as tx:
        command = LookUpName(organisation=world[slug], who=f"someone@{slug}", person=person)
        return await look_up_name(tx, command)


async def test_a_deposit_makes_one_person_and_tells_no_name(world: World) -> None:
    kept = await world.deposit("caf")

    assert kept.created
    registered, assigned = await world.facts()
    assert registered["data"] == {
        "person": str(kept.inner),
        "registered_by": str(world["caf"]),
        "commune": "23096",
        "birth_band": "1950-1959",
    }
    assert assigned["data"] == {
        "outward": str(kept.person),
        "organisation": str(world["caf"]),
        "person": str(kept.inner),
    }
    assert registered["datasubject"] == assigned["datasubject"] == str(kept.inner)
    bytes_sent = await world.outbox_text()
    for secret in ("Chambonneau", "Odette", "05 55", "exemple.fr", "D-1"):
        assert secret not in bytes_sent


async def test_the_same_deposit_again_is_the_same_person(world: World) -> None:
    first = await world.deposit("caf")
    second = await world.deposit("caf")

    assert (first.created, second.created) == (True, False)
    assert first.person == second.person
    assert len(await world.facts()) == 2


async def test_the_same_deposit_many_times_at_once_is_one_person(world: World) -> None:
    kept = await asyncio.gather(*(world.deposit("caf") for _ in range(6)))

    assert sorted(one.created for one in kept) == [False] * 5 + [True]
    assert len({one.person for one in kept}) == 1
    assert len(await world.rows("SELECT 1 FROM person")) == 1
    assert len(await world.facts()) == 2


async def test_a_changed_deposit_brings_the_identity_up_to_date(world: World) -> None:
    first = await world.deposit("caf")
    moved = replace(ODETTE, commune="23247", phone="06 00 00 00 01", birth_year=1949)

    second = await world.deposit("caf", identity=moved)

    assert (second.person, second.created) == (first.person, False)
    assert await look_up(world, "caf", first.inner) == moved
    (person,) = await world.rows("SELECT commune, birth_band FROM person")
    assert (person["commune"], person["birth_band"]) == ("23247", "1940-1949")
    acts = await world.rows("SELECT act, ground FROM name_lookup ORDER BY id")
    assert [(row["act"], row["ground"]) for row in acts] == [
        ("written", "deposited"),
        ("written", "changed"),
        ("read", "registered-by-us"),
    ]


async def test_two_organisations_never_share_an_id(world: World) -> None:
    at_caf = await world.deposit("caf", "7")
    at_mission = await world.deposit("mission-locale", "7")

    assert len({at_caf.person, at_caf.inner, at_mission.person, at_mission.inner}) == 4


async def test_a_commune_by_its_name_is_kept_by_its_code_and_told_back(world: World) -> None:
    kept = await world.deposit("caf", identity=replace(ODETTE, commune="St Vaury"))

    assert kept.corrected_commune is not None
    assert (kept.corrected_commune.code, kept.corrected_commune.name) == ("23247", "Saint-Vaury")
    (person,) = await world.rows("SELECT commune FROM person")
    assert person["commune"] == "23247"


async def test_a_commune_that_is_not_recognised_keeps_nothing(world: World) -> None:
    with pytest.raises(RefusedError) as caught:
        await world.deposit("caf", identity=replace(ODETTE, commune="Saint-Vauri"))

    assert isinstance(caught.value.refusal, UnknownCommune)
    assert "Saint-Vaury (23247)" in caught.value.refusal.nearest
    assert await world.rows("SELECT 1 FROM person_reference") == []


async def test_a_target_reads_the_name_under_the_agreement_and_each_reading_is_noted(
    world: World,
) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", person=kept.inner)

    name = await look_up(world, "tela", kept.inner)

    assert name == ODETTE
    (row,) = await world.rows("SELECT * FROM name_lookup WHERE act = 'read'")
    (agreement,) = await world.rows("SELECT id FROM agreement")
    assert row["organisation"] == world["tela"]
    assert row["who"] == "someone@tela"
    assert row["person"] == kept.inner
    assert row["looked_up_at"] == world.clock.now()
    assert (row["ground"], row["referral"], row["agreement"]) == (
        "agreement",
        referral,
        agreement["id"],
    )


async def test_without_agreement_the_name_stays_closed_and_the_try_is_noted(world: World) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner, agreement=None)

    name = await look_up(world, "tela", kept.inner)

    assert isinstance(name, NoAgreement)
    (row,) = await world.rows("SELECT * FROM name_lookup WHERE act <> 'written'")
    assert (row["act"], row["ground"], row["organisation"]) == (
        "withheld",
        "no-agreement",
        world["tela"],
    )


async def test_who_refused_reads_the_name_no_more(world: World) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", "mission-locale", person=kept.inner)

    await world.answer("tela", referral, Step.REFUSE, "session_full")

    assert isinstance(await look_up(world, "tela", kept.inner), NoAgreement)
    assert isinstance(await look_up(world, "mission-locale", kept.inner), Identity)


async def test_an_organisation_the_person_was_never_sent_to_reads_nothing(world: World) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner, agreement=WIDE)

    assert isinstance(await look_up(world, "mission-locale", kept.inner), NoAgreement)


async def test_an_agreement_for_the_consortium_covers_a_later_referral(world: World) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner, agreement=WIDE)
    await world.sent("tela", "mission-locale", person=kept.inner, agreement=None)

    assert await look_up(world, "mission-locale", kept.inner) == ODETTE


async def test_a_person_without_name_has_none_to_read(world: World) -> None:
    await world.sent("caf", "tela")
    (person,) = await world.rows("SELECT id FROM person")

    assert isinstance(await look_up(world, "tela", person["id"]), Anonymous)
    assert await world.rows("SELECT 1 FROM name_lookup") == []


JOURNALS = ("name_lookup", "agreement", "referral_transition")


@pytest.mark.parametrize("table", JOURNALS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {}"])
async def test_a_journal_is_only_added_to(
    world: World, access: DatabaseAccess, table: str, statement: str
) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner)
    change = statement.format(table, "organisation", "organisation")

    for url, refused in (
        (access.url, asyncpg.InsufficientPrivilegeError),
        (access.owner_url, asyncpg.RaiseError),
    ):
        connection = await asyncpg.connect(plain(url))
        try:
            with pytest.raises(refused):
                await connection.execute(
                    change.replace("TRUNCATE agreement", "TRUNCATE agreement CASCADE")
                )
        finally:
            await connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE identity",
        "CREATE TABLE note (id int)",
        "DELETE FROM referral",
        "DELETE FROM decision",
        "UPDATE referral SET sender = person",
        "UPDATE referral_target SET organisation = referral",
        "UPDATE decision SET outcome = 'refused'",
        "UPDATE outward_id SET outward = person",
        "UPDATE person_reference SET reference = ''",
    ],
)
async def test_the_service_role_may_not_rewrite_what_was_decided(
    access: DatabaseAccess, statement: str
) -> None:
    connection = await asyncpg.connect(access.dsn)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_the_database_itself_lets_a_target_answer_once(
    world: World, access: DatabaseAccess
) -> None:
    referral = await world.sent("caf", "tela")
    await world.answer("tela", referral, Step.ACCEPT)
    connection = await asyncpg.connect(access.dsn)
    again = (
        "INSERT INTO referral_transition"
        " (referral, organisation, state, happened_at, learnt_at, code, who)"
        " VALUES ($1, $2, $3, now(), now(), '', '')"
    )

    try:
        for state in ("accepted", "refused", "sent"):
            with pytest.raises(asyncpg.UniqueViolationError):
                await connection.execute(again, referral, world["tela"], state)
    finally:
        await connection.close()


async def test_the_agreement_stands_as_it_was_taken(world: World) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner)

    (row,) = await world.rows("SELECT * FROM agreement")
    (fact,) = await world.facts("agreement.recorded")
    assert (row["person"], row["organisation"]) == (kept.inner, world["caf"])
    assert row["taken_on"] == date(2026, 11, 20)
    assert fact["key"] == str(row["id"]) != str(kept.inner)
    assert fact["data"]["channel"] == "in_presence"
    assert fact["data"]["text_version"] == "2026-01"

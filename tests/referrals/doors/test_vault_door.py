"""Names come in by one door, and go out by one other, under the agreement."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import structlog

from referrals.domain.referrals import Step
from referrals.domain.sending import Standing
from tests.doors import Doors
from tests.referrals.doors.conftest import Count
from tests.referrals.told import World

ODETTE: dict[str, Any] = {
    "family_name": "Chambonneau",
    "given_name": "Odette",
    "birth_year": 1951,
    "commune": "23096",
    "phone": "05 55 00 11 22",
    "email": "odette.chambonneau@exemple.fr",
    "preferred_contact": "phone",
}
# Sex 2, born in February 1951 in Guéret: 2 51 02 23 096 012, whose key is 31.
NIR = "251022309601231"


async def put(client: httpx.AsyncClient, reference: str = "D-1", **changes: Any) -> httpx.Response:
    body = {name: value for name, value in {**ODETTE, **changes}.items() if value is not None}
    return await client.put(f"/v1/persons/{reference}", json=body)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


async def test_a_deposit_answers_an_opaque_id(doors: Doors, count: Count) -> None:
    answer = await put(doors.program("caf"))

    assert answer.status_code == 201
    person = UUID(answer.json()["person"])
    assert answer.json() == {"person": str(person), "corrected": []}
    assert count("referrals_deposits_total", result="created") == 1


async def test_the_same_deposit_answers_the_same(doors: Doors) -> None:
    caf = doors.program("caf")

    first, second, changed = await put(caf), await put(caf), await put(caf, phone="0600000001")

    assert [each.status_code for each in (first, second, changed)] == [201, 200, 200]
    assert first.json()["person"] == second.json()["person"] == changed.json()["person"]


async def test_the_same_reference_elsewhere_is_somebody_else(doors: Doors) -> None:
    at_caf = await put(doors.program("caf"))
    at_mission = await put(doors.program("mission-locale"))

    assert at_mission.status_code == 201
    assert at_caf.json()["person"] != at_mission.json()["person"]


async def test_a_commune_written_by_name_is_told_back(doors: Doors) -> None:
    answer = await put(doors.program("caf"), commune="st vaury")

    assert answer.json()["corrected"] == [
        {"field": "commune", "given": "st vaury", "kept": "23247", "label": "Saint-Vaury"}
    ]


async def test_an_unknown_commune_is_refused_with_the_nearest(doors: Doors, world: World) -> None:
    answer = await put(doors.program("caf"), commune="Saint-Vauri")

    assert problem(answer) == (422, "unknown-commune")
    assert "Vouliez-vous dire Saint-Vaury (23247)" in answer.json()["detail"]
    assert await world.rows("SELECT 1 FROM person") == []


@pytest.mark.parametrize(
    "field", ["family_name", "given_name", "commune", "phone", "email", "reference"]
)
async def test_a_nir_is_refused_wherever_it_stands(doors: Doors, world: World, field: str) -> None:
    values = {"phone": f"+{NIR}", "email": f"{NIR}@exemple.fr"}
    value = values.get(field, NIR)
    caf = doors.program("caf")

    answer = await (put(caf, value) if field == "reference" else put(caf, **{field: value}))

    assert problem(answer) == (422, "nir-refused")
    assert NIR not in answer.text
    assert answer.json()["errors"] == [{"pointer": f"#/{field}", "detail": "holds a NIR"}]
    assert await world.rows("SELECT 1 FROM person_reference") == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"family_name": None}, "#/family_name"),
        ({"given_name": "  "}, "#/given_name"),
        ({"family_name": "x" * 101}, "#/family_name"),
        ({"given_name": "Odette\u0000"}, "#/given_name"),
        ({"birth_year": 1789}, "#/birth_year"),
        ({"birth_year": "about 1951"}, "#/birth_year"),
        ({"phone": "call her"}, "#/phone"),
        ({"email": "nobody"}, "#/email"),
        ({"preferred_contact": "pigeon"}, "#/preferred_contact"),
        ({"nir": NIR}, "#/nir"),
        ({"address": "3 rue des Fleurs"}, "#/address"),
    ],
)
async def test_a_deposit_of_another_form_is_refused_at_its_place(
    doors: Doors, changes: dict[str, Any], pointer: str
) -> None:
    answer = await put(doors.program("caf"), **changes)

    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    for value in changes.values():
        assert value is None or not str(value).strip() or str(value) not in answer.text


@pytest.mark.parametrize("reference", ["x" * 65, "with space", "%C3%A9tude", "-dash"])
async def test_a_reference_has_at_most_64_safe_characters(doors: Doors, reference: str) -> None:
    assert (await put(doors.program("caf"), reference)).status_code == 422


@pytest.mark.parametrize("reference", ["x" * 64, "2026/11/A-7", "a.b_c:d"])
async def test_a_safe_reference_is_taken(doors: Doors, reference: str) -> None:
    assert (await put(doors.program("caf"), reference)).status_code == 201


async def test_only_a_program_with_the_scope_deposits(doors: Doors) -> None:
    nobody = await put(doors.stranger())
    without_scope = await put(doors.program("caf", scope="events"))

    assert problem(nobody) == (401, "token-missing")
    assert problem(without_scope) == (403, "forbidden")


async def test_an_organisation_that_is_not_active_gets_no_further(
    doors: Doors, world: World
) -> None:
    await world.introduce("new", standing=Standing.PENDING)
    kept = (await put(doors.program("caf"))).json()["person"]
    await world.suspend("caf")

    answers = [
        await put(doors.program("new")),
        await put(doors.program("caf"), "D-2"),
        await doors.program("caf").get(f"/v1/persons/{kept}"),
        await doors.program("caf").get(f"/v1/referrals/{uuid4()}"),
    ]

    assert {problem(answer) for answer in answers} == {(403, "organisation-not-active")}


async def test_who_deposited_reads_the_name_back(doors: Doors, world: World, count: Count) -> None:
    caf = doors.program("caf")
    person = (await put(caf)).json()["person"]

    answer = await caf.get(f"/v1/persons/{person}")

    assert answer.json() == {"person": person, "anonymous": False, "names": ODETTE}
    (row,) = await world.rows("SELECT * FROM name_lookup WHERE act = 'read'")
    assert row["ground"] == "registered-by-us"
    assert row["organisation"] == world["caf"]
    assert count("referrals_name_lookups_total", result="given") == 1


async def outward(world: World, slug: str) -> UUID:
    (row,) = await world.rows("SELECT outward FROM outward_id WHERE organisation = $1", world[slug])
    result: UUID = row["outward"]
    return result


async def test_another_organisations_id_means_nobody(doors: Doors, world: World) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner)
    at_tela = await outward(world, "tela")

    answers = [
        await doors.program("mission-locale").get(f"/v1/persons/{kept.person}"),
        await doors.program("tela").get(f"/v1/persons/{kept.person}"),
        await doors.program("caf").get(f"/v1/persons/{at_tela}"),
        await doors.program("caf").get(f"/v1/persons/{kept.inner}"),
        await doors.program("caf").get(f"/v1/persons/{uuid4()}"),
    ]

    assert {problem(answer) for answer in answers} == {(404, "unknown-person")}
    assert await world.rows("SELECT 1 FROM name_lookup WHERE act <> 'written'") == []


async def test_a_target_reads_the_name_by_its_own_id_while_the_agreement_covers_it(
    doors: Doors, world: World
) -> None:
    kept = await world.deposit("caf")
    referral = await world.sent("caf", "tela", person=kept.inner)
    address = f"/v1/persons/{await outward(world, 'tela')}"

    before = await doors.program("tela").get(address)
    await world.answer("tela", referral, Step.REFUSE, "session_full")
    after = await doors.program("tela").get(address)

    assert before.json()["names"]["family_name"] == "Chambonneau"
    assert problem(after) == (403, "no-agreement")


async def test_without_agreement_the_name_is_refused_in_a_clear_sentence(
    doors: Doors, world: World
) -> None:
    kept = await world.deposit("caf")
    await world.sent("caf", "tela", person=kept.inner, agreement=None)

    answer = await doors.program("tela").get(f"/v1/persons/{await outward(world, 'tela')}")

    assert problem(answer) == (403, "no-agreement")
    assert "n'a pas donné son accord" in answer.json()["detail"]
    (row,) = await world.rows("SELECT act FROM name_lookup WHERE act <> 'written'")
    assert row["act"] == "withheld"


@pytest.mark.parametrize("role", ["auditor", "coordinator", "department"])
async def test_a_role_that_does_not_work_with_persons_reads_no_name(
    doors: Doors, world: World, role: str
) -> None:
    kept = await world.deposit("caf")

    answer = await doors.colleague("caf", role).get(f"/v1/persons/{kept.person}")

    assert problem(answer) == (403, "forbidden")


async def test_no_log_line_holds_what_was_deposited(doors: Doors) -> None:
    with structlog.testing.capture_logs() as lines:
        await put(doors.program("caf"))
        await put(doors.program("caf"), "D-2", commune="Chez Odette")
        await put(doors.program("caf"), "D-3", birth_year="Chambonneau")

    written = repr(lines)
    assert "/v1/persons/{reference" in written
    for secret in ("Chambonneau", "Odette", "05 55", "exemple.fr", "D-2"):
        assert secret not in written

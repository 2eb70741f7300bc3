"""Organisations through their door: the facts of the directory, and who may write them."""

import asyncio

import pytest

from contracts.topics import DIRECTORY
from tests.partners.world import Partner, World

BODY = {"name": "Tela", "kind": "third_place", "commune": "23008"}


async def test_an_organisation_is_registered_once_and_described_again(world: World) -> None:
    first = await world.client.put("/v1/organisations/tela", json=BODY, headers=world.admin)
    again = await world.client.put("/v1/organisations/tela", json=BODY, headers=world.admin)
    renamed = await world.client.put(
        "/v1/organisations/tela", json={**BODY, "name": "Tela 23"}, headers=world.admin
    )

    assert [each.status_code for each in (first, again, renamed)] == [201, 200, 200]
    assert first.json()["state"] == "pending"
    assert first.json() == again.json()
    assert renamed.json()["id"] == first.json()["id"]


async def test_the_life_of_an_organisation_is_told_in_order_under_its_own_key(
    world: World,
) -> None:
    identifier = await world.organisation("tela", kind="third_place")
    await world.client.put("/v1/organisations/tela", json=BODY, headers=world.admin)
    await world.step("tela", "suspend", reason="misuse")
    await world.step("tela", "reinstate")

    told = await world.told(DIRECTORY)

    assert [each.event.type.split(".")[2] for each in told] == [
        *("registered", "activated", "changed", "suspended", "reinstated")
    ]
    assert [each.event.sequence for each in told] == [1, 2, 3, 4, 5]
    assert {each.key for each in told} == {str(identifier)}
    assert {each.event.data["organisation"] for each in told} == {str(identifier)}
    assert told[3].event.data["reason"] == "misuse"
    assert all(each.event.dataschema for each in told)


async def test_history_is_kept_as_rows_that_say_who_and_why(world: World) -> None:
    await world.organisation("tela", kind="third_place")
    await world.step("tela", "suspend", reason="security")

    rows = await world.rows(
        "SELECT sequence, fact, reason, recorded_by FROM organisation_fact ORDER BY sequence"
    )

    assert [tuple(row) for row in rows] == [
        (1, "registered", None, "plateforme"),
        (2, "activated", None, "plateforme"),
        (3, "suspended", "security", "plateforme"),
    ]


async def test_a_step_that_the_state_does_not_allow_is_a_conflict_and_changes_nothing(
    world: World,
) -> None:
    await world.organisation("tela", kind="third_place")
    before = await world.told()

    answer = await world.step("tela", "activate")

    assert (answer.status_code, answer.json()["code"]) == (409, "transition-refused")
    assert await world.told() == before


async def test_a_suspension_without_its_reason_is_refused(world: World) -> None:
    await world.organisation("tela", kind="third_place")

    assert (await world.step("tela", "suspend")).status_code == 422
    assert (await world.step("tela", "suspend", reason="because")).status_code == 422


async def test_an_unknown_organisation_is_not_found(world: World) -> None:
    answer = await world.step("nobody", "activate")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-organisation")


@pytest.mark.parametrize(
    "body",
    [
        {**BODY, "kind": "king"},
        {**BODY, "commune": "Guéret"},
        {**BODY, "rights": ["rule"]},
        {**BODY, "mood": "fine"},
        {**BODY, "name": "  "},
        {**BODY, "name": "a\0b"},
        {"kind": "third_place"},
    ],
)
async def test_a_bad_description_is_refused_with_422(world: World, body: dict[str, str]) -> None:
    answer = await world.client.put("/v1/organisations/tela", json=body, headers=world.admin)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_only_the_administrator_and_the_department_write_organisations(
    world: World, tela: Partner
) -> None:
    await world.organisation("departement", kind="department")
    await world.colleague("departement", "helene", "department")
    await world.colleague("tela", "nadia", "partner-administrator", "professional")

    paths = [
        ("PUT", "/v1/organisations/caf", BODY),
        ("POST", "/v1/organisations/tela/suspend", {"reason": "misuse"}),
        ("POST", "/v1/organisations/tela/activate", None),
        ("POST", "/v1/organisations/tela/reinstate", None),
        ("GET", "/v1/organisations/tela/credentials", None),
        ("POST", "/v1/organisations/tela/credentials", {"label": "x"}),
    ]
    for headers in (tela.headers, await world.session("nadia")):
        for method, path, body in paths:
            refused = await world.client.request(method, path, json=body, headers=headers)
            assert (path, refused.status_code) == (path, 403)
    for method, path, body in paths:
        assert (await world.client.request(method, path, json=body)).status_code == 401
    allowed = await world.client.put(
        "/v1/organisations/caf", json=BODY, headers=await world.session("helene")
    )
    assert allowed.status_code == 201


async def test_everyone_signed_in_sees_who_takes_part(world: World, tela: Partner) -> None:
    answer = await tela.get("/v1/organisations")

    (shown,) = answer.json()["items"]
    assert shown["id"] == str(tela.id)
    assert {"slug", "name", "kind", "state"} <= shown.keys()
    assert (await world.client.get("/v1/organisations")).status_code == 401
    assert (await tela.get("/v1/organisations/tela")).json() == shown
    assert (await tela.get("/v1/organisations/none")).status_code == 404


async def test_ten_that_register_one_slug_at_once_make_one_organisation(world: World) -> None:
    answers = await asyncio.gather(
        *(
            world.client.put("/v1/organisations/tela", json=BODY, headers=world.admin)
            for _ in range(10)
        )
    )

    assert sorted(each.status_code for each in answers) == [*[200] * 9, 201]
    assert len({each.json()["id"] for each in answers}) == 1
    assert len(await world.told(DIRECTORY)) == 1


async def test_ten_that_suspend_at_once_suspend_once_and_leave_no_gap(world: World) -> None:
    await world.organisation("tela", kind="third_place")

    answers = await asyncio.gather(
        *(world.step("tela", "suspend", reason="misuse") for _ in range(10))
    )

    assert sorted(each.status_code for each in answers) == [200, *[409] * 9]
    assert [each.event.sequence for each in await world.told(DIRECTORY)] == [1, 2, 3]


async def test_a_code_list_is_served_to_everyone_with_french_labels(world: World) -> None:
    answer = await world.client.get("/v1/codes/needs")

    assert answer.json()["codes"][0] == {
        "code": "assessment",
        "label": "Faire le point sur ses compétences numériques",
    }
    assert (await world.client.get("/v1/codes/moods")).status_code == 404

"""Credentials and colleagues."""

import asyncio

import pytest

from tests.partners.world import Partner, World


async def test_a_secret_is_shown_once_and_kept_as_a_hash_only(world: World) -> None:
    await world.organisation("tela", kind="third_place")
    issued = await world.credential("tela")

    listed = await world.client.get("/v1/organisations/tela/credentials", headers=world.admin)
    (row,) = await world.rows("SELECT * FROM credential")

    assert len(issued["client_secret"]) >= 43  # 256 bits in base64
    assert listed.json()["items"] == [
        {name: value for name, value in issued.items() if name != "client_secret"}
    ]
    assert issued["client_secret"] not in str(dict(row))


async def test_an_organisation_has_several_credentials_and_each_is_revoked_by_itself(
    world: World, tela: Partner
) -> None:
    second = await world.credential("tela")
    path = f"/v1/organisations/tela/credentials/{tela.credential['id']}"

    revoked = await world.client.delete(path, headers=world.admin)
    again = await world.client.delete(path, headers=world.admin)

    assert (revoked.status_code, again.status_code) == (204, 204)
    await world.token(second["client_id"], second["client_secret"])
    answer = await world.client.post(
        "/oauth2/token",
        data={
            "grant_type": "client_credentials",
            "client_id": tela.credential["client_id"],
            "client_secret": tela.credential["client_secret"],
        },
    )
    assert answer.status_code == 401


async def test_a_credential_is_revoked_under_its_own_organisation_only(
    world: World, tela: Partner, caf: Partner
) -> None:
    path = f"/v1/organisations/{caf.slug}/credentials/{tela.credential['id']}"

    answer = await world.client.delete(path, headers=world.admin)

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown-credential")
    await world.token(tela.credential["client_id"], tela.credential["client_secret"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"label": " "}, 422, "bad-grant"),
        ({"label": "x", "roles": []}, 422, "bad-grant"),
        ({"label": "x", "roles": ["king"]}, 422, "invalid"),
        ({"label": "x", "scopes": ["all"]}, 422, "invalid"),
        ({"label": "x", "roles": ["administrator"]}, 403, "grant-refused"),
    ],
)
async def test_what_cannot_be_granted_is_refused(
    world: World, tela: Partner, body: dict[str, object], status: int, code: str
) -> None:
    answer = await world.client.post(
        f"/v1/organisations/{tela.slug}/credentials", json=body, headers=world.admin
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_partners_administrator_names_colleagues_of_their_own_house_only(
    world: World, tela: Partner, caf: Partner
) -> None:
    await world.colleague(tela.slug, "nadia", "partner-administrator")
    headers = await world.session("nadia")

    async def put(slug: str, login: str, *roles: str) -> int:
        answer = await world.client.put(
            f"/v1/organisations/{slug}/colleagues/{login}",
            json={"name": "Paul", "roles": roles},
            headers=headers,
        )
        return answer.status_code

    assert await put("tela", "paul", "professional") == 200
    assert await put("tela", "paul", "mediator", "professional") == 200
    assert await put("tela", "paul", "department") == 403
    assert await put(caf.slug, "paul2", "professional") == 403


@pytest.mark.parametrize("role", ["department", "coordinator", "auditor", "protection-officer"])
async def test_whoever_may_not_give_a_role_may_not_take_it_away(
    world: World, tela: Partner, role: str
) -> None:
    await world.colleague(tela.slug, "nadia", "partner-administrator")
    await world.colleague(tela.slug, "paul", "professional", role)
    before = await world.rows("SELECT * FROM colleague ORDER BY login")
    path, body = "/v1/organisations/tela/colleagues/paul", {"name": "P", "roles": ["professional"]}

    refused = await world.client.put(path, json=body, headers=await world.session("nadia"))
    after = await world.rows("SELECT * FROM colleague ORDER BY login")
    allowed = await world.client.put(path, json=body, headers=world.admin)

    assert (refused.status_code, refused.json()["code"]) == (403, "grant-refused")
    assert role in refused.json()["detail"]
    assert after == before
    assert (allowed.status_code, allowed.json()["roles"]) == (200, ["professional"])


async def test_a_role_given_meanwhile_is_not_taken_away(world: World, tela: Partner) -> None:
    await world.colleague(tela.slug, "nadia", "partner-administrator")
    headers = await world.session("nadia")

    for turn in range(10):
        path = f"/v1/organisations/tela/colleagues/paul{turn}"
        given, asked = await asyncio.gather(
            world.client.put(path, json={"name": "P", "roles": ["auditor"]}, headers=world.admin),
            world.client.put(path, json={"name": "P", "roles": ["mediator"]}, headers=headers),
        )
        # Either it came first and the administrator's word stands over it, or it is refused.
        assert (given.status_code, asked.status_code in {200, 403}) == (200, True)

    rows = await world.rows("SELECT roles FROM colleague WHERE login LIKE 'paul%'")
    assert [row["roles"] for row in rows] == [["auditor"]] * 10


async def test_a_login_belongs_to_one_organisation(
    world: World, tela: Partner, caf: Partner
) -> None:
    await world.colleague(tela.slug, "nadia")

    answer = await world.client.put(
        f"/v1/organisations/{caf.slug}/colleagues/nadia",
        json={"name": "Nadia"},
        headers=world.admin,
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "login-taken")


@pytest.mark.parametrize("login", ["Nadia", "-nadia", "n" * 41, "na dia"])
async def test_a_bad_login_is_refused(world: World, tela: Partner, login: str) -> None:
    answer = await world.client.put(
        f"/v1/organisations/{tela.slug}/colleagues/{login}",
        json={"name": "Nadia"},
        headers=world.admin,
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "bad-grant")

"""Sign-in of programs: RFC 6749 §4.4, and tokens that every service can check."""

import base64
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey

from tests.partners.world import HERE, SECRET, SIGNING_KEY, World

GRANT = {"grant_type": "client_credentials"}


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


def _jti(token: str) -> object:
    return jwt.decode(token, SIGNING_KEY, algorithms=["Ed25519"]).claims["jti"]


async def ask(world: World, form: dict[str, str], **headers: str) -> httpx.Response:
    return await world.client.post("/oauth2/token", data=form, headers=headers)


@pytest.fixture
async def issued(world: World) -> dict[str, Any]:
    await world.organisation("tela", kind="third_place")
    return await world.credential("tela", scopes=("events", "history"))


@pytest.fixture
def client(issued: dict[str, Any]) -> tuple[str, str]:
    return issued["client_id"], issued["client_secret"]


async def test_a_token_is_given_by_basic_and_by_form_alike(
    world: World, client: tuple[str, str]
) -> None:
    by_basic = await ask(world, GRANT, **basic(*client))
    by_form = await ask(world, {**GRANT, "client_id": client[0], "client_secret": client[1]})

    for answer in (by_basic, by_form):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() | {"access_token": ""} == {
            "access_token": "",
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": "events history",
        }


async def test_the_token_says_who_by_the_published_key(
    world: World, issued: dict[str, Any], client: tuple[str, str]
) -> None:
    token = await world.token(*client)
    published = (await world.client.get("/.well-known/jwks.json")).json()

    decoded = jwt.decode(token, KeySet.import_key_set(published), algorithms=["Ed25519"])

    assert decoded.header["kid"] == published["keys"][0]["kid"]
    assert "d" not in published["keys"][0]
    claims = decoded.claims
    assert (claims["iss"], claims["aud"]) == (HERE, "maillage")
    assert (claims["sub"], claims["cred"]) == (client[0], issued["id"])
    assert (claims["slug"], claims["roles"]) == ("tela", ["professional"])
    assert claims["scope"] == "events history"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["jti"] != _jti(await world.token(*client))


async def test_a_narrower_scope_may_be_asked_for_and_a_wider_one_not(
    world: World, client: tuple[str, str]
) -> None:
    narrow = await ask(world, {**GRANT, "scope": "events"}, **basic(*client))
    wide = await ask(world, {**GRANT, "scope": "events persons"}, **basic(*client))

    assert narrow.json()["scope"] == "events"
    assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")


async def test_whoever_is_not_known_gets_401_with_a_challenge_and_no_hint_why(
    world: World, client: tuple[str, str]
) -> None:
    refused = [
        await ask(world, GRANT, **basic(client[0], "wrong")),
        await ask(world, GRANT, **basic("nobody", client[1])),
        await ask(world, GRANT, **basic("plateforme", "wrong")),
        await ask(world, GRANT, **basic("plateforme", "é")),
        await ask(world, GRANT),
        await ask(world, GRANT, authorization="Basic !!!"),
        await ask(world, GRANT, authorization="Bearer x"),
        await ask(world, {**GRANT, "client_id": client[0]}),
    ]

    for answer in refused:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic")
    assert len({answer.text for answer in refused}) == 1


@pytest.mark.parametrize(
    ("body", "media", "error"),
    [
        (b"grant_type=password", None, "unsupported_grant_type"),
        (b"", None, "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=x", None, "invalid_request"),
        (b"grant_type=client_credentials&client_secret=x", None, "invalid_request"),
        (b"grant_type=%FF", None, "invalid_request"),
        (b"a=" + b"x" * 9_000, None, "invalid_request"),
        (b"&".join(b"f%d=1" % number for number in range(40)), None, "invalid_request"),
        (b"{}", "application/json", "invalid_request"),
    ],
)
async def test_a_bad_form_is_refused_by_the_standards_codes(
    world: World, client: tuple[str, str], body: bytes, media: str | None, error: str
) -> None:
    headers = {"content-type": media or "application/x-www-form-urlencoded"}

    answer = await world.client.post(
        "/oauth2/token", content=body, headers=headers | basic(*client)
    )

    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_basic_parts_are_form_decoded_as_the_standard_says(world: World) -> None:
    answer = await ask(world, GRANT, **basic("platef%6Frme", SECRET.replace("-", "%2D")))

    assert answer.status_code == 200


async def test_a_suspended_organisation_gets_no_token_until_it_is_reinstated(
    world: World, client: tuple[str, str]
) -> None:
    await world.step("tela", "suspend", reason="misuse")
    refused = await ask(world, GRANT, **basic(*client))
    await world.step("tela", "reinstate")
    given = await ask(world, GRANT, **basic(*client))

    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    assert given.status_code == 200


async def test_a_pending_organisation_gets_no_token(world: World) -> None:
    await world.organisation("msa", kind="farmers_fund", active=False)
    issued = await world.credential("msa")

    answer = await ask(world, GRANT, **basic(issued["client_id"], issued["client_secret"]))

    assert answer.json()["error"] == "unauthorized_client"


async def test_a_token_expires_after_five_minutes(world: World, client: tuple[str, str]) -> None:
    headers = {"authorization": f"Bearer {await world.token(*client)}"}
    assert (await world.client.get("/v1/organisations", headers=headers)).status_code == 200

    world.clock.advance(timedelta(minutes=5, seconds=10))

    answer = await world.client.get("/v1/organisations", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-expired")


async def test_a_token_signed_by_another_key_is_nobodys(world: World) -> None:
    other = OKPKey.generate_key("Ed25519", private=True)
    claims = {"iss": HERE, "aud": "maillage", "sub": "plateforme", "roles": ["administrator"]}
    header = {"alg": "Ed25519", "kid": SIGNING_KEY.thumbprint()}
    forged = jwt.encode(header, claims | {"exp": 2_000_000_000}, other, algorithms=["Ed25519"])

    answer = await world.client.get(
        "/v1/organisations", headers={"authorization": f"Bearer {forged}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")

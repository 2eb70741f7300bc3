"""Who may pass: tokens with real signatures, roles, scopes, and an issuer that may be away."""

import asyncio
import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.database import Database
from tests.timing import FixedClock
from tests.web.conftest import ISSUER, NOON, ORGANISATION, Issuer, new_key
from tests.web.test_app import HTML, problem
from web import auth
from web.auth import Public, Require, TokenRefused, TokenVerifier


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def test_a_good_token_names_the_caller(verifier: TokenVerifier, issuer: Issuer) -> None:
    caller = await verifier.verify(issuer.token("mediator-of-tests", "department"))

    assert caller.subject == "someone"
    assert caller.organisation == ORGANISATION
    assert (caller.slug, caller.name, caller.credential) == ("house", "Some One", "credential-1")
    assert caller.roles == {"mediator-of-tests", "department"}
    assert caller.scopes == {"read", "write"}


async def test_header_and_cookie_carry_the_same_token(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    token = issuer.token()

    by_header = await client.get("/v1/me", headers=bearer(token))
    by_cookie = await client.get("/v1/me", headers={"cookie": f"maillage_session={token}"})

    assert by_header.status_code == by_cookie.status_code == 200
    assert by_header.json() == by_cookie.json()


def after(seconds: float) -> int:
    return int((NOON + timedelta(seconds=seconds)).timestamp())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": after(-60)}, "token-expired"),
        ({"exp": None}, "token-invalid"),
        ({"exp": "tomorrow"}, "token-invalid"),
        ({"iat": after(3600)}, "token-invalid"),
        ({"nbf": after(3600)}, "token-invalid"),
        ({"iss": "http://elsewhere.test"}, "token-invalid"),
        ({"iss": None}, "token-invalid"),
        ({"aud": "another"}, "token-invalid"),
        ({"aud": None}, "token-invalid"),
        ({"sub": None}, "token-invalid"),
        ({"sub": 7}, "token-invalid"),
        ({"org": "house"}, "token-invalid"),
        ({"roles": 7}, "token-invalid"),
        ({"scope": ["read"]}, "token-invalid"),
    ],
)
async def test_a_wrong_claim_is_refused_with_its_code(
    client: httpx.AsyncClient, issuer: Issuer, changes: dict[str, Any], code: str
) -> None:
    answer = await client.get("/v1/me", headers=bearer(issuer.token(**changes)))

    assert (answer.status_code, problem(answer)["code"]) == (401, code)
    assert answer.headers["www-authenticate"] == 'Bearer realm="maillage", error="invalid_token"'


async def test_a_token_expires_with_the_clock(
    client: httpx.AsyncClient, issuer: Issuer, clock: FixedClock
) -> None:
    headers = bearer(issuer.token())
    assert (await client.get("/v1/me", headers=headers)).status_code == 200

    clock.advance(timedelta(minutes=15, seconds=6))

    assert problem(await client.get("/v1/me", headers=headers))["code"] == "token-expired"


def unsigned(issuer: Issuer) -> str:
    _, claims, _ = issuer.token().split(".")
    header = segment('{"alg":"none","kid":"first"}')
    return f"{header}.{claims}."


def with_the_public_key_as_secret(issuer: Issuer) -> str:
    _, claims, _ = issuer.token().split(".")
    signed = segment('{"alg":"HS256","kid":"first"}') + f".{claims}"
    secret = issuer.keys[0].as_pem(private=False)
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def with_a_stranger_key_of_the_same_name(issuer: Issuer) -> str:
    return issuer.token(key=new_key("first"))


def with_changed_claims(issuer: Issuer) -> str:
    header, _, signature = issuer.token().split(".")
    _, claims, _ = issuer.token("administrator").split(".")
    return f"{header}.{claims}.{signature}"


def with_the_former_name_of_the_algorithm(issuer: Issuer) -> str:
    header, claims, signature = issuer.token().split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "==")) | {"alg": "EdDSA"}
    header = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
    return f"{header}.{claims}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        with_the_public_key_as_secret,
        with_a_stranger_key_of_the_same_name,
        with_changed_claims,
        with_the_former_name_of_the_algorithm,
    ],
)
async def test_a_forged_token_is_refused(
    client: httpx.AsyncClient, issuer: Issuer, forge: Callable[[Issuer], str]
) -> None:
    answer = await client.get("/v1/me", headers=bearer(forge(issuer)))

    assert (answer.status_code, problem(answer)["code"]) == (401, "token-invalid")


def segment(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


ANY_TOKEN = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=100).map(lambda raw: raw.decode("latin-1")),
    st.lists(
        st.one_of(
            st.sampled_from(
                ['{"alg":"Ed25519","kid":"first"}', '{"alg":"Ed25519"}', "[]", "null", "7", '"kid"']
            ),
            st.just("[" * 5000),
            st.dictionaries(
                st.sampled_from(["alg", "kid", "crit", "b64", "jwk"]), st.integers()
            ).map(json.dumps),
        ).map(segment),
        min_size=1,
        max_size=5,
    ).map(".".join),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(token=ANY_TOKEN)
async def test_no_text_whatever_is_taken_or_breaks_the_check(
    verifier: TokenVerifier, token: str
) -> None:
    with pytest.raises(TokenRefused) as refused:
        await verifier.verify(token)

    assert refused.value.code == "token-invalid"


async def test_no_token_is_told_from_a_bad_one(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"authorization": "Basic b25lOnR3bw=="}, {"authorization": "Bearer"}):
        answer = await client.get("/v1/me", headers=headers)

        assert (answer.status_code, problem(answer)["code"]) == (401, "token-missing")
        assert answer.headers["www-authenticate"] == 'Bearer realm="maillage"'


async def test_a_role_of_those_named_is_enough_and_none_is_not(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    with_role = await client.get("/v1/board", headers=bearer(issuer.token("other", "department")))
    without = await client.get("/v1/board", headers=bearer(issuer.token("other")))

    assert with_role.status_code == 200
    assert (without.status_code, problem(without)["code"]) == (403, "forbidden")


async def test_a_scope_is_asked_for_by_name(client: httpx.AsyncClient, issuer: Issuer) -> None:
    with_scope = issuer.token(scope="read history")
    with_a_longer_one = issuer.token(scope="history2")

    assert (await client.get("/v1/scoped", headers=bearer(with_scope))).status_code == 200
    assert (await client.get("/v1/scoped", headers=bearer(with_a_longer_one))).status_code == 403


async def test_a_person_without_session_is_sent_to_sign_in_and_comes_back(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    old = {"cookie": f"maillage_session={issuer.token(exp=after(-60))}"}
    for headers in (HTML, HTML | old):
        answer = await client.get("/page/7?tab=two", headers=headers)

        assert answer.status_code == 303
        assert answer.headers["location"] == (
            f"{ISSUER}/sign-in?next=http%3A%2F%2Fservice.test%2Fpage%2F7%3Ftab%3Dtwo"
        )


async def test_a_form_sent_without_session_comes_back_to_its_page_and_nowhere_else(
    client: httpx.AsyncClient,
) -> None:
    for referer, back in (
        ("http://service.test/page/7", "page%2F7"),
        ("http://service.test.evil/", ""),
        ("", ""),
    ):
        answer = await client.post("/page", headers=HTML | {"referer": referer})

        assert answer.status_code == 303
        assert answer.headers["location"].endswith(f"next=http%3A%2F%2Fservice.test%2F{back}")


async def test_a_person_without_the_role_gets_a_page(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await client.get(
        "/dead-letters", headers=HTML | {"cookie": f"maillage_session={issuer.token()}"}
    )

    assert answer.status_code == 403
    assert "réservées à d&#39;autres rôles" in answer.text


class TestKeys:
    async def test_are_fetched_once_for_many_callers(
        self, verifier: TokenVerifier, issuer: Issuer
    ) -> None:
        await asyncio.gather(*(verifier.verify(issuer.token()) for _ in range(20)))

        assert issuer.asked == 1

    async def test_a_new_key_is_fetched_when_it_is_first_named(
        self, verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(auth, "REFRESH_MIN_S", 0)
        await verifier.verify(issuer.token())

        issuer.keys.append(new_key("second"))

        assert (await verifier.verify(issuer.token())).subject == "someone"
        assert issuer.asked == 2

    async def test_invented_key_names_do_not_make_us_ask_again_and_again(
        self, verifier: TokenVerifier, issuer: Issuer
    ) -> None:
        await verifier.verify(issuer.token())

        for number in range(50):
            with pytest.raises(TokenRefused):
                await verifier.verify(issuer.token(key=new_key(f"invented-{number}")))

        assert issuer.asked == 1

    async def test_a_withdrawn_key_is_refused_once_ours_are_old(
        self, verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(auth, "KEYS_MAX_AGE_S", 0)
        stolen = issuer.keys[0]
        await verifier.verify(issuer.token())

        issuer.keys = [new_key("second")]

        with pytest.raises(TokenRefused):
            await verifier.verify(issuer.token(key=stolen))

    async def test_tokens_are_checked_while_the_issuer_is_away(
        self, verifier: TokenVerifier, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(auth, "KEYS_MAX_AGE_S", 0)
        await verifier.verify(issuer.token())

        issuer.away = True

        assert (await verifier.verify(issuer.token())).subject == "someone"

    async def test_and_after_our_own_restart_too(
        self, verifier: TokenVerifier, issuer: Issuer, store: Database
    ) -> None:
        await verifier.verify(issuer.token())
        issuer.away = True

        restarted = TokenVerifier("", issuer=ISSUER, database=store, fetch=issuer.fetch)

        assert (await restarted.verify(issuer.token())).subject == "someone"

    async def test_without_any_copy_nothing_is_trusted(
        self, verifier: TokenVerifier, issuer: Issuer
    ) -> None:
        issuer.away = True

        with pytest.raises(TokenRefused):
            await verifier.verify(issuer.token())

    @pytest.mark.parametrize("document", [{}, [], None, {"keys": []}, {"keys": [{"kty": "oct"}]}])
    async def test_a_broken_answer_does_not_replace_good_keys(
        self,
        store: Database,
        issuer: Issuer,
        monkeypatch: pytest.MonkeyPatch,
        document: object,
    ) -> None:
        monkeypatch.setattr(auth, "KEYS_MAX_AGE_S", 0)
        answers: list[object] = [await issuer.fetch()]

        async def fetch() -> object:
            return answers[-1]

        verifier = TokenVerifier("", issuer=ISSUER, database=store, fetch=fetch)
        await verifier.verify(issuer.token())

        answers.append(document)

        assert (await verifier.verify(issuer.token())).subject == "someone"

    async def test_are_fetched_over_http(
        self, store: Database, issuer: Issuer, serve: Callable[[FastAPI], Any]
    ) -> None:
        app = FastAPI()
        app.add_api_route("/jwks", issuer.fetch)

        async with serve(app) as address:
            verifier = TokenVerifier(f"{address}/jwks", issuer=ISSUER, database=store)

            assert (await verifier.verify(issuer.token())).subject == "someone"
            assert issuer.asked == 1


def test_every_route_says_who_may_use_it(build: Callable[..., FastAPI]) -> None:
    for route in iter_route_contexts(build().routes):
        if route.path == "/openapi.json":
            continue
        calls = [dependency.call for dependency in route.dependant.dependencies]
        assert any(isinstance(call, Require | Public) for call in calls), route.path

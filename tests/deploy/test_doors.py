"""The doors as the command line uses them: asked again, and what is said when that was in vain."""

import contextlib
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from typing_extensions import override

from maillage.doors import Credential, Door
from maillage.trouble import Trouble

AWAY = httpx.Response(
    503, json={"code": "unavailable", "detail": "Nothing of this request was kept"}
)
STRANGER = httpx.Response(401, json={"error": "invalid_client", "error_description": "not known"})
GOOD = httpx.Response(200, json={"access_token": "abc", "person": "p"})
CREDENTIAL = Credential("caf-7324d2ac11", "secret")
Told = httpx.Response | type[httpx.RequestError]


class Scripted(httpx.AsyncBaseTransport):
    """A service that answers as written, and then always as written last."""

    def __init__(self, *script: Told) -> None:
        self.script: Iterator[Told] = iter(script)
        self.now: Told = GOOD
        self.bodies: list[bytes] = []

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(await request.aread())
        self.now = next(self.script, self.now)
        if isinstance(self.now, httpx.Response):
            return httpx.Response(self.now.status_code, content=self.now.content)
        raise self.now("broken")


@contextlib.asynccontextmanager
async def door(service: Scripted, *, patience_s: float) -> AsyncIterator[Door]:
    async with httpx.AsyncClient(base_url="http://127.0.0.1:1", transport=service) as client:
        yield Door("referrals", client, patience_s)


OBSTACLES = [AWAY, httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError]
NAMES = ["503", "not there", "cut off", "broken off"]


@pytest.mark.parametrize("obstacle", OBSTACLES, ids=NAMES)
async def test_what_passes_is_waited_for_and_the_same_is_asked(obstacle: Told) -> None:
    service = Scripted(obstacle, obstacle, GOOD)
    async with door(service, patience_s=60) as opened:
        assert (await opened.ask("PUT", "/v1/persons/x", json={"a": 1}))["person"] == "p"
    assert len(service.bodies) == 3
    assert len(set(service.bodies)) == 1


async def test_looking_and_tokens_outlast_a_restart_too() -> None:
    async with door(Scripted(httpx.ConnectError, AWAY, GOOD), patience_s=60) as opened:
        assert await opened.look("/v1/referrals/x") is not None
    async with door(Scripted(httpx.ConnectError, AWAY, GOOD), patience_s=60) as opened:
        assert await opened.token(CREDENTIAL, name="caf") == "abc"
    async with door(Scripted(AWAY, GOOD), patience_s=60) as opened:
        assert await opened.opens_for(CREDENTIAL)


@pytest.mark.parametrize(
    ("obstacle", "times"), [(httpx.ReadError, 1), (AWAY, 2), (httpx.ConnectError, 2)]
)
async def test_what_must_not_happen_twice_is_sent_again_only_if_nothing_happened(
    obstacle: Told, times: int
) -> None:
    service = Scripted(obstacle, GOOD)
    async with door(service, patience_s=60) as opened:
        with contextlib.suppress(Trouble):
            await opened.ask("POST", "/v1/organisations/x/activate", repeatable=False)
    assert len(service.bodies) == times


@pytest.mark.parametrize("obstacle", OBSTACLES, ids=NAMES)
async def test_spent_patience_names_the_service_and_says_to_try_again(obstacle: Told) -> None:
    service = Scripted(obstacle)
    async with door(service, patience_s=0.3) as opened:
        for asking in (opened.look("/"), opened.token(CREDENTIAL, name="caf")):
            with pytest.raises(
                Trouble, match=r"referrals.*réessayez dans quelques secondes"
            ) as got:
                await asking
            assert "Nothing" not in str(got.value)
            assert CREDENTIAL.client_id not in str(got.value)
    assert len(service.bodies) > 2


async def test_missing_access_is_told_with_the_name_that_was_typed() -> None:
    service = Scripted(STRANGER)
    async with door(service, patience_s=60) as opened:
        with pytest.raises(Trouble, match=r"« caf ».*make up") as got:
            await opened.token(CREDENTIAL, name="caf")
        assert CREDENTIAL.client_id not in str(got.value)
        assert not await opened.opens_for(CREDENTIAL)
    assert len(service.bodies) == 2


async def test_refusal_is_told_by_its_code_at_once() -> None:
    service = Scripted(httpx.Response(422, json={"code": "bad-body", "detail": "in English"}))
    async with door(service, patience_s=60) as opened:
        with pytest.raises(Trouble, match=r"referrals a refusé PUT /v1/x \(422, bad-body\)") as got:
            await opened.ask("PUT", "/v1/x")
    assert "English" not in str(got.value)
    assert len(service.bodies) == 1


async def test_what_is_not_there_is_looked_for_and_not_a_trouble() -> None:
    async with door(Scripted(httpx.Response(404)), patience_s=60) as opened:
        assert await opened.look("/v1/referrals/x") is None

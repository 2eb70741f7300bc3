"""What every service answers alike: errors, limits, headers, probes, the access log."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI

import pages
from chassis import logs
from chassis.clock import SystemClock
from chassis.database import Database
from tests.web.conftest import HERE, Issuer, client_of
from web.auth import TokenVerifier, public

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def log() -> Iterator[StringIO]:
    stream = StringIO()
    before = logging.getLogger().handlers
    logs.configure(service="test", instance="test-0", stream=stream)
    yield stream
    logging.getLogger().handlers = before


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert document["type"] == f"/problems/{document['code']}"
    return document


async def test_an_unknown_address_is_a_problem(client: httpx.AsyncClient) -> None:
    assert problem(await client.get("/nowhere"))["code"] == "not-found"


async def test_a_wrong_method_is_a_problem_that_names_the_right_ones(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.delete("/v1/things")

    assert problem(answer)["code"] == "method-not-allowed"
    assert answer.headers["allow"] == "POST"


async def test_what_is_invalid_is_pointed_at_and_never_echoed(client: httpx.AsyncClient) -> None:
    sent = {"name": "Jeanne Martin", "size": "Jeanne", "owner": "Martin", "inner": [{}]}

    answer = await client.post("/v1/things", json=sent)

    document = problem(answer)
    assert (answer.status_code, document["code"]) == (422, "invalid")
    assert {error["pointer"] for error in document["errors"]} == {
        "#/name",
        "#/size",
        "#/owner",
        "#/inner/0/name",
    }
    assert "Jeanne" not in answer.text
    assert "Martin" not in answer.text
    assert "`M`" not in answer.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [(rb'{"name": "\ud800"}', "#/name"), (rb'{"\ud800": 1}', "#/name")],
    ids=["value", "member"],
)
async def test_half_a_character_is_invalid(
    client: httpx.AsyncClient, body: bytes, pointer: str
) -> None:
    answer = await client.post(
        "/v1/things", content=body, headers={"content-type": "application/json"}
    )

    assert pointer in [error["pointer"] for error in problem(answer)["errors"]]


async def test_a_wrong_parameter_is_pointed_at(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things/not-an-id", params={"limit": "many"})

    pointers = {error["pointer"] for error in problem(answer)["errors"]}
    assert pointers == {"#path/thing_id", "#query/limit"}


@pytest.mark.parametrize("body", [b"{", b"", b"name=one", b'{"name": "a" "b"}', b"\xff\xfe"])
async def test_what_is_no_json_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await client.post(
        "/v1/things", content=body, headers={"content-type": "application/json"}
    )

    assert problem(answer)["status"] in {400, 422}


async def test_deeply_nested_json_is_refused(client: httpx.AsyncClient) -> None:
    for bomb in ("[" * 50_000, '{"inner":' * 50_000, "[" * 50_000 + "]" * 50_000):
        answer = await client.post(
            "/v1/things", content=bomb, headers={"content-type": "application/json"}
        )

        assert problem(answer)["status"] == 400


async def test_a_long_body_is_refused_by_its_announced_length(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/things", content=b"x" * 1_048_577)

    assert (answer.status_code, problem(answer)["code"]) == (413, "body-too-large")


async def test_a_long_body_is_refused_though_it_announces_nothing(
    client: httpx.AsyncClient,
) -> None:
    async def pieces() -> Any:
        for _ in range(17):
            yield b"x" * 65_536

    answer = await client.post("/v1/things", content=pieces())

    assert "content-length" not in answer.request.headers
    assert (answer.status_code, problem(answer)["code"]) == (413, "body-too-large")


async def test_our_own_failure_says_nothing_but_where_to_look(
    client: httpx.AsyncClient, log: StringIO
) -> None:
    answer = await client.get("/v1/boom")

    document = problem(answer)
    assert document["code"] == "internal-error"
    assert "Jeanne" not in answer.text + log.getvalue()
    failed = next(line for line in map(json.loads, log.getvalue().splitlines()) if "error" in line)
    assert failed["error"] == "RuntimeError"
    assert failed["trace"][-1].endswith(" boom")
    assert failed["event"] == "request_failed"
    assert document["reference"] == failed["trace_id"]


async def test_people_get_a_page_in_french(client: httpx.AsyncClient) -> None:
    missing = await client.get("/nowhere", headers=HTML)
    failed = await client.get("/open/boom", headers=HTML)

    assert (missing.status_code, failed.status_code) == (404, 500)
    assert "Nous n&#39;avons pas trouvé cette page" in missing.text
    assert "Une erreur est survenue de notre côté" in failed.text
    assert "Jeanne" not in failed.text


async def test_the_foot_of_every_page_leads_to_the_accessibility_statement(
    client: httpx.AsyncClient,
) -> None:
    missing = await client.get("/nowhere", headers=HTML)

    assert 'href="http://issuer.test/accessibilite"' in missing.text
    statement = await client.get("/accessibilite")
    assert statement.status_code == 200
    assert "Défenseur des droits" in statement.text


async def test_a_program_gets_json_even_where_it_takes_html(client: httpx.AsyncClient) -> None:
    problem(await client.get("/v1/nothing", headers=HTML))
    problem(await client.get("/nowhere", headers={"accept": "application/json, text/html"}))
    problem(await client.get("/nowhere", headers={"accept": "*/*"}))


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/v1/boom", "/v1/me"])
async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "form-action 'self' http://issuer.test http://service.test" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cache-control"] == "no-store"


async def test_the_style_sheet_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    answer = await client.get(pages.static_url("styles.css"))

    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert problem(await client.get("/static/styles.css"))["code"] == "not-found"


class TestForeignPages:
    """A browser sends our cookies whatever page makes it; so the page's origin decides."""

    @pytest.fixture
    def cookie(self, issuer: Issuer) -> dict[str, str]:
        return {"cookie": f"maillage_session={issuer.token()}"}

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site", "origin": "http://service.test:81"},
            {"origin": "http://elsewhere.test"},
            {"origin": "null"},
        ],
    )
    async def test_are_refused(
        self, client: httpx.AsyncClient, cookie: dict[str, str], headers: dict[str, str]
    ) -> None:
        answer = await client.post("/page", headers=cookie | headers)

        assert (answer.status_code, problem(answer)["code"]) == (403, "cross-origin")

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "same-origin", "origin": HERE},
            {"sec-fetch-site": "none"},
            {"sec-fetch-site": "same-site", "origin": "http://issuer.test"},
            {"origin": HERE},
            {},
        ],
    )
    async def test_our_own_pass(
        self, client: httpx.AsyncClient, cookie: dict[str, str], headers: dict[str, str]
    ) -> None:
        assert (await client.post("/page", headers=cookie | headers)).status_code == 200

    async def test_a_bearer_token_is_sent_by_nobody_but_its_holder(
        self, client: httpx.AsyncClient, issuer: Issuer
    ) -> None:
        headers = {
            "authorization": f"Bearer {issuer.token()}",
            "origin": "http://elsewhere.test",
        }

        assert (await client.post("/page", headers=headers)).status_code == 200


class TestProbes:
    async def test_alive_and_ready(self, client: httpx.AsyncClient) -> None:
        assert (await client.get("/healthz")).text == "ok"
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"ready": True, "reasons": []})

    async def test_unready_says_everything_that_is_missing(
        self, build: Callable[..., FastAPI]
    ) -> None:
        async def slow() -> list[str]:
            return ["topics: one is missing"]

        app = build(ready_checks=[lambda: ["keys are missing"], slow])
        app.state.worker_checks.append(lambda: ["relay: not started"])

        async with client_of(app) as client:
            answer = await client.get("/readyz")

        assert answer.status_code == 503
        assert answer.json()["reasons"] == [
            "keys are missing",
            "topics: one is missing",
            "relay: not started",
        ]

    async def test_a_database_that_is_away_makes_unready_and_503_but_not_dead(
        self, build: Callable[..., FastAPI], issuer: Issuer
    ) -> None:
        away = Database.connect(
            "postgresql+asyncpg://one:two@127.0.0.1:9/one", clock=SystemClock(), source="/test"
        )
        verifier = TokenVerifier("", issuer="http://issuer.test", database=away, fetch=issuer.fetch)
        app = build(database=away, verifier=verifier)

        async with client_of(app) as client:
            alive = await client.get("/healthz")
            ready = await client.get("/readyz")
            asked = await client.get(
                "/v1/me", headers={"authorization": f"Bearer {issuer.token()}"}
            )

        assert alive.status_code == 200
        assert ready.status_code == 503
        assert ready.json()["reasons"][0].startswith("database: ")
        assert problem(asked)["code"] == "unavailable"
        assert asked.headers["retry-after"] == "2"

    async def test_metrics_name_routes_by_their_template(self, client: httpx.AsyncClient) -> None:
        await client.get("/v1/things/019530f0-0000-7000-8000-00000000000f")
        await client.get("/secret-of-jeanne")
        await client.request("JEANNE", "/healthz")

        text = (await client.get("/metrics")).text

        assert (
            'http_requests_total{method="GET",route="/v1/things/{thing_id}",status="200"} 1.0'
            in text
        )
        assert 'route="unmatched",status="404"' in text
        assert 'method="OTHER"' in text
        assert "jeanne" not in text.lower()
        assert "process_resident_memory_bytes" in text

    async def test_a_nested_router_is_named_with_its_prefixes(
        self, build: Callable[..., FastAPI]
    ) -> None:
        inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")

        @inner.get("/{number}", dependencies=[Depends(public())])
        async def give(number: int) -> int:
            return number

        outer.include_router(inner, prefix="/middle")
        async with client_of(build(outer)) as client:
            assert (await client.get("/outer/middle/inner/7")).json() == 7
            assert 'route="/outer/middle/inner/{number}"' in (await client.get("/metrics")).text

    async def test_openapi_is_served_and_documents_problems(
        self, client: httpx.AsyncClient
    ) -> None:
        document = (await client.get("/openapi.json")).json()

        answers = document["paths"]["/v1/things"]["post"]["responses"]
        assert "application/problem+json" in answers["default"]["content"]
        assert "422" not in answers
        assert (await client.get("/docs")).status_code == 404


class TestAccessLog:
    async def test_a_line_has_the_template_and_nothing_of_the_address(
        self, client: httpx.AsyncClient, log: StringIO
    ) -> None:
        await client.get("/v1/things/019530f0-0000-7000-8000-00000000000f?limit=7&name=Jeanne")

        (line,) = map(json.loads, log.getvalue().splitlines())
        assert line["event"] == "request"
        assert line["route"] == "/v1/things/{thing_id}"
        assert (line["method"], line["status"]) == ("GET", 200)
        assert line["duration_ms"] >= 0
        assert (line["service"], line["instance"]) == ("test", "test-0")
        assert "Jeanne" not in log.getvalue()
        assert "00000000000f" not in log.getvalue()

    @pytest.mark.parametrize(
        ("headers", "trace"),
        [
            (
                {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
                "4bf92f3577b34da6a3ce929d0e0e4736",
            ),
            (
                {"x-correlation-id": "019530f0-0000-7000-8000-00000000000f"},
                "019530f0-0000-7000-8000-00000000000f",
            ),
        ],
    )
    async def test_a_callers_trace_goes_into_the_log(
        self, client: httpx.AsyncClient, log: StringIO, headers: dict[str, str], trace: str
    ) -> None:
        await client.get("/nowhere", headers=headers)

        assert json.loads(log.getvalue())["trace_id"] == trace

    async def test_words_of_a_caller_do_not(self, client: httpx.AsyncClient, log: StringIO) -> None:
        await client.get(
            "/nowhere", headers={"x-correlation-id": "Jeanne-Martin", "traceparent": "Jeanne"}
        )

        assert "Jeanne" not in log.getvalue()

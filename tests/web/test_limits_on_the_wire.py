"""What needs a real socket: bodies that come in pieces, and clients that do not listen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from tests.web.test_app import problem

pytestmark = pytest.mark.integration


@pytest.fixture
async def address(
    build: Callable[..., FastAPI], serve: Callable[[FastAPI], Any]
) -> AsyncIterator[str]:
    async with serve(build()) as address:
        yield address


async def raw(address: str, *pieces: bytes) -> bytes:
    """The answer to exactly these bytes, read until the server closes or stops to send."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    answer = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        while data := await asyncio.wait_for(reader.read(65_536), 2):
            answer += data
    except (ConnectionError, TimeoutError):
        pass
    finally:
        writer.close()
    return answer


HEAD = b"POST /v1/things HTTP/1.1\r\nHost: service.test\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_client_that_sends_far_too_much_reads_why(address: str, *, announced: bool) -> None:
    piece, count = b" " * 65_536, 256

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(count):
            yield piece

    headers = {"content-type": "application/json"}
    if announced:
        headers["content-length"] = str(len(piece) * count)
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.post(f"{address}/v1/things", content=pieces(), headers=headers)

    assert (answer.status_code, problem(answer)["code"]) == (413, "body-too-large")


async def test_an_announced_length_beyond_the_limit_is_refused_unread(address: str) -> None:
    answer = await raw(address, HEAD + b"Content-Length: 5000000000\r\n\r\n", b"{")

    assert b" 413 " in answer.partition(b"\r\n")[0]
    assert b"body-too-large" in answer


async def test_pieces_within_the_limit_are_taken(address: str) -> None:
    body = b'{"name":"one"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"

    answer = await raw(address, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunks)

    assert b" 200 " in answer.partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /%00%ff%2e%2e HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /static/..%2f..%2fsettings.py HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\n\r\n",
        b"GET /v1/me HTTP/1.1\r\nHost: x\r\nCookie: maillage_session=\xff; a\r\n\r\n",
        b"GET /nowhere HTTP/1.1\r\nHost: x\r\nAccept: \xff\r\nOrigin: \xff\r\n\r\n",
        b"POST /page HTTP/1.1\r\nHost: x\r\nOrigin: http://[\r\nContent-Length: 0\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
async def test_hostile_bytes_get_an_answer_and_hurt_nobody(
    address: str, request_bytes: bytes
) -> None:
    answer = await raw(address, request_bytes)

    assert answer.split(b" ", 2)[1] in {b"400", b"401", b"403", b"404", b"422"}
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{address}/healthz")).status_code == 200

"""Looks for words everywhere the platform could have kept them: topics, logs, metrics, databases.

Every word is looked for as text whatever its case, and in the spellings that bytes take in a dump:
hexadecimal (a `bytea` in a row), base64 (the headers of a record set aside), JSON escapes. All of
them are looked for in one pass, since a year has thousands of words and a hundred thousand rows.
"""

import base64
import json
from collections.abc import Iterable, Sequence

import asyncpg
from ahocorasick_rs import AhoCorasick

from tests.e2e.stack import SERVICES, Stack, consuming, read_all

Place = tuple[str, int, int]
"""A record: topic, partition, offset."""


class Search:
    """Whether a text holds one of the words in any form in which it could stand in a dump."""

    def __init__(self, words: Iterable[str]) -> None:
        self._any = AhoCorasick(spellings(words))

    def __call__(self, text: str) -> bool:
        return bool(self._any.find_matches_as_indexes(text.lower()))


def spellings(words: Iterable[str]) -> list[str]:
    """Every form, in lower case, in which one of the words could stand in a text dump."""
    found = set()
    for word in words:
        for said in {word, word.lower(), word.upper()}:
            raw = said.encode()
            found |= {said, raw.hex(), json.dumps(said)[1:-1], *_base64(raw)}
    return sorted({each.lower() for each in found})


async def in_topics(
    stack: Stack, words: Sequence[str], *, but: Iterable[Place] = ()
) -> set[tuple[str, str]]:
    """(topic, part) of every record but those at the places, in which one of the words stands."""
    config = stack.kafka("auditeur")
    async with consuming(config) as consumer:
        topics = sorted(await consumer.topics())
    assert {"maillage.referrals.v1", "partner.caf.in.v1"} <= set(topics)
    holds, left_out = Search(words), set(but)
    return {
        (record.topic, part)
        for record in await read_all(config, topics)
        if (record.topic, record.partition, record.offset) not in left_out
        for part, raw in (
            ("key", record.key or b""),
            ("value", record.value or b""),
            ("headers", b"\n".join(name.encode() + (raw or b"") for name, raw in record.headers)),
        )
        if holds(raw.decode(errors="replace"))
    }


def in_logs(stack: Stack, words: Sequence[str]) -> set[str]:
    """The log files in which one of the words stands."""
    files = [path for path in (stack.home / "logs").rglob("*") if path.is_file()]
    assert {f"{service}.log" for service in SERVICES} <= {path.name for path in files}
    holds = Search(words)
    return {path.name for path in files if holds(path.read_text(errors="replace"))}


async def in_metrics(stack: Stack, words: Sequence[str]) -> set[str]:
    """The services in whose metrics one of the words stands."""
    holds, found = Search(words), set()
    for service in SERVICES:
        async with stack.client(service) as client:
            if holds((await client.get("/metrics")).raise_for_status().text):
                found.add(service)
    return found


async def in_databases(stack: Stack, words: Sequence[str]) -> set[tuple[str, str]]:
    """(database, table) of every table in which one of the words stands, in any column."""
    postgres = await stack.database("postgres")
    try:
        rows = await postgres.fetch("SELECT datname FROM pg_database WHERE datallowconn")
    finally:
        await postgres.close()
    names = {row["datname"] for row in rows} - {"template0", "template1"}
    assert set(SERVICES) <= names
    holds = Search(words)
    found = [await _in_database(stack, name, holds) for name in sorted(names)]
    return {place for each in found for place in each}


async def _in_database(stack: Stack, name: str, holds: Search) -> set[tuple[str, str]]:
    connection = await stack.database(name)
    try:
        tables = await connection.fetch(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        assert tables or name == "postgres"
        return {
            (name, table)
            for schema, table in tables
            if await _stands(connection, schema, table, holds)
        }
    finally:
        await connection.close()


async def _stands(connection: asyncpg.Connection, schema: str, table: str, holds: Search) -> bool:
    # A whole row as text: every column of every type, and none is forgotten when one is added.
    query = f'SELECT kept::text FROM "{schema}"."{table}" AS kept'  # noqa: S608 - our tables
    async with connection.transaction(readonly=True):
        async for (row,) in connection.cursor(query, prefetch=1000):
            if holds(row):
                return True
    return False


def _base64(raw: bytes) -> Iterable[str]:
    """What base64 makes of the bytes wherever they stand: one spelling per offset modulo three."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first = (offset * 8 + 5) // 6  # the characters that also hold bits of what stands before
        yield encoded[first : (offset + len(raw)) * 8 // 6]

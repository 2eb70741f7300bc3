"""Looks for words everywhere the platform could have kept them: topics, logs, metrics, databases.

Every word is looked for as text whatever its case, and in the spellings that bytes take in a dump:
hexadecimal (a `bytea` in a row), base64 (the headers of a record set aside), JSON escapes.
"""

import asyncio
import base64
import json
from collections.abc import Iterable, Sequence

import asyncpg

from tests.e2e.stack import SERVICES, Stack, consuming, read_all

Place = tuple[str, int, int]
"""A record: topic, partition, offset."""


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
    known, left_out = spellings(words), set(but)
    return {
        (record.topic, part)
        for record in await read_all(config, topics)
        if (record.topic, record.partition, record.offset) not in left_out
        for part, raw in (
            ("key", record.key or b""),
            ("value", record.value or b""),
            ("headers", b"\n".join(name.encode() + (raw or b"") for name, raw in record.headers)),
        )
        if _holds(raw.decode(errors="replace"), known)
    }


def in_logs(stack: Stack, words: Sequence[str]) -> set[str]:
    """The log files in which one of the words stands."""
    files = [path for path in (stack.home / "logs").rglob("*") if path.is_file()]
    assert {f"{service}.log" for service in SERVICES} <= {path.name for path in files}
    known = spellings(words)
    return {path.name for path in files if _holds(path.read_text(errors="replace"), known)}


async def in_metrics(stack: Stack, words: Sequence[str]) -> set[str]:
    """The services in whose metrics one of the words stands."""
    known, found = spellings(words), set()
    for service in SERVICES:
        async with stack.client(service) as client:
            if _holds((await client.get("/metrics")).raise_for_status().text, known):
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
    found = await asyncio.gather(*(_in_database(stack, name, spellings(words)) for name in names))
    return {place for each in found for place in each}


async def _in_database(stack: Stack, name: str, known: list[str]) -> set[tuple[str, str]]:
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
            if await _rows(connection, schema, table, known)
        }
    finally:
        await connection.close()


async def _rows(connection: asyncpg.Connection, schema: str, table: str, known: list[str]) -> int:
    # A whole row as text: every column of every type, and none is forgotten when one is added.
    query = (
        f'SELECT count(*) FROM "{schema}"."{table}" AS kept WHERE EXISTS'  # noqa: S608 - our tables
        " (SELECT FROM unnest($1::text[]) AS word WHERE position(word IN lower(kept::text)) > 0)"
    )
    return int(await connection.fetchval(query, known))


def _base64(raw: bytes) -> Iterable[str]:
    """What base64 makes of the bytes wherever they stand: one spelling per offset modulo three."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first = (offset * 8 + 5) // 6  # the characters that also hold bits of what stands before
        yield encoded[first : (offset + len(raw)) * 8 // 6]


def _holds(text: str, known: Sequence[str]) -> bool:
    lower = text.lower()
    return any(word in lower for word in known)

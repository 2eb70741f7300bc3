"""Reporting made anew from its log alone says what it said, on the data that the others left."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.e2e import partner
from tests.e2e.stack import Stack
from tests.timing import eventually

FOLDED = (
    *("figure_day", "referral_sent", "referral_answered"),
    *("organisation_name", "organisation_standing"),
)


async def test_the_log_alone_gives_the_same_figures(stack: Stack) -> None:
    await _something_of_everything(stack)
    figures, rows = await _figures(stack), await _rows(stack)
    await _spoil(stack)
    spoilt = await _figures(stack)

    said = await _rebuild(stack.home)

    assert spoilt != figures
    assert await _figures(stack) == figures
    assert await _rows(stack) == rows
    assert all(rows.values())
    assert "Chiffres recalculés" in said


async def test_a_rebuild_loses_nothing_that_comes_meanwhile(stack: Stack) -> None:
    before = await _sent(stack)
    rebuilding = asyncio.create_task(_rebuild(stack.home))

    for _ in range(5):
        await partner.accepted(stack, "caf", await stack.referral())
    await rebuilding

    await eventually(lambda: _sent(stack), until=lambda number: number == before + 5)


async def _something_of_everything(stack: Stack) -> None:
    sent = [
        await partner.accepted(stack, "mission-locale", await stack.referral()) for _ in range(3)
    ]
    ended = {"outcome": "helped_to_do"}
    for referral, kind, more in (
        (sent[0]["subject"], "accepted", {}),
        (sent[0]["subject"], "completed", ended),
        (sent[1]["subject"], "refused", {"reason": "not_reachable"}),
    ):
        answer = await stack.intent(f"referral.{kind}", referral=referral, **more)
        await partner.accepted(stack, "tela", answer)
    for each, step in zip(sent, ("completed", "refused", "sent"), strict=True):
        await partner.journey(stack, each["correlation_id"], f"maillage.referral.{step}.v1")


async def _figures(stack: Stack) -> Any:
    async with stack.client("reporting", "departement") as client:
        return (await client.get("/v1/figures")).raise_for_status().json()["figures"]


async def _sent(stack: Stack) -> int:
    figures = {each["code"]: each["value"] for each in await _figures(stack)}
    return int(figures["referrals-sent"])


async def _rows(stack: Stack) -> dict[str, list[str]]:
    connection = await stack.database("reporting")
    try:
        return {
            table: [
                row[0]
                for row in await connection.fetch(f"SELECT f::text FROM {table} AS f ORDER BY 1")  # noqa: S608 - our tables
            ]
            for table in FOLDED
        }
    finally:
        await connection.close()


async def _spoil(stack: Stack) -> None:
    """What a bug of the fold, or a hand in the database, could do."""
    connection = await stack.database("reporting")
    try:
        await connection.execute("UPDATE figure_day SET count = count + 7")
        await connection.execute("DELETE FROM referral_answered")
    finally:
        await connection.close()


async def _rebuild(home: Path) -> str:
    """`python -m reporting rebuild`, as the supervisor would start it; what it says."""
    programmes = json.loads((home / "run" / "programmes.json").read_text())
    (environment,) = (one["environment"] for one in programmes if one["name"] == "reporting")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "reporting", "rebuild"),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()

"""On its own topic a sender reads what becomes of its referrals, a target what it is asked."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

from tests.e2e import partner
from tests.e2e.stack import Stack

ROOT = Path(__file__).parents[2]

SMALL, SMALLS_EPCI = "23003", "200044014"
"""Alleyrat has 144 inhabitants."""


async def test_the_sender_reads_the_story_under_its_own_reference(stack: Stack) -> None:
    reference = f"DOSSIER-{uuid4().hex[:8]}"
    person = await partner.deposit(stack, "caf", f"ref-{uuid4().hex[:8]}")
    sent = await stack.referral(
        "tela", "mission-locale", person=person, partner_reference=reference
    )
    del sent["data"]["anonymous"]

    async with partner.answers(stack, "caf") as told:
        opened = await partner.accepted(stack, "caf", sent)
        referral = opened["subject"]
        taken = await stack.intent("referral.accepted", referral=referral, message="Mardi à 14 h.")
        await partner.accepted(stack, "tela", taken)
        no = await stack.intent("referral.refused", referral=referral, reason="session_full")
        await partner.accepted(stack, "mission-locale", no)
        ended = await stack.intent("referral.completed", referral=referral, outcome="autonomous")
        await partner.accepted(stack, "tela", ended)
        story = await told.story(referral, "accepted", "refused", "completed")

    tela, youth = [await stack.organisation(slug) for slug in ("tela", "mission-locale")]
    assert [(each.type.split(".")[2], each.data["organisation"]) for each in story] == [
        ("accepted", tela),
        ("refused", youth),
        ("completed", tela),
    ]
    assert [set(each.data) for each in story] == [
        {"referral", "organisation", "partner_reference"},
        {"referral", "organisation", "partner_reference", "reason"},
        {"referral", "organisation", "partner_reference", "outcome"},
    ]
    for each in story:
        assert each.data["partner_reference"] == reference
        assert each.extensions == {"submission": opened["submission"]}
        assert each.correlationid == opened["correlation_id"]
        # It is the id that CAF itself was given, so that it finds the person again.
        assert (each.datasubject, each.sequence) == (person, None)
    assert len({each.id for each in story}) == 3


async def test_a_target_reads_what_it_is_asked_and_nothing_of_the_other(stack: Stack) -> None:
    sent = await stack.referral(
        "mission-locale", "tela", anonymous={"commune": SMALL, "birth_band": "1960-1969"}
    )

    async with partner.answers(stack, "mission-locale") as told:
        opened = await partner.accepted(stack, "caf", sent)
        taken = await stack.intent("referral.accepted", referral=opened["subject"])
        await partner.accepted(stack, "tela", taken)
        own = await stack.intent(
            "referral.refused", referral=opened["subject"], reason="session_full"
        )
        await partner.accepted(stack, "mission-locale", own)
        # A while in which anything else could have come.
        await told.of(own["id"])
        (asked,) = await told.story(opened["subject"], "sent")

    assert asked.type == "maillage.referral.sent.v1"
    assert asked.data["targets"] == [await stack.organisation("mission-locale")]
    assert asked.data["sender"] == await stack.organisation("caf")
    assert asked.data["epci"] == SMALLS_EPCI
    assert {"commune", "partner_reference"}.isdisjoint(asked.data)
    assert asked.data["person"] == asked.datasubject
    assert await _inner_ids(stack, asked.data["person"]) == 0


async def test_the_program_of_the_guide_prints_what_became_of_it(stack: Stack) -> None:
    reference = f"DOSSIER-{uuid4().hex[:8]}"
    opened = await partner.accepted(stack, "caf", await stack.referral(partner_reference=reference))
    taken = await stack.intent("referral.accepted", referral=opened["subject"])
    await partner.accepted(stack, "tela", taken)

    guide = (ROOT / "docs/guides/integrators.md").read_text(encoding="utf-8")
    (program,) = [
        each for each in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "acceptée" in each
    ]
    running = await asyncio.create_subprocess_exec(
        # Nobody waits for its end here, so that it may be patient on a busy machine.
        *(sys.executable, "-u", "-c", program.replace("poll(10)", "poll(60)")),
        cwd=ROOT,
        env={**os.environ, "MAILLAGE_HOME": str(stack.home), "PYTHONIOENCODING": "utf-8"},  # noqa: TID251 - a child's environment
        stdout=asyncio.subprocess.PIPE,
    )
    wanted = f"{reference} acceptée par {await stack.organisation('tela')}"
    try:
        assert running.stdout is not None
        printed = [line.decode().strip() async for line in _until(running.stdout, wanted)]
    finally:
        running.kill()
        await running.wait()
    assert printed[-1] == wanted


async def _until(stream: asyncio.StreamReader, wanted: str) -> AsyncIterator[bytes]:
    """The lines up to the one that is wanted, or all there are."""
    async for line in stream:
        yield line
        if line.decode().strip() == wanted:
            return


async def _inner_ids(stack: Stack, person: str) -> int:
    """How many persons at referrals bear this id: none, for it is an outward one."""
    connection = await stack.database("referrals")
    try:
        return int(await connection.fetchval("SELECT count(*) FROM person WHERE id = $1", person))
    finally:
        await connection.close()

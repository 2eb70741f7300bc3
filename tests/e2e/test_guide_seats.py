"""The commands of the integrators' guide for mediators and seats, run as they stand there."""

import asyncio
import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e import partner
from tests.e2e.offer import a_place
from tests.e2e.stack import Stack

ROOT = Path(__file__).parents[2]
WRITTEN = "2027-01-12"
"""The day of the guide's session; by now it may be over."""


async def test_the_commands_of_the_guide_declare_a_session_and_book_a_seat(stack: Stack) -> None:
    guide = (ROOT / "docs/guides/integrators.md").read_text(encoding="utf-8")
    seats = guide[guide.index("## 9. ") : guide.index("## Rules")]
    assert WRITTEN in seats
    commands = re.findall(r"```sh\n(.*?)```", seats, re.DOTALL)
    opened = await partner.accepted(stack, "caf", await stack.referral("tela"))
    variables = {
        "TOKEN": stack.token("caf"),
        "TELA": stack.token("tela"),
        "SCHEDULING": stack.url("scheduling"),
        "PLACE": await a_place(stack),
        "REFERRAL": str(opened["subject"]),
    }

    _address, mediator, session, hold, confirm = commands
    variables["MEDIATOR"] = (await _run(mediator, variables))["subject"]
    soon = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
    variables["SESSION"] = (await _run(session.replace(WRITTEN, soon), variables))["subject"]
    variables["HOLD"] = (await _run(hold, variables))["subject"]
    booked = await _run(confirm, variables)

    assert booked == {"subject": variables["HOLD"], "correlation_id": opened["correlation_id"]}
    async with stack.client("scheduling", "caf") as caf:
        kept = (await caf.get(f"/v1/holds/{variables['HOLD']}")).json()
        declared = (await caf.get(f"/v1/sessions/{variables['SESSION']}")).json()
    assert kept["state"] == "confirmed"
    assert (declared["mediator"], declared["free"]) == ("Conseiller numérique 7, Tela", 5)


async def _run(command: str, variables: dict[str, str]) -> dict[str, Any]:
    running = await asyncio.create_subprocess_exec(
        *("sh", "-c", command),
        env={"PATH": os.environ["PATH"], "NO_PROXY": "*", **variables},  # noqa: TID251 - a child's environment
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await running.communicate()
    found: dict[str, Any] = json.loads(said)
    assert running.returncode == 0, found
    return found

"""The scenario through the doors of a running stack: cut off, resumed, compared, searched.

MAILLAGE_TEST_SCENARIO says how much of it: `court` if not given, `annee` for the whole year.
"""

import json
import os
import re
import signal
import subprocess
from dataclasses import replace

import httpx
import pytest

from maillage.home import Home
from maillage.scenario import progress
from maillage.scenario.happenings import Deposit, Scenario
from maillage.scenario.people import MAIL_HOST, PHONES, family_names
from maillage.scenario.playing import VARIANTS, scenario_of
from tests.deploy.conftest import COMMAND, CommandLine, environment
from tests.e2e import traces
from tests.e2e.stack import Stack
from tests.timing import wait_until

VARIANT = os.environ.get("MAILLAGE_TEST_SCENARIO", "court")  # noqa: TID251 - tests' own setting
# The year: some five minutes alone on two processors, longer beside other work.
PLAYED_WITHIN_S = {"court": 300, "annee": 1_500}[VARIANT]
FIRST_MONTH_WITHIN_S = 200

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.timeout(2 * PLAYED_WITHIN_S),
    pytest.mark.xdist_group("deploy-stack"),
]


def played(line: CommandLine) -> Scenario:
    """The scenario as the stack was given it."""
    year = progress.year_begun(line.home, VARIANT)
    assert year is not None
    return scenario_of(line.state.department, year, VARIANT)


def begin_and_cut_off(line: CommandLine) -> None:
    """Plays until a month is in, and ends the player as a power cut would."""
    player = subprocess.Popen(
        [str(COMMAND), "up"],
        env=environment(line.home) | {"MAILLAGE_SCENARIO": VARIANT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def first_month() -> bool:
        assert player.poll() is None, "it ended before its first month"
        return progress.path_of(line.home, VARIANT).exists()

    try:
        wait_until(first_month, within_s=FIRST_MONTH_WITHIN_S)
    finally:
        player.send_signal(signal.SIGKILL)
        player.wait()


def counts(line: CommandLine) -> dict[str, int]:
    headers = {"Authorization": f"Bearer {line.good('token', 'auditeur').strip()}"}
    found: dict[str, int] = {}
    for service in ("referrals", "scheduling", "vouchers"):
        answer = httpx.get(
            line.state.url(service) + "/v1/counts", headers=headers, trust_env=False, timeout=30
        )
        found |= answer.raise_for_status().json()["counts"]
    return found


async def test_the_scenario_is_cut_off_resumed_and_counted_once(stack: CommandLine) -> None:
    stack = replace(stack, timeout_s=PLAYED_WITHIN_S)
    before = counts(stack)
    begin_and_cut_off(stack)

    said = stack.good("up", MAILLAGE_SCENARIO=VARIANT)

    assert said.index("Prêt.") < said.index("arrive par les portes") < said.index("est jouée")
    assert "period%3Dlast-year" in said
    scenario = played(stack)
    kinds = [getattr(one, "kind", "deposit") for one in scenario.happenings]
    after = counts(stack)
    made = {name: after[name] - before.get(name, 0) for name in after}
    assert made["persons"] >= kinds.count("deposit")
    assert made["referrals_sent"] == kinds.count("referral.sent")
    assert made["visits"] == kinds.count("visit.recorded") == VARIANTS[VARIANT].visits
    assert made["bookings"] == kinds.count("booking.requested")
    assert made["booklets_issued"] == kinds.count("booklet.issued")
    spent = max(scenario.spent.values())
    assert made["vouchers_redeemed"] == made["vouchers_settled"] == spent
    assert made["cents_settled"] == made["cents_settled_in_settlements"] == 1_000 * spent
    vouchers = 5 * sum(scenario.stocks.values())
    assert made["vouchers_unused"] == vouchers - spent
    assert made["cents_unused"] == 1_000 * (vouchers - spent)
    assert re.search(r"\b0 écart\b", stack.good("drift"))
    assert "est jouée" in stack.good("up", MAILLAGE_SCENARIO=VARIANT)
    assert counts(stack) == after
    assert "rien à clore" in stack.good("history", "close")
    await no_name_has_left_the_vault(stack, scenario)


async def no_name_has_left_the_vault(line: CommandLine, scenario: Scenario) -> None:
    """Names, numbers and addresses of the scenario's people stand in the vault alone."""
    platform = Stack(line.home.path, status=json.loads(line.good("status", "--json")))
    people = [one.identity for one in scenario.happenings if isinstance(one, Deposit)]
    # Every address ends alike and every number begins alike; some are looked for written together.
    together = [str(one["phone"]).replace(" ", "") for one in people if one["phone"]][:10]
    words = [*{str(one["family_name"]) for one in people}, MAIL_HOST, *PHONES, *together]
    assert len(words) > len(PHONES) + 20
    assert await traces.in_databases(platform, words) == {("referrals", "identity")}
    assert await traces.in_topics(platform, words) == set()
    assert traces.in_logs(platform, words) == set()
    assert await traces.in_metrics(platform, words) == set()
    kept = (line.home.path / progress.path_of(line.home, VARIANT).name).read_text()
    assert not any(name in kept for name in (*family_names(), MAIL_HOST))


def test_an_unknown_share_of_the_year_is_named_before_anything_starts(stack: CommandLine) -> None:
    nowhere = CommandLine(Home(stack.home.path.parent / "unknown-share"))
    assert "« court »" in nowhere.refused("up", MAILLAGE_SCENARIO="tout")
    assert not nowhere.home.path.exists()

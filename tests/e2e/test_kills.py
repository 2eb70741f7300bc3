"""Journeys by the thousand while everything is killed: nothing lost, doubled or out of order.

Referrals come by HTTP (CAF) and by Kafka (mission locale); Tela accepts and completes each. One in
ten goes the whole way: a booklet, a seat, a presence, a voucher redeemed and settled. All the while
services, Kafka and PostgreSQL are killed in turn, PostgreSQL also by its own immediate stop.
Whoever posts does what an integrator is told to do: send the same again until it is answered.
"""

import asyncio
import itertools
import os
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx
import pytest

from contracts import catalogue
from contracts.topics import FACTS_OF
from tests.e2e import wholes
from tests.e2e.crowd import (
    PATIENCE_S,
    all_decided,
    answer_all,
    count,
    look,
    post_all,
    produce_all,
)
from tests.e2e.offer import BOOKLET, FACE_CENTS
from tests.e2e.stack import SERVICES, Stack, consuming, read_all
from tests.e2e.wholes import HELP
from tests.timing import eventually

JOURNEYS = int(os.environ.get("MAILLAGE_TEST_JOURNEYS", "600"))  # noqa: TID251 - tests' own setting
WHOLE = JOURNEYS // 10
VICTIMS = (
    *SERVICES,
    *("kafka", "postgres --immediate", "vouchers", "partners", "scheduling", "postgres"),
)
STEPS = ["sent", "accepted", "completed"]
STEP_TYPES = [f"maillage.referral.{step}.v1" for step in STEPS]

pytestmark = pytest.mark.timeout(900)


@dataclass
class Heard:
    """What the senders' own topics tell, repeats aside."""

    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of each referral, in its order."""
    help: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each journey tells a type of fact."""


@dataclass(frozen=True, slots=True)
class Played:
    """What was said, and what the programme of vouchers holds at the end."""

    referrals: list[str]
    helped: int
    """How many intents the help took."""
    balances: dict[str, int]

    @property
    def whole(self) -> list[str]:
        """Those that went the whole way."""
        return self.referrals[:WHOLE]


async def test_nothing_is_lost_doubled_or_out_of_order_whatever_is_killed(stack: Stack) -> None:
    offered = await wholes.offered(stack, WHOLE)
    before = await recorded(stack)
    done = asyncio.Event()
    killer = asyncio.create_task(kill_in_turn(stack, done))
    try:
        played = await play(stack, offered)
    except BaseException:
        killer.cancel()
        raise
    done.set()
    kills = await killer

    assert len(played.referrals) == len(set(played.referrals)) == JOURNEYS
    told = await told_once(stack, played)
    after = await recorded(stack)
    assert {name: after[name] - before[name] for name in after} == {
        "referrals": JOURNEYS,
        "answers": 2 * JOURNEYS,
        "submissions": 3 * JOURNEYS + played.helped,
        "undecided": 0,
        "verdicts": 3 * JOURNEYS + played.helped,
        "steps": 3 * JOURNEYS,
        "dead letters": 0,
    }
    assert played.balances == {
        "funds": WHOLE * BOOKLET * FACE_CENTS,
        "booklet": WHOLE * (BOOKLET - 1) * FACE_CENTS,
        "settled": WHOLE * FACE_CENTS,
    }
    assert await out_of_order(stack) == []
    await heard_once(stack, played, told)
    assert set(kills) == set(VICTIMS)


async def play(stack: Stack, offered: wholes.Offer) -> Played:
    """Every journey from its sending to its outcome, and the settlement of those that paid."""
    persons = await wholes.deposited(stack, WHOLE)
    intents = [await stack.referral() for _ in range(JOURNEYS)]
    for intent, person in zip(intents, persons, strict=False):
        del intent["data"]["anonymous"]
        intent["data"]["person"] = person
    half = JOURNEYS // 2
    await asyncio.gather(
        post_all(stack, "caf", intents[:half]),
        produce_all(stack, "mission-locale", intents[half:]),
    )
    referrals = await all_decided(stack, intents)
    await answer_all(stack, "referral.accepted", referrals)
    helped = await wholes.help_given(stack, offered, persons, referrals[:WHOLE])
    await answer_all(stack, "referral.completed", referrals, outcome="autonomous")
    await redeemed(stack, referrals[:WHOLE])
    return Played(referrals, len(helped), await wholes.drawn_up(stack, offered))


async def told_once(stack: Stack, played: Played) -> set[tuple[str, str]]:
    """Reporting shows every step once and in order; each fact of help with its journey."""
    stories = await eventually(
        lambda: journeys(stack, played.referrals),
        until=lambda found: all(found[one] == STEPS for one in played.referrals),
        within_s=PATIENCE_S,
        every_s=1,
    )
    told = await eventually(
        lambda: wholes.told(stack, played.whole, HELP),
        until=lambda found: len(found) >= WHOLE * len(HELP),
        within_s=PATIENCE_S,
        every_s=1,
    )
    assert all(stories[one] == STEPS for one in played.referrals)
    assert len(told) == WHOLE * len(HELP)
    assert set(told.values()) == {1}
    return set(told)


async def heard_once(stack: Stack, played: Played, told: set[tuple[str, str]]) -> None:
    """The senders' own topics tell each answer once, and of the help what doors tell at all."""
    outgoing = {each.type for each in catalogue.OUTGOING}
    aloud = {pair for pair in told if pair[0] in outgoing}
    heard = await eventually(
        lambda: told_on(stack),
        until=lambda found: (
            all(len(found.answers[one]) >= len(STEPS[1:]) for one in played.referrals)
            and aloud <= found.help.keys()
        ),
        within_s=PATIENCE_S,
        every_s=1,
    )
    assert all(heard.answers[one] == STEPS[1:] for one in played.referrals)
    assert {heard.help[pair] for pair in aloud} == {1}


async def redeemed(stack: Stack, referrals: Sequence[str]) -> None:
    """Waits until each of them paid: what is redeemed later goes into a later settlement."""
    await eventually(
        lambda: wholes.told(stack, referrals, ["maillage.voucher.redeemed.v1"]),
        until=lambda found: len(found) == len(referrals),
        within_s=PATIENCE_S,
        every_s=1,
    )


async def kill_in_turn(stack: Stack, done: asyncio.Event) -> list[str]:
    """Kills each victim at least once, whenever all are up, until the work is done."""
    killed: list[str] = []
    for victim in itertools.cycle(VICTIMS):
        if done.is_set() and set(killed) >= set(VICTIMS):
            # A service says that it is ready until it notices that a server is gone.
            async with consuming(stack.kafka("auditeur")):
                await count(stack, "partners", "submission")
            await eventually(lambda: all_ready(stack), within_s=120, every_s=0.5)
            return killed
        await asyncio.to_thread(stack.command, "kill", *victim.split())
        killed.append(victim)
        await eventually(lambda: all_ready(stack), within_s=120, every_s=0.5)
        await asyncio.sleep(random.uniform(0.5, 2))  # noqa: S311 - to strike at any moment
    raise AssertionError("a cycle has no end")


async def all_ready(stack: Stack) -> bool:
    async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
        try:
            answers = [await client.get(f"{stack.url(name)}/readyz") for name in SERVICES]
        except httpx.HTTPError:
            return False
    return all(answer.is_success for answer in answers)


async def journeys(stack: Stack, referrals: Sequence[str]) -> dict[str, list[str]]:
    """The steps of each referral in the order in which reporting shows them."""
    rows = await look(
        stack,
        "reporting",
        "SELECT subject, type FROM event_log WHERE subject = ANY($1) AND type = ANY($2)"
        " ORDER BY happened_at, recorded_at, log_seq",
        list(referrals),
        STEP_TYPES,
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row["subject"]].append(row["type"].split(".")[-2])
    return found


async def recorded(stack: Stack) -> dict[str, int]:
    """What each service holds of it."""
    return {
        "referrals": await count(stack, "referrals", "referral"),
        "answers": await count(
            stack, "referrals", "referral_transition WHERE state IN ('accepted', 'completed')"
        ),
        "submissions": await count(stack, "partners", "submission"),
        "undecided": await count(stack, "partners", "submission WHERE state = 'received'"),
        "verdicts": await count(
            stack, "reporting", "event_log WHERE type LIKE 'maillage.intent.%'"
        ),
        "steps": await count(
            stack, "reporting", f"event_log WHERE type IN ({', '.join(map(repr, STEP_TYPES))})"
        ),
        # What waited for something and was then applied is in order.
        "dead letters": sum(
            [
                await count(
                    stack, service, "set_aside WHERE state = 'parked' OR decided_at IS NULL"
                )
                for service in SERVICES
            ]
        ),
    }


async def told_on(stack: Stack) -> Heard:
    topics = [stack.kafka(name)["out_topic"] for name in ("caf", "mission-locale")]
    found, seen = Heard(), set()
    for record in await read_all(stack.kafka("auditeur"), topics):
        headers = {name: value.decode() for name, value in record.headers}
        type_ = headers["ce_type"]
        if headers["ce_id"] in seen or type_.startswith("maillage.intent."):
            continue
        seen.add(headers["ce_id"])
        if type_ in STEP_TYPES:
            found.answers[record.key.decode()].append(type_.split(".")[-2])
        found.help[type_, headers.get("ce_correlationid", "")] += 1
    return found


async def out_of_order(stack: Stack) -> list[str]:
    """Aggregates whose facts do not stand on the topic as 1, 2, 3… (repeats aside)."""
    records = await read_all(stack.kafka("auditeur"), list(FACTS_OF.values()))
    numbers: dict[str, list[int]] = defaultdict(list)
    seen: Counter[str] = Counter()
    for record in records:
        headers = dict(record.headers)
        event_id = headers["ce_id"].decode()
        seen[event_id] += 1
        if seen[event_id] == 1 and "ce_sequence" in headers:
            numbers[record.key.decode()].append(int(headers["ce_sequence"]))
    return [key for key, got in numbers.items() if got != list(range(1, len(got) + 1))]

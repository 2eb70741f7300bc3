"""Plays the scenario on the running stack, month by month, and closes the past behind it."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import groupby
from typing import Any, Final
from uuid import uuid5

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import SystemClock
from maillage.doors import Door, patiently
from maillage.environments import ADMINISTRATOR
from maillage.founding import titles
from maillage.founding.data import founding
from maillage.founding.titles import Edition
from maillage.home import Home
from maillage.narration import Narration
from maillage.scenario import progress
from maillage.scenario.calendar import PARIS, instant, next_working
from maillage.scenario.customs import SHORT, WHOLE, Size
from maillage.scenario.entry import Entry
from maillage.scenario.happenings import Cited, Happening, Known, Said, Scenario, citations
from maillage.scenario.parties import STEWARD, Parties
from maillage.scenario.year import invent, last_full_year
from maillage.stack import Stack
from maillage.trouble import Trouble

PATIENCE_S: Final = 60
VARIANTS: Final[dict[str, Size]] = {"annee": WHOLE, "court": SHORT}
MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
SETTLED_ON: Final = 5
"""Around which day of the next month a month is settled."""


def asked_variant() -> str:
    """MAILLAGE_SCENARIO: nothing to play, or how much of the year. Raises Trouble."""
    asked = os.environ.get("MAILLAGE_SCENARIO", "").strip()
    if asked == "none":
        return ""
    if not asked:
        return "annee"
    if asked not in VARIANTS:
        raise Trouble(
            f"MAILLAGE_SCENARIO vaut « {asked} » : donnez « none » (rien), « court » (deux mois) "
            "ou « annee » (l’année entière, comme sans ce réglage)."
        )
    return asked


def play(stack: Stack, variant: str, narration: Narration) -> None:
    """Plays what is not played yet. Raises Trouble; the next call goes on."""
    with _alone(stack) as alone:
        if not alone:
            narration.say("Le scénario est déjà en train d’être joué.")
            return
        now = SystemClock().now()
        year = progress.year_begun(stack.home, variant) or last_full_year(now)
        scenario = scenario_of(stack.state.department, year, variant)
        kept = progress.progress_of(stack.home, variant, scenario)
        if kept.finished:
            narration.say(f"L’année {year} est jouée.")
            return
        asyncio.run(_Playing(stack, scenario, kept, narration).run())


def is_of_last_year(home: Home, variant: str, now: datetime) -> bool:
    """Whether what was played here, or will be under that name, is the last full year."""
    years = {progress.year_begun(home, each) for each in VARIANTS}
    last = last_full_year(now)
    return last in years or (bool(variant) and progress.year_begun(home, variant) is None)


def scenario_of(department: str, year: int, variant: str) -> Scenario:
    """What is played there under that name."""
    seed = f"{department}-{year}" + ("" if variant == "annee" else f"-{variant}")
    return invent(department, year, size=VARIANTS[variant], seed=seed)


@contextmanager
def _alone(stack: Stack) -> Iterator[bool]:
    """One player at a time; whether it is us."""
    with (stack.home.path / "scenario.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@dataclass(slots=True)
class _Playing:
    stack: Stack
    scenario: Scenario
    kept: progress.Progress
    narration: Narration

    async def run(self) -> None:
        began = time.monotonic()
        async with AsyncExitStack() as opened:

            async def door(service: str) -> Door:
                return await opened.enter_async_context(
                    self.stack.door(service, patience_s=PATIENCE_S)
                )

            parties = Parties(partners=await door("partners"), secrets=self.stack.secrets)
            doors = {one: await door(one) for one in ("referrals", "scheduling", "vouchers")}
            edition = _edition(self.scenario)
            with self._shown() as told:
                known = await _known(parties, doors["scheduling"], edition)
                async with self._stewards(parties) as two:
                    await _stock(two, self.scenario.department, edition, known)
                entry = Entry(
                    seed=self.scenario.seed,
                    partners=parties.partners,
                    referrals=doors["referrals"],
                    parties=parties,
                    known=known,
                    ids=self.kept.ids,
                    cited=_cited(self.scenario.happenings),
                    told=told,
                )
                await self._months(entry, doors["vouchers"], edition)
                async with self._stewards(parties) as two:
                    stated_on = edition.until + titles.STATEMENT_AFTER
                    at = instant(next_working(stated_on), clock_time(10))
                    await titles.state_unused(two, edition, at=at)
            closed = await parties.close()
        self.kept.finished = True
        self.kept.ids.clear()
        self.kept.keep()
        self.narration.say(
            f"  [green]✓[/] L’année {self.scenario.year} est jouée : "
            f"{len(self.scenario.happenings)} faits, {time.monotonic() - began:.0f} s ; la saisie "
            f"du passé est close ({closed} accès rendus)."
        )

    @asynccontextmanager
    async def _stewards(self, parties: Parties) -> AsyncIterator[titles.Stewards]:
        """Two who run the year's pass, with fresh tokens."""
        async with AsyncExitStack() as opened:
            first, second = [
                await opened.enter_async_context(
                    self.stack.door("vouchers", token=await parties.token(name))
                )
                for name in (STEWARD, ADMINISTRATOR)
            ]
            yield titles.Stewards(first, second)

    async def _months(self, entry: Entry, vouchers: Door, edition: Edition) -> None:
        months = _by_month(self.scenario.happenings)
        for number, ((year, month), happenings) in enumerate(months):
            if number < self.kept.months:
                entry.told(len(happenings))
                continue
            if not self.narration.console.is_terminal:
                self.narration.say(f"  {MONTHS[month - 1]} {year} : {len(happenings)} faits")
            await entry.enter(happenings)
            if year == self.scenario.year:
                await _settle(entry.parties, vouchers, edition, self.scenario, month)
            self.kept.months = number + 1
            later = _cited([each for _, some in months[number + 1 :] for each in some])
            for name in self.kept.ids.keys() - later:
                del self.kept.ids[name]
            self.kept.keep()

    @contextmanager
    def _shown(self) -> Iterator[Callable[[int], None]]:
        """A bar on a terminal; what is yielded moves it."""
        console = self.narration.console
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        place = f"L’année {self.scenario.year} arrive par les portes des services"
        self.narration.say(f"{place}…")
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task(str(self.scenario.year), total=len(self.scenario.happenings))
            yield lambda count: bar.advance(task, count)


def _edition(scenario: Scenario) -> Edition:
    terms = founding(scenario.department).programme
    return titles.of_year(
        replace(terms, stocks=dict(scenario.stocks)),
        scenario.department,
        scenario.year,
        mark=scenario.seed,
        entered_at=instant(date(scenario.year - 1, 12, 15), clock_time(10)),
    )


async def _known(parties: Parties, scheduling: Door, edition: Edition) -> dict[Cited, str]:
    """Ids of organisations, places, mediators and the year's programme."""
    headers = dict(await parties.bearer(ADMINISTRATOR))
    directory = await parties.partners.ask("GET", "/v1/organisations", headers=headers)
    slugs = {one["id"]: one["slug"] for one in directory["items"]}
    places = await scheduling.ask("GET", "/v1/places", headers=headers)
    found = {Cited(Known.ORGANISATION, slug): number for number, slug in slugs.items()}
    found |= {Cited(Known.PLACE, one["reference"]): one["place"] for one in places["items"]}
    people = await scheduling.ask("GET", "/v1/mediators", headers=headers)
    found |= {Cited(Known.MEDIATOR, one["reference"]): one["mediator"] for one in people["items"]}
    return found | {Cited(Known.PROGRAMME, ""): str(edition.id)}


async def _stock(
    two: titles.Stewards, department: str, edition: Edition, known: dict[Cited, str]
) -> None:
    """The year's pass: ordered, paid, delivered, active, and accepted where it was."""
    labelled = [one.reference for one in founding(department).places if one.accepts_vouchers]
    await titles.enter(
        two,
        edition,
        organisations={
            each.name: number for each, number in known.items() if each.known is Known.ORGANISATION
        },
        places=[known[Cited(Known.PLACE, one)] for one in labelled],
    )


async def _settle(
    parties: Parties, vouchers: Door, edition: Edition, scenario: Scenario, month: int
) -> None:
    """Draws up what the month's vouchers come to, once all of them are redeemed."""
    programme, face = str(edition.id), edition.terms.denomination_cents
    expected = scenario.spent[scenario.year, month] * face

    async def redeemed() -> bool:
        headers = dict(await parties.bearer(ADMINISTRATOR))
        found: list[dict[str, Any]] = await vouchers.ask("GET", "/v1/programmes", headers=headers)
        balances = next(one["balances"] for one in found if one["programme"] == programme)
        return bool(balances["due"] + balances["settled"] >= expected)

    await patiently(redeemed, door=vouchers, waiting_for="des pass utilisés ce mois-là")
    day = next_working(date(scenario.year, month, 28) + timedelta(days=SETTLED_ON + 3))
    headers = dict(await parties.bearer(ADMINISTRATOR))
    key = uuid5(edition.id, f"settlements {scenario.year}-{month:02}")
    await vouchers.ask(
        "POST",
        f"/v1/programmes/{programme}/settlements",
        json={"at": instant(day, clock_time(10)).isoformat()},
        headers=headers | {"Idempotency-Key": str(key)},
    )


def _cited(happenings: Sequence[Happening]) -> frozenset[str]:
    return frozenset(
        each.name
        for one in happenings
        if isinstance(one, Said)
        for each in citations(one.data)
        if each.known in {Known.SUBJECT, Known.PERSON}
    )


def _by_month(happenings: Sequence[Happening]) -> list[tuple[tuple[int, int], list[Happening]]]:
    return [(month, list(some)) for month, some in groupby(happenings, key=_month)]


def _month(one: Happening) -> tuple[int, int]:
    day: datetime = one.at.astimezone(PARIS)
    return day.year, day.month

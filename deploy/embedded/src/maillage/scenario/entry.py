"""Enters what happened in one month, by the doors that every partner has.

What cites nothing of the same month goes first; what cites it follows as soon as the owner has
answered. Visits cite nothing: they fill the time between.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from maillage.doors import Door
from maillage.scenario.happenings import Cited, Deposit, Happening, Known, Said, resolved
from maillage.scenario.parties import Parties
from maillage.trouble import Trouble

SOURCE: Final = "/maillage/scenario"
BATCH: Final = "application/cloudevents-batch+json"
BATCH_ITEMS: Final = 100
PAGE: Final = 100
AT_ONCE: Final = 4
ACCEPTED: Final = 202
ANSWERS_WITHIN_S: Final = 120
POLL_S: Final = 0.2
# About as many rounds as a month's longest chain of citations: its visits are spread over them.
ROUNDS: Final = 6
FILLING: Final = "visit.recorded"


Waiting = dict[str, dict[str, Said]]
"""By organisation, what was posted and not answered yet, by submission."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """Where the happenings go, and what was answered.

    Attributes:
        known: Ids of organisations, places and the programme, by what is cited.
        ids: Ids answered so far, by the happening they answer.
        cited: Happenings whose ids something needs.
        told: Called with how many more are in.
    """

    seed: str
    partners: Door
    referrals: Door
    parties: Parties
    known: Mapping[Cited, str]
    ids: dict[str, str]
    cited: frozenset[str]
    told: Callable[[int], None]
    _doors: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def enter(self, month: Sequence[Happening]) -> None:
        """All of it, answered. Raises Trouble when something is refused."""
        # Names come before what cites them.
        await asyncio.gather(*(self._deposit(one) for one in month if isinstance(one, Deposit)))
        said = [one for one in month if isinstance(one, Said)]
        visits = [one for one in said if one.kind == FILLING]
        left = {one.id: one for one in said if one.kind != FILLING}
        share = -(-len(visits) // ROUNDS)
        open_: Waiting = {}
        while left or visits:
            ready = [one for one in left.values() if not left.keys() & one.needs()]
            if left and not ready:
                raise AssertionError("happenings cite each other in a circle")
            ready += visits[:share] if left else visits
            visits = visits[share:] if left else []
            for one in ready:
                left.pop(one.id, None)
            _add(open_, await self._post_all(ready))
            needed = frozenset().union(*(one.needs() for one in left.values()))
            await self._answers(open_, needed)
        await self._answers(open_, frozenset(one.id for one in said))
        await self._none_refused({one.organisation for one in said})

    async def _post_all(self, ready: Sequence[Said]) -> Waiting:
        """One line per organisation, each in its order; what was posted, by organisation."""
        lines: dict[str, list[Said]] = {}
        for one in ready:
            lines.setdefault(one.organisation, []).append(one)
        posted = await asyncio.gather(*(self._say(slug, each) for slug, each in lines.items()))
        return dict(zip(lines, posted, strict=True))

    async def _deposit(self, one: Deposit) -> None:
        async with self._doors:
            kept = await self.referrals.ask(
                "PUT",
                f"/v1/persons/{one.id}",
                json=dict(one.identity),
                headers=dict(await self.parties.bearer(one.organisation)),
            )
        self.ids[one.id] = str(kept["person"])
        self.told(1)

    async def _say(self, slug: str, said: Sequence[Said]) -> dict[str, Said]:
        posted: dict[str, Said] = {}
        for start in range(0, len(said), BATCH_ITEMS):
            posted |= await self._post(slug, said[start : start + BATCH_ITEMS])
        self.told(len(said))
        return posted

    async def _post(self, slug: str, batch: Sequence[Said]) -> dict[str, Said]:
        """The batch by the submissions it became."""
        body = json.dumps([self._event(one) for one in batch]).encode()
        async with self._doors:
            headers = dict(await self.parties.bearer(slug)) | {"Content-Type": BATCH}
            receipts = await self.partners.ask("POST", "/v1/events", content=body, headers=headers)
        for one, receipt in zip(batch, receipts, strict=True):
            if receipt["status"] != ACCEPTED:
                raise _refusal(one.id, str(receipt["problem"]["code"]))
        return {one["submission"]: each for one, each in zip(receipts, batch, strict=True)}

    def _event(self, one: Said) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": one.id,
            "source": SOURCE,
            "type": f"maillage.intent.{one.kind}.v1",
            "time": one.at.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": resolved(one.data, self._find),
        }

    def _find(self, cited: Cited) -> str:
        if cited.known in {Known.PERSON, Known.SUBJECT}:
            return self.ids[cited.name]
        return self.known[cited]

    async def _answers(self, open_: Waiting, needed: frozenset[str]) -> None:
        """Waits until the needed ones are decided.

        One organisation after the other: mostly all answers are there when the first one's are.
        """
        for slug, waiting in open_.items():
            for _ in range(int(ANSWERS_WITHIN_S / POLL_S)):
                if not any(one.id in needed for one in waiting.values()):
                    break
                if not await self._read_answers(slug, waiting, needed):
                    await asyncio.sleep(POLL_S)
            else:
                raise Trouble(
                    f"Les réponses à « {slug} » ne sont pas venues en {ANSWERS_WITHIN_S} s. Voyez "
                    "« make status », puis relancez « make up » : le scénario reprend."
                )

    async def _read_answers(
        self, slug: str, waiting: dict[str, Said], needed: frozenset[str]
    ) -> bool:
        """Takes what is decided out of `waiting`; whether anything was, page by page."""
        cursor: str | None = ""
        found = False
        while cursor is not None and any(one.id in needed for one in waiting.values()):
            items, cursor = await self._page(slug, cursor=cursor)
            undecided = False
            for each in items:
                one = waiting.get(each["submission"])
                if one is None:
                    continue
                if each["state"] == "received":
                    undecided = True
                    continue
                if each["state"] != "accepted":
                    raise _refusal(one.id, str(each["reason"]))
                if one.id in self.cited:
                    self.ids[one.id] = str(each["subject"])
                del waiting[each["submission"]]
                found = True
            if undecided:
                return found
        return found

    async def _none_refused(self, slugs: Iterable[str]) -> None:
        """Raises Trouble when something of the scenario was refused after all."""
        for slug in sorted(slugs):
            items, _ = await self._page(slug, state="refused")
            for each in items:
                if str(each["id"]).startswith(f"{self.seed}-"):
                    raise _refusal(str(each["id"]), str(each["reason"]))

    async def _page(
        self, slug: str, *, state: str = "", cursor: str = ""
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Newest first."""
        asked = {"state": state, "cursor": cursor, "limit": str(PAGE)}
        async with self._doors:
            page = await self.partners.ask(
                "GET",
                "/v1/submissions",
                params={name: value for name, value in asked.items() if value},
                headers=dict(await self.parties.bearer(slug)),
            )
        return page["items"], page["next"]


def _add(open_: Waiting, posted: Waiting) -> None:
    for slug, each in posted.items():
        open_.setdefault(slug, {}).update(each)


def _refusal(number: str, code: str) -> Trouble:
    return Trouble(
        f"Le scénario ne peut pas être joué : « {number} » a été refusé ({code}). Ce que cela "
        "veut dire est dans docs/errors.md."
    )

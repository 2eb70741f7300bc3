"""What a journey is played with: doors of the parties, steps with their milliseconds, patience."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from chassis.clock import SystemClock
from chassis.ids import new_id
from contracts.codes import Level, Need
from contracts.intents.intent import Intent
from contracts.journeys import Journey
from maillage import access, examples
from maillage.doors import Door
from maillage.founding.data import Founding
from maillage.narration import Narration
from maillage.stack import Stack
from maillage.trouble import Trouble

SENDER, HOST, WITNESS = "caf", "tela", "departement"
POLL_S: Final = 0.01
# The doors of a session are open half an hour before: the person can be there at once.
SOON: Final = timedelta(minutes=5)
HOUR: Final = timedelta(hours=1)
Found = TypeVar("Found")


@dataclass(slots=True, kw_only=True)
class Play:
    """One journey on its way. Whatever is killed meanwhile, each step asks until `deadline`.

    Attributes:
        opened: Closes what was opened when the journey is told.
        patience_s: How long one step may take.
        data: The founding data, from which the parties come.
    """

    stack: Stack
    narration: Narration
    opened: AsyncExitStack
    data: Founding
    patience_s: float
    began: float = field(default_factory=time.monotonic)
    deadline: float = 0
    _tokens: dict[str, str] = field(default_factory=dict)
    _doors: dict[tuple[str, str], Door] = field(default_factory=dict)

    async def door(self, service: str, name: str) -> Door:
        """A service as one party reaches it: a program by its credential, a colleague signed in."""
        if (service, name) not in self._doors:
            if name not in self._tokens:
                self._tokens[name] = await self._token(name)
            self._doors[service, name] = await self.opened.enter_async_context(
                self.stack.door(service, token=self._tokens[name], patience_s=self.patience_s)
            )
        return self._doors[service, name]

    async def _token(self, name: str) -> str:
        if any(one.login == name for one in self.data.colleagues):
            async with self.stack.door("partners", patience_s=self.patience_s) as door:
                return await door.signed_in(name)
        return await access.token(self.stack, name, patience_s=self.patience_s)

    async def step(self, what: str, doing: Awaitable[Any], *, by: str) -> Any:  # noqa: ANN401 - its result
        """Waits for what one service does and tells it with its milliseconds."""
        start = time.monotonic()
        self.deadline = start + self.patience_s
        try:
            result = await doing
        except TimeoutError:
            raise Trouble(
                f"Cette étape n’est pas venue en {self.patience_s:.0f} s : « {what} ». Elle dépend "
                f"du service {by} : voyez « make status » et « .venv/bin/maillage logs {by} », "
                "puis réessayez."
            ) from None
        took = (time.monotonic() - start) * 1000
        self.narration.say(f"  [green]✓[/] [dim]{took:6.0f} ms[/]  {what}")
        return result

    async def deposit(self) -> str:
        """Deposits someone invented at the vault; the sender's own id of them."""
        identity = {
            "family_name": "Exemple",
            "given_name": "Jeanne",
            "birth_year": 1952,
            "commune": self.organisation(HOST).commune,
        }
        path = f"/v1/persons/demo-{new_id().hex[-12:]}"
        vault = await self.door("referrals", SENDER)
        return str((await vault.ask("PUT", path, json=identity, until=self.deadline))["person"])

    async def submit(self, name: str, intent: Intent) -> dict[str, Any]:
        """Posts the intent and waits for the owner's answer, which must be yes."""
        party = await self.door("partners", name)
        headers = {"Content-Type": "application/cloudevents+json"}
        event = examples.envelope(intent)
        received = await party.ask(
            "POST", "/v1/events", json=event, headers=headers, until=self.deadline
        )
        path = received["status_url"]

        async def answer() -> dict[str, Any] | None:
            status: dict[str, Any] = await party.ask("GET", path, until=self.deadline)
            return status if status["state"] != "received" else None

        status = await self.until(answer)
        if status["state"] != "accepted":
            raise Trouble(f"{intent.type} a été refusé : {status['reason']}.")
        return status

    async def once(self, service: str, name: str, path: str, **body: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Asks for something new at a service's own door; asked again, it is done once."""
        door = await self.door(service, name)
        headers = {"Idempotency-Key": str(new_id())}
        made: dict[str, Any] = await door.ask(
            "POST", path, json=body, headers=headers, until=self.deadline
        )
        return made

    async def until(self, look: Callable[[], Awaitable[Found | None]]) -> Found:
        """What `look` finds. Raises TimeoutError when it finds nothing before the deadline."""
        while time.monotonic() < self.deadline:
            if found := await look():
                return found
            await asyncio.sleep(POLL_S)
        raise TimeoutError

    async def facts(self, correlation: str, *, wanted: Mapping[str, int]) -> list[dict[str, Any]]:
        """The journey's steps as the département sees them, once all that is wanted is there."""
        witness = await self.door("reporting", WITNESS)

        async def whole() -> list[dict[str, Any]] | None:
            found = await witness.look(f"/v1/journeys/{correlation}", until=self.deadline)
            steps: list[dict[str, Any]] = found["steps"] if found else []
            return steps if Counter(one["type"] for one in steps) >= Counter(wanted) else None

        return await self.until(whole)

    async def fact(self, correlation: str, type_: str, times: int = 1) -> None:
        """Waits until the journey holds that fact so many times."""
        await self.facts(correlation, wanted={type_: times})

    async def whole(self, correlation: str, journey: Journey) -> list[dict[str, Any]]:
        """The steps of the journey once each is there."""
        return await self.facts(correlation, wanted=journey.facts)

    async def place(self, reference: str) -> dict[str, Any]:
        """A place of the founding data, as scheduling's directory shows it."""
        door = await self.door("scheduling", WITNESS)
        page = await door.ask("GET", "/v1/places", until=self.deadline)
        for one in page["items"]:
            if one["reference"] == reference:
                return dict(one)
        raise Trouble(f"Le lieu « {reference} » manque : relancez « make up ».")

    async def host_place(self) -> dict[str, Any]:
        """The host's first place that others may book at and that accepts vouchers."""
        reference = next(
            one.reference
            for one in self.data.places
            if one.organisation == HOST and one.accepts_vouchers and one.online_booking
        )
        return await self.place(reference)

    async def ids(self) -> dict[str, str]:
        """Ids of the organisations by slug."""
        found = await examples.directory(await self.door("partners", SENDER))
        return {slug: str(one["id"]) for slug, one in found.items()}

    def organisation(self, slug: str) -> Any:  # noqa: ANN401 - an organisation of the founding data
        """An organisation of the founding data."""
        return next(one for one in self.data.organisations if one.slug == slug)


def workshop(place: str, *, after: timedelta = SOON) -> dict[str, Any]:
    """A workshop that begins in a moment, in the form that scheduling's doors take."""
    starts: datetime = SystemClock().now() + after
    return {
        "place": place,
        "kind": "workshop",
        "starts_at": starts.isoformat(),
        "ends_at": (starts + HOUR).isoformat(),
        "need": Need.ONLINE_PROCEDURES.value,
        "level": Level.BEGINNER.value,
        "capacity": 6,
        "direct_booking": True,
    }

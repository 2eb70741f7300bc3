"""`maillage demo`: the whole journey of one referral on the running stack, step by step.

Everything goes through the doors that partners have; nothing is read behind the services' backs.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from chassis.ids import new_id
from contracts.codes import Outcome
from contracts.intents.intent import Intent
from contracts.intents.referrals import ReferralAccepted, ReferralCompleted
from maillage import access, doors, examples
from maillage.narration import Narration
from maillage.stack import Stack
from maillage.trouble import Trouble

SENDER, RECEIVER, WITNESS = "caf", "tela", "departement"
WITNESS_LOGIN = "helene"
Found = TypeVar("Found")
PATIENCE_S = 30
POLL_S = 0.01
JOURNEY = (
    "maillage.referral.sent.v1",
    "maillage.referral.accepted.v1",
    "maillage.referral.completed.v1",
)


async def tell(stack: Stack, narration: Narration) -> None:
    """Plays the journey of one invented person. Raises Trouble when a step does not come."""
    async with AsyncExitStack() as open_clients:
        parties = {name: await access.token(stack, name) for name in (SENDER, RECEIVER, WITNESS)}

        async def client(service: str, name: str) -> httpx.AsyncClient:
            return await open_clients.enter_async_context(
                stack.client(service, token=parties[name])
            )

        story = Story(
            narration=narration,
            sender=await client("partners", SENDER),
            receiver=await client("partners", RECEIVER),
            sender_vault=await client("referrals", SENDER),
            receiver_vault=await client("referrals", RECEIVER),
            witness=await client("reporting", WITNESS),
        )
        correlation = await story.run(await examples.directory(story.sender))
    target = quote(f"{stack.state.url('reporting')}/journeys/{correlation}", safe="")
    link = f"{stack.state.url('partners')}/sign-in/as/{WITNESS_LOGIN}?next={target}"
    narration.say()
    narration.say(f"Le parcours à l’écran, en direct : {link}")


@dataclass(slots=True, kw_only=True)
class Story:
    """One journey, told as it happens. A client speaks for one party at one service."""

    narration: Narration
    sender: httpx.AsyncClient
    receiver: httpx.AsyncClient
    sender_vault: httpx.AsyncClient
    receiver_vault: httpx.AsyncClient
    witness: httpx.AsyncClient
    began: float = field(default_factory=time.monotonic)

    async def run(self, organisations: dict[str, dict[str, Any]]) -> str:
        """From the deposit of a name to the journey seen by the département; its correlation."""
        sender, receiver = organisations[SENDER]["name"], organisations[RECEIVER]["name"]
        target = organisations[RECEIVER]
        person = await self._step(
            f"{sender} dépose l’identité d’une personne ; seul un numéro en sort",
            self._deposit(target["commune"]),
        )
        sent = await self._step(
            f"{sender} envoie l’orientation ; elle est reçue, décidée, acceptée",
            self._submit(self.sender, examples.referral_sent(target, person=person)),
        )
        referral, correlation = sent["subject"], sent["correlation_id"]
        await self._step(
            f"{receiver} la voit, avec le nom : la personne a donné son accord",
            self._name_shown(referral),
        )
        await self._step(
            f"{receiver} prend la personne en charge",
            self._submit(self.receiver, ReferralAccepted(referral=referral)),
        )
        await self._step(
            f"{sender} lit que l’orientation est prise en charge", self._seen(referral, "accepted")
        )
        done = ReferralCompleted(referral=referral, outcome=Outcome.AUTONOMOUS)
        await self._step(
            f"{receiver} dit ce qui en est sorti : la personne est autonome",
            self._submit(self.receiver, done),
        )
        steps = await self._step(
            "Le département voit le parcours entier, sans aucun nom", self._journey(correlation)
        )
        self._recount(steps)
        return str(correlation)

    async def _step(self, what: str, doing: Awaitable[Any]) -> Any:  # noqa: ANN401 - its result
        """Waits for one step and tells it with its milliseconds."""
        start = time.monotonic()
        try:
            result = await asyncio.wait_for(doing, PATIENCE_S)
        except TimeoutError:
            raise Trouble(
                f"Cette étape n’est pas venue en {PATIENCE_S} s : « {what} ». "
                "Voyez « make status » et « .venv/bin/maillage logs referrals »."
            ) from None
        took = (time.monotonic() - start) * 1000
        self.narration.say(f"  [green]✓[/] [dim]{took:6.0f} ms[/]  {what}")
        return result

    async def _deposit(self, commune: str) -> str:
        identity = {
            "family_name": "Exemple",
            "given_name": "Jeanne",
            "birth_year": 1952,
            "commune": commune,
        }
        path = f"/v1/persons/demo-{new_id().hex[-12:]}"
        kept = await doors.ask(self.sender_vault, "PUT", path, json=identity)
        return str(kept["person"])

    async def _submit(self, party: httpx.AsyncClient, intent: Intent) -> dict[str, Any]:
        """Posts the intent and waits for the owner's answer, which must be yes."""
        headers = {"Content-Type": "application/cloudevents+json"}
        event = examples.envelope(intent)
        received = await doors.ask(party, "POST", "/v1/events", json=event, headers=headers)
        path = received["status_url"]

        async def answer() -> dict[str, Any] | None:
            status: dict[str, Any] = await doors.ask(party, "GET", path)
            return status if status["state"] != "received" else None

        status = await _until(answer)
        if status["state"] != "accepted":
            raise Trouble(f"{intent.type} a été refusé : {status['reason']}.")
        return status

    async def _name_shown(self, referral: str) -> None:
        async def shown() -> bool:
            found = await doors.look(self.receiver_vault, f"/v1/referrals/{referral}")
            return bool(found and found["names"])

        await _until(shown)

    async def _seen(self, referral: str, state: str) -> None:
        async def seen() -> bool:
            found = await doors.look(self.sender_vault, f"/v1/referrals/{referral}")
            return bool(found and found["state"] == state)

        await _until(seen)

    async def _journey(self, correlation: str) -> list[dict[str, Any]]:
        async def whole() -> list[dict[str, Any]] | None:
            found = await doors.look(self.witness, f"/v1/journeys/{correlation}")
            steps: list[dict[str, Any]] = found["steps"] if found else []
            return steps if {one["type"] for one in steps} >= set(JOURNEY) else None

        return await _until(whole)

    def _recount(self, steps: list[dict[str, Any]]) -> None:
        total = (time.monotonic() - self.began) * 1000
        self.narration.say()
        self.narration.say(f"Le parcours compte {len(steps)} faits, en {total:.0f} ms :")
        for one in steps:
            self.narration.say(f"    {one['recorded_at']}  {one['service']:10}  {one['type']}")


async def _until(look: Callable[[], Awaitable[Found | None]]) -> Found:
    while True:
        if found := await look():
            return found
        await asyncio.sleep(POLL_S)

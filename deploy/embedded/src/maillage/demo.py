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

from chassis.ids import new_id
from contracts.codes import Outcome
from contracts.intents.intent import Intent
from contracts.intents.referrals import ReferralAccepted, ReferralCompleted
from maillage import access, examples
from maillage.doors import Door
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
    async with AsyncExitStack() as open_doors:
        parties = {
            name: await access.token(stack, name, patience_s=PATIENCE_S)
            for name in (SENDER, RECEIVER, WITNESS)
        }

        async def door(service: str, name: str) -> Door:
            return await open_doors.enter_async_context(
                stack.door(service, token=parties[name], patience_s=PATIENCE_S)
            )

        story = Story(
            narration=narration,
            sender=await door("partners", SENDER),
            receiver=await door("partners", RECEIVER),
            sender_vault=await door("referrals", SENDER),
            receiver_vault=await door("referrals", RECEIVER),
            witness=await door("reporting", WITNESS),
        )
        correlation = await story.run(await examples.directory(story.sender))
    target = quote(f"{stack.state.url('reporting')}/journeys/{correlation}", safe="")
    link = f"{stack.state.url('partners')}/sign-in/as/{WITNESS_LOGIN}?next={target}"
    narration.say()
    narration.say(f"Le parcours à l’écran, en direct : {link}")


@dataclass(slots=True, kw_only=True)
class Story:
    """One journey, told as it happens. A door is one party's at one service.

    Whatever is killed meanwhile, each step goes on asking until `deadline`.
    """

    narration: Narration
    sender: Door
    receiver: Door
    sender_vault: Door
    receiver_vault: Door
    witness: Door
    began: float = field(default_factory=time.monotonic)
    deadline: float = 0

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
            "Le département voit le parcours entier, sans aucun nom",
            self._journey(correlation),
            by="reporting",
        )
        self._recount(steps)
        return str(correlation)

    async def _step(self, what: str, doing: Awaitable[Any], *, by: str = "referrals") -> Any:  # noqa: ANN401 - its result
        """Waits for what one service does and tells it with its milliseconds."""
        start = time.monotonic()
        self.deadline = start + PATIENCE_S
        try:
            result = await doing
        except TimeoutError:
            raise Trouble(
                f"Cette étape n’est pas venue en {PATIENCE_S} s : « {what} ». Elle dépend du "
                f"service {by} : voyez « make status » et « .venv/bin/maillage logs {by} », "
                "puis réessayez."
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
        kept = await self.sender_vault.ask("PUT", path, json=identity, until=self.deadline)
        return str(kept["person"])

    async def _submit(self, party: Door, intent: Intent) -> dict[str, Any]:
        """Posts the intent and waits for the owner's answer, which must be yes."""
        headers = {"Content-Type": "application/cloudevents+json"}
        event = examples.envelope(intent)
        received = await party.ask(
            "POST", "/v1/events", json=event, headers=headers, until=self.deadline
        )
        path = received["status_url"]

        async def answer() -> dict[str, Any] | None:
            status: dict[str, Any] = await party.ask("GET", path, until=self.deadline)
            return status if status["state"] != "received" else None

        status = await self._until(answer)
        if status["state"] != "accepted":
            raise Trouble(f"{intent.type} a été refusé : {status['reason']}.")
        return status

    async def _name_shown(self, referral: str) -> None:
        async def shown() -> bool:
            found = await self.receiver_vault.look(f"/v1/referrals/{referral}", until=self.deadline)
            return bool(found and found["names"])

        await self._until(shown)

    async def _seen(self, referral: str, state: str) -> None:
        async def seen() -> bool:
            found = await self.sender_vault.look(f"/v1/referrals/{referral}", until=self.deadline)
            return bool(found and found["state"] == state)

        await self._until(seen)

    async def _journey(self, correlation: str) -> list[dict[str, Any]]:
        async def whole() -> list[dict[str, Any]] | None:
            found = await self.witness.look(f"/v1/journeys/{correlation}", until=self.deadline)
            steps: list[dict[str, Any]] = found["steps"] if found else []
            return steps if {one["type"] for one in steps} >= set(JOURNEY) else None

        return await self._until(whole)

    async def _until(self, look: Callable[[], Awaitable[Found | None]]) -> Found:
        """What `look` finds. Raises TimeoutError when it finds nothing before the deadline."""
        while time.monotonic() < self.deadline:
            if found := await look():
                return found
            await asyncio.sleep(POLL_S)
        raise TimeoutError

    def _recount(self, steps: list[dict[str, Any]]) -> None:
        total = (time.monotonic() - self.began) * 1000
        self.narration.say()
        self.narration.say(f"Le parcours compte {len(steps)} faits, en {total:.0f} ms :")
        for one in steps:
            self.narration.say(f"    {one['recorded_at']}  {one['service']:10}  {one['type']}")

"""Who enters the scenario: each organisation under a credential that may say the past."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from maillage.doors import Credential, Door
from maillage.environments import ADMINISTRATOR
from maillage.founding.entering import administrator
from maillage.home import Secrets
from maillage.stack import Stack

KEPT_AS: Final = "history:"
STEWARD: Final = "steward"
"""The département's second credential: the one under which programmes are run."""
DEPARTMENT: Final = "departement"
SCOPES: Final = ("events", "persons", "history")
# Tokens last five minutes; a fresh one is asked for well before.
TOKEN_AGE_S: Final = 200


@dataclass(slots=True, kw_only=True)
class Parties:
    """Tokens of the organisations, asked for when they are needed."""

    partners: Door
    secrets: Secrets
    _tokens: dict[str, tuple[float, str]] = field(default_factory=dict)
    _asking: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def bearer(self, name: str) -> Mapping[str, str]:
        """The header with which the organisation, the steward or the administrator comes in."""
        return {"Authorization": f"Bearer {await self.token(name)}"}

    async def token(self, name: str) -> str:
        """The same by itself."""
        async with self._asking.setdefault(name, asyncio.Lock()):
            since, token = self._tokens.get(name, (0.0, ""))
            if not token or time.monotonic() - since > TOKEN_AGE_S:
                since, token = time.monotonic(), await self._ask(name)
                self._tokens[name] = since, token
        return token

    async def _ask(self, name: str) -> str:
        if name == ADMINISTRATOR:
            return await self.partners.token(administrator(self.secrets), name=name)
        kept = self.secrets.values.get(KEPT_AS + name)
        if kept is None or not await self.partners.opens_for(_credential(kept)):
            kept = await self._issue(name)
        return await self.partners.token(_credential(kept), name=name)

    async def _issue(self, name: str) -> dict[str, Any]:
        slug = DEPARTMENT if name == STEWARD else name
        role = "department" if name == STEWARD else "professional"
        body = {"label": "Saisie du passé", "roles": [role], "scopes": list(SCOPES)}
        issued = await self.partners.ask(
            "POST",
            f"/v1/organisations/{slug}/credentials",
            json=body,
            headers=await self.bearer(ADMINISTRATOR),
            repeatable=False,
        )
        kept = {key: issued[key] for key in ("id", "client_id", "client_secret")}
        self.secrets.keep(KEPT_AS + name, kept)
        return kept

    async def close(self) -> int:
        """Takes every such credential back; how many there were. Nobody says the past any more."""
        names = [one for one in self.secrets.values if one.startswith(KEPT_AS)]
        for one in names:
            name = one.removeprefix(KEPT_AS)
            slug = DEPARTMENT if name == STEWARD else name
            number = self.secrets.values[one]["id"]
            path = f"/v1/organisations/{slug}/credentials/{number}"
            await self.partners.ask("DELETE", path, headers=await self.bearer(ADMINISTRATOR))
            self.secrets.forget(one)
        return len(names)


async def close_history(stack: Stack) -> int:
    """Takes back every access to the past of this stack; how many there were. Raises Trouble."""
    async with stack.door("partners") as door:
        return await Parties(partners=door, secrets=stack.secrets).close()


def _credential(kept: Mapping[str, str]) -> Credential:
    return Credential(kept["client_id"], kept["client_secret"])

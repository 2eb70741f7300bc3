"""A stack that runs, as the commands that need one see it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from contracts.topics import SERVICES
from maillage import running
from maillage.doors import PATIENCE_S, Credential, Door
from maillage.founding.data import founding
from maillage.home import Home, Secrets, State
from maillage.trouble import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """The parts of a running stack that a command may ask for."""

    home: Home
    state: State
    secrets: Secrets

    @contextlib.asynccontextmanager
    async def door(
        self, service: str, *, token: str = "", patience_s: float = PATIENCE_S
    ) -> AsyncIterator[Door]:
        """The door of one service, signed in when there is a token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # Loopback is never behind a proxy, whatever the shell says.
        async with httpx.AsyncClient(
            base_url=self.state.url(service), headers=headers, trust_env=False
        ) as client:
            yield Door(service, client, patience_s)

    def credential(self, name: str) -> Credential:
        """The credential of a program of the founding data. Raises Trouble for an unknown name."""
        names = [one.name for one in founding(self.state.department).programs]
        if name not in names:
            raise Trouble(f"Personne ne s’appelle « {name} » ici. Choisissez : {', '.join(names)}.")
        kept = self.secrets.values.get(f"credential:{name}")
        if kept is None:
            raise Trouble(f"« {name} » n’a pas encore d’accès : lancez « make up ».")
        return Credential(**kept)


def running_stack(home: Home) -> Stack:
    """The stack of this home. Raises Trouble when it does not run."""
    state = home.state()
    if state is None or not running.alive(home):
        raise Trouble("Maillage n’est pas en route. Lancez d’abord « make up ».")
    return Stack(home=home, state=state, secrets=home.secrets())


def known_process(name: str) -> str:
    """The name itself, when it is one of a stack's processes. Raises Trouble."""
    names = [*SERVICES, "kafka", "postgres"]
    if name not in names:
        raise Trouble(f"Aucun service ne s’appelle « {name} ». Choisissez : {', '.join(names)}.")
    return name

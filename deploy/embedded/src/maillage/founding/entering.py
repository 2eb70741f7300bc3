"""Enters the founding data by partners' own HTTP doors, as often as one likes."""

import asyncio
from typing import Any

import httpx

from maillage.doors import Credential, Door
from maillage.environments import ADMINISTRATOR
from maillage.founding.data import Colleague, Organisation, Program, founding
from maillage.home import Secrets, State

PATIENCE_S = 30


def enter(state: State, secrets: Secrets) -> None:
    """Makes the founding data of the stack's département be there. Raises Trouble."""
    asyncio.run(_enter(state, secrets))


async def _enter(state: State, secrets: Secrets) -> None:
    data = founding(state.department)
    credential = Credential(ADMINISTRATOR, secrets.password("admin-secret"))
    base = state.url("partners")
    async with httpx.AsyncClient(base_url=base, trust_env=False) as client:
        door = Door("partners", client, PATIENCE_S)
        token = await door.token(credential, name=ADMINISTRATOR)
        client.headers["Authorization"] = f"Bearer {token}"
        await asyncio.gather(*(_organisation(door, one) for one in data.organisations))
        await asyncio.gather(*(_colleague(door, one) for one in data.colleagues))
        await asyncio.gather(*(_program(door, one, secrets) for one in data.programs))


async def _organisation(door: Door, one: Organisation) -> None:
    body = {"name": one.name, "kind": one.kind, "commune": one.commune}
    answer = await door.ask("PUT", f"/v1/organisations/{one.slug}", json=body)
    if answer["state"] == "pending":
        path = f"/v1/organisations/{one.slug}/activate"
        await door.ask("POST", path, repeatable=False)


async def _colleague(door: Door, one: Colleague) -> None:
    path = f"/v1/organisations/{one.organisation}/colleagues/{one.login}"
    await door.ask("PUT", path, json={"name": one.name, "roles": one.roles})


async def _program(door: Door, one: Program, secrets: Secrets) -> None:
    """Issues a credential unless the one we keep still opens the door."""
    kept = secrets.values.get(f"credential:{one.name}")
    if kept is not None and await door.opens_for(Credential(**kept)):
        return
    body: dict[str, Any] = {"label": one.name, "roles": one.roles, "scopes": one.scopes}
    path = f"/v1/organisations/{one.organisation}/credentials"
    issued = await door.ask("POST", path, json=body, repeatable=False)
    fresh = {"client_id": issued["client_id"], "client_secret": issued["client_secret"]}
    secrets.keep(f"credential:{one.name}", fresh)

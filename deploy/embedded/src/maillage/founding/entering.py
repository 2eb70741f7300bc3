"""Enters the founding data by partners' own HTTP doors, as often as one likes."""

import asyncio
from typing import Any

import httpx

from maillage import doors
from maillage.environments import ADMINISTRATOR
from maillage.founding.data import Colleague, Organisation, Program, founding
from maillage.home import Secrets, State

TIMEOUT_S = 30


def enter(state: State, secrets: Secrets) -> None:
    """Makes the founding data of the stack's département be there. Raises Trouble."""
    asyncio.run(_enter(state, secrets))


async def _enter(state: State, secrets: Secrets) -> None:
    data = founding(state.department)
    credential = doors.Credential(ADMINISTRATOR, secrets.password("admin-secret"))
    base = state.url("partners")
    async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S, trust_env=False) as client:
        token = await doors.token(client, credential)
        client.headers["Authorization"] = f"Bearer {token}"
        await asyncio.gather(*(_organisation(client, one) for one in data.organisations))
        await asyncio.gather(*(_colleague(client, one) for one in data.colleagues))
        await asyncio.gather(*(_program(client, one, secrets) for one in data.programs))


async def _organisation(client: httpx.AsyncClient, one: Organisation) -> None:
    body = {"name": one.name, "kind": one.kind, "commune": one.commune}
    answer = await doors.ask(client, "PUT", f"/v1/organisations/{one.slug}", json=body)
    if answer["state"] == "pending":
        await doors.ask(client, "POST", f"/v1/organisations/{one.slug}/activate")


async def _colleague(client: httpx.AsyncClient, one: Colleague) -> None:
    path = f"/v1/organisations/{one.organisation}/colleagues/{one.login}"
    await doors.ask(client, "PUT", path, json={"name": one.name, "roles": one.roles})


async def _program(client: httpx.AsyncClient, one: Program, secrets: Secrets) -> None:
    """Issues a credential unless the one we keep still opens the door."""
    kept = secrets.values.get(f"credential:{one.name}")
    if kept is not None and await doors.opens(client, doors.Credential(**kept)):
        return
    body: dict[str, Any] = {"label": one.name, "roles": one.roles, "scopes": one.scopes}
    path = f"/v1/organisations/{one.organisation}/credentials"
    issued = await doors.ask(client, "POST", path, json=body)
    fresh = {"client_id": issued["client_id"], "client_secret": issued["client_secret"]}
    secrets.keep(f"credential:{one.name}", fresh)

"""Enters the founding data by the services' own HTTP doors, as often as one likes."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx

from chassis.clock import SystemClock
from maillage.doors import Credential, Door
from maillage.environments import ADMINISTRATOR
from maillage.founding import titles
from maillage.founding.data import Colleague, Organisation, Program, founding
from maillage.founding.places import enter_places
from maillage.home import Secrets, State

PATIENCE_S = 30
STEWARD = "departement"


def enter(state: State, secrets: Secrets) -> None:
    """Makes the founding data of the stack's département be there. Raises Trouble."""
    asyncio.run(_enter(state, secrets))


async def _enter(state: State, secrets: Secrets) -> None:
    data = founding(state.department)
    async with AsyncExitStack() as opened:

        async def door(service: str, token: str = "") -> Door:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            client = httpx.AsyncClient(
                base_url=state.url(service), headers=headers, trust_env=False
            )
            return Door(service, await opened.enter_async_context(client), PATIENCE_S)

        outside = await door("partners")
        admin = await outside.token(administrator(secrets), name=ADMINISTRATOR)
        partners = await door("partners", admin)
        ids = await _organisations(partners, data.organisations)
        await asyncio.gather(*(_colleague(partners, one) for one in data.colleagues))
        await asyncio.gather(*(_program(partners, one, secrets) for one in data.programs))
        places = await enter_places(await door("scheduling", admin), data.places, ids)
        steward = Credential(**secrets.values[f"credential:{STEWARD}"])
        token = await outside.token(steward, name=STEWARD)
        stewards = titles.Stewards(await door("vouchers", token), await door("vouchers", admin))
        edition = titles.current(data.programme, state.department, SystemClock().now())
        labelled = [places[one.reference] for one in data.places if one.accepts_vouchers]
        await titles.enter(stewards, edition, organisations=ids, places=labelled)


def administrator(secrets: Secrets) -> Credential:
    """The platform's own access, which enters what organisations cannot enter themselves."""
    return Credential(ADMINISTRATOR, secrets.password("admin-secret"))


async def _organisations(door: Door, wanted: list[Organisation]) -> dict[str, str]:
    """Each organisation as described, active; its id by slug."""
    ids = await asyncio.gather(*(_organisation(door, one) for one in wanted))
    return {one.slug: number for one, number in zip(wanted, ids, strict=True)}


async def _organisation(door: Door, one: Organisation) -> str:
    body = {"name": one.name, "kind": one.kind, "commune": one.commune}
    # Put each time: an organisation stored by older code gets the rights its kind has today.
    answer = await door.ask("PUT", f"/v1/organisations/{one.slug}", json=body)
    if answer["state"] == "pending":
        path = f"/v1/organisations/{one.slug}/activate"
        await door.ask("POST", path, repeatable=False)
    return str(answer["id"])


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

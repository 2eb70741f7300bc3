"""The services' HTTP doors as the command line uses them: with a token, and one sentence if not."""

from dataclasses import dataclass
from typing import Any

import httpx

from maillage.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Credential:
    """OAuth 2 client credentials, as partners issues them."""

    client_id: str
    client_secret: str


async def token(client: httpx.AsyncClient, credential: Credential) -> str:
    """A token for the credential (RFC 6749 §4.4). Raises Trouble."""
    answer = await _token_request(client, credential)
    if answer.is_success:
        return str(answer.json()["access_token"])
    raise Trouble(
        f"Le service partners n’a pas donné de jeton à « {credential.client_id} » "
        f"({_said(answer)}). Relancez « make up » : il redonne les accès qui manquent."
    )


async def opens(client: httpx.AsyncClient, credential: Credential) -> bool:
    """Whether the credential still gets a token."""
    return (await _token_request(client, credential)).is_success


async def _token_request(client: httpx.AsyncClient, credential: Credential) -> httpx.Response:
    try:
        return await client.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(credential.client_id, credential.client_secret),
        )
    except httpx.HTTPError as error:
        raise _unreachable(client, error) from error


async def ask(
    client: httpx.AsyncClient,
    method: str,
    path: str,
    **options: Any,  # noqa: ANN401 - what httpx takes
) -> Any:  # noqa: ANN401 - the JSON that was answered
    """One request; the JSON of its answer, None when there is none. Raises Trouble on a refusal."""
    try:
        answer = await client.request(method, path, **options)
    except httpx.HTTPError as error:
        raise _unreachable(client, error) from error
    if not answer.is_success:
        raise Trouble(f"{method} {client.base_url.join(path)} a été refusé : {_said(answer)}.")
    return answer.json() if answer.content else None


async def look(client: httpx.AsyncClient, path: str) -> Any:  # noqa: ANN401 - the JSON
    """What is at the path now; None while it is not there. Raises Trouble without an answer."""
    try:
        answer = await client.get(path)
    except httpx.HTTPError as error:
        raise _unreachable(client, error) from error
    return answer.json() if answer.is_success else None


def _said(answer: httpx.Response) -> str:
    """Status, and what problem+json says about it."""
    try:
        problem = answer.json()
        detail = problem.get("detail") or problem.get("error_description") or problem.get("title")
    except (ValueError, AttributeError):
        detail = None
    return f"{answer.status_code}, {detail}" if detail else str(answer.status_code)


def _unreachable(client: httpx.AsyncClient, error: httpx.HTTPError) -> Trouble:
    return Trouble(
        f"{client.base_url} ne répond pas ({type(error).__name__}). "
        "Voyez « .venv/bin/maillage status », puis relancez « make up »."
    )

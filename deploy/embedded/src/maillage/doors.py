"""The services' HTTP doors as the command line uses them: asked again while a service restarts.

A process that was killed is back within seconds, and so is a database. Until then a door is silent
or answers 503; either passes, so the same request is sent again until the patience is spent.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from maillage.trouble import Trouble

PATIENCE_S = 15
AGAIN_AFTER_S = 0.1
SESSION_COOKIE = "maillage_session"
ANSWER_S = 2  # what a request may take at least, so that a healthy service is not called silent
Found = TypeVar("Found")


class Refused(Trouble):
    """A service said no. `code` is the problem's, as docs/errors.md lists them."""

    def __init__(self, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Credential:
    """OAuth 2 client credentials, as partners issues them."""

    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class Door:
    """One service as one caller reaches it.

    Attributes:
        service: Its name, for sentences.
        client: With its address, and the caller's token if there is one.
        patience_s: How long a request is sent again, unless it comes with an end of its own.
    """

    service: str
    client: httpx.AsyncClient
    patience_s: float = PATIENCE_S

    async def ask(
        self,
        method: str,
        path: str,
        *,
        until: float | None = None,
        repeatable: bool = True,
        **options: Any,  # noqa: ANN401 - what httpx takes
    ) -> Any:  # noqa: ANN401 - the JSON that was answered
        """The JSON of the answer, None when it has none. Raises Trouble on a refusal or silence.

        Args:
            method: Of HTTP.
            path: Below the service's address.
            until: When to give up (`time.monotonic`).
            repeatable: False: sent again only if it cannot have arrived, or did nothing.
            options: The rest of the request.
        """
        answer = await self._answer(method, path, until=until, repeatable=repeatable, **options)
        if not answer.is_success:
            raise self._refusal(answer)
        return answer.json() if answer.content else None

    async def look(self, path: str, *, until: float | None = None) -> Any:  # noqa: ANN401 - the JSON
        """What is at the path now; None while it is not there. Raises Trouble as `ask` does."""
        answer = await self._answer("GET", path, until=until)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if not answer.is_success:
            raise self._refusal(answer)
        return answer.json()

    async def token(self, credential: Credential, *, name: str, until: float | None = None) -> str:
        """A token for the credential (RFC 6749 §4.4) of whom people call `name`. Raises Trouble."""
        answer = await self._token_answer(credential, until=until)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise Trouble(
                f"L’accès de « {name} » n’est pas, ou n’est plus, connu du service {self.service}. "
                "Relancez « make up » : il redonne les accès qui manquent."
            )
        if not answer.is_success:
            raise self._refusal(answer)
        return str(answer.json()["access_token"])

    async def signed_in(self, login: str) -> str:
        """The token of a colleague, by the one click of the demonstration. Raises Trouble."""
        answer = await self._answer("GET", f"/sign-in/as/{login}", until=None)
        token = answer.cookies.get(SESSION_COOKIE)
        if token is None:
            raise self._refusal(answer)
        return token

    async def opens_for(self, credential: Credential) -> bool:
        """Whether the credential still gets a token. Raises Trouble when nobody can say."""
        answer = await self._token_answer(credential, until=None)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return False
        if not answer.is_success:
            raise self._refusal(answer)
        return True

    async def _token_answer(self, credential: Credential, *, until: float | None) -> httpx.Response:
        return await self._answer(
            "POST",
            "/oauth2/token",
            until=until,
            data={"grant_type": "client_credentials"},
            auth=(credential.client_id, credential.client_secret),
        )

    async def _answer(
        self,
        method: str,
        path: str,
        *,
        until: float | None,
        repeatable: bool = True,
        **options: Any,  # noqa: ANN401 - as above
    ) -> httpx.Response:
        """The first answer that is neither silence nor 503."""
        end = time.monotonic() + self.patience_s if until is None else until
        while True:
            try:
                options["timeout"] = max(ANSWER_S, end - time.monotonic())
                answer = await self.client.request(method, path, **options)
            except httpx.RequestError as error:
                again = repeatable or isinstance(error, httpx.ConnectError)
                trouble = self._silence(error)
            else:
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return answer
                again, trouble = True, self._absence()
            if not again or time.monotonic() + AGAIN_AFTER_S > end:
                raise trouble
            await asyncio.sleep(AGAIN_AFTER_S)

    def _silence(self, error: httpx.RequestError) -> Trouble:
        return Trouble(
            f"Le service {self.service} ne répond pas ({type(error).__name__}). S’il vient d’être "
            "arrêté, réessayez dans quelques secondes ; sinon, voyez « .venv/bin/maillage logs "
            f"{self.service} », puis relancez « make up »."
        )

    def _absence(self) -> Trouble:
        return Trouble(
            f"Le service {self.service} n’a pas accès à sa base en ce moment (503) : PostgreSQL "
            "redémarre sans doute. Rien n’est perdu ; réessayez dans quelques secondes. Si cela "
            "dure, voyez « make status »."
        )

    def _refusal(self, answer: httpx.Response) -> Refused:
        request = answer.request
        code = _code(answer)
        said = f"{answer.status_code}, {code}" if code else str(answer.status_code)
        return Refused(
            f"Le service {self.service} a refusé {request.method} {request.url.path} "
            f"({said}). Ce que cela veut dire est dans docs/errors.md.",
            code,
        )


def _code(answer: httpx.Response) -> str:
    """The code that problem+json or OAuth 2 gives a refusal; nothing when there is none."""
    try:
        problem = answer.json()
        return str(problem.get("code") or problem.get("error") or "")
    except (ValueError, AttributeError):
        return ""


async def patiently(
    ask: Callable[[], Awaitable[Found | None]], *, door: Door, waiting_for: str
) -> Found:
    """What `ask` finds once it finds something. Raises Trouble when the door's patience is spent.

    Args:
        ask: Asked again until its answer is true.
        door: Whose service is still to hear of something.
        waiting_for: What that is, for the sentence.
    """
    end = time.monotonic() + door.patience_s
    while True:
        if found := await ask():
            return found
        if time.monotonic() > end:
            raise Trouble(
                f"Le service {door.service} n’a pas appris en {door.patience_s:.0f} s qu’il y a "
                f"{waiting_for}. Voyez « make status », puis relancez « make up »."
            )
        await asyncio.sleep(AGAIN_AFTER_S)

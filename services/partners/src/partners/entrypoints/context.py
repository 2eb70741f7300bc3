"""What the routes need of the process, set once by the composition root."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from chassis.database import Database
from partners.gateways.tokens import Signer
from partners.metrics import Metrics
from partners.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Settings, database, signing key and metrics of this process."""

    settings: Settings
    database: Database
    signer: Signer
    metrics: Metrics

    @property
    def public_url(self) -> str:
        return self.settings.public_url.rstrip("/")


async def context(request: Request) -> Context:
    """A dependency: the context that the composition root left on the application."""
    return cast("Context", request.app.state.context)


InContext = Annotated[Context, Depends(context)]

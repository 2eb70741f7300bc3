"""A service of a few lines; the tests run it as a process of its own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from aiokafka.errors import GroupAuthorizationFailedError
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from typing_extensions import override

from chassis.clock import SystemClock
from chassis.database import Database, Transaction
from chassis.events import Event
from chassis.messaging import Subscription
from chassis.messaging.consumers import Consumers
from chassis.metrics import Metrics
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from web import process
from web.app import ServiceInfo, create_app
from web.auth import TokenVerifier, public
from web.process import Service, Timer, main

router = APIRouter(dependencies=[Depends(public())])


class Settings(ServiceSettings):
    topic: str
    hang: bool = False
    broken: bool = False


@router.get("/slow")
async def slow(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


@router.get("/stream")
async def stream(request: Request) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        yield "begun\n"
        await request.app.state.stopping.wait()
        yield "ended\n"

    return StreamingResponse(lines())


@router.get("/unending")
async def unending() -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        yield "begun\n"
        await asyncio.sleep(3600)

    return StreamingResponse(lines())


class BrokenConsumers(Consumers):
    """Whom the broker refuses for a reason that waiting does not mend."""

    @override
    async def start(self) -> None:
        raise GroupAuthorizationFailedError


async def note(tx: Transaction, event: Event) -> None:
    await asyncio.sleep(event.data.get("seconds", 0))
    await tx.connection.execute(
        text("INSERT INTO effect (what) VALUES (:what)"), {"what": event.id}
    )


def build(settings: Settings) -> Service:
    if settings.hang:
        process.STOP_MAX_S = 3  # the test need not wait as long as a supervisor would
    clock, metrics = SystemClock(), Metrics()
    database = Database.connect(settings.database_url, clock=clock, source="/small")
    consumers = (BrokenConsumers if settings.broken else Consumers)(
        [
            Subscription(
                name=f"small.{settings.topic}",
                topics=(settings.topic,),
                handlers={"test.noted.v1": note},
            )
        ],
        database=database,
        kafka=settings.kafka,
        instance=settings.instance,
        metrics=metrics,
        intent_wait=timedelta(seconds=settings.intent_wait_s),
    )

    async def fail() -> None:
        raise RuntimeError("Jeanne Martin")

    async def hang() -> None:
        while settings.hang:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue

    verifier = TokenVerifier(settings.jwks_url, issuer=settings.issuer, database=database)
    return Service(
        name="small",
        settings=settings,
        app=create_app(
            ServiceInfo(name="small", title="Petit", settings=settings),
            routers=[router],
            database=database,
            verifier=verifier,
            metrics=metrics,
        ),
        database=database,
        consumers=consumers,
        relay=Relay(settings.database_url, kafka=settings.kafka, clock=clock, metrics=metrics),
        timers=[
            Timer(name="failing", every_s=0.2, run=fail),
            Timer(name="hanging", every_s=3600, run=hang),
        ],
    )


def migrate(settings: Settings) -> None:
    print("migrated", settings.migration_database_url is not None)  # noqa: T201  for the test to read


def shout(settings: Settings) -> None:
    print(settings.topic.upper())  # noqa: T201  for the test to read


if __name__ == "__main__":
    main(build, migrate, settings=Settings, commands={"shout": shout})

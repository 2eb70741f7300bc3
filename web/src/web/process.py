"""One process of a service: `python -m <service> serve | api | worker | migrate`.

`serve` does everything in one process; `api` answers HTTP alone; `worker` runs the relay, the
consumers and the timers, and answers nothing but its probes. HTTP listens at once, so that
/healthz can say that the process lives while it still waits for the database or the broker; what
is accepted meanwhile lies in the outbox.
"""

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn

import structlog
import uvicorn
import uvloop
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError
from fastapi import FastAPI
from typing_extensions import override

from chassis import logs, outbox
from chassis.database import Database
from chassis.messaging import queue
from chassis.messaging.consumers import Consumers
from chassis.relay import Relay
from chassis.settings import ServiceSettings, SettingsType, load
from web import idempotency
from web.app import database_check, probes

STOP_MAX_S = 25  # below the grace that supervisors give before they kill (30 s)
HTTP_STOP_MAX_S = 5  # streams never end by themselves
RETRY_FIRST_S, RETRY_MAX_S = 0.1, 2.0
MODES = ("serve", "api", "worker")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A sweep, run every `every_s` seconds in each worker: it must bear company and repetition."""

    name: str
    every_s: float
    run: Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a composition root builds. `topics` are those it writes; it reads its subscriptions'."""

    name: str
    settings: ServiceSettings
    app: FastAPI
    database: Database
    topics: Sequence[str] = ()
    consumers: Consumers | None = None
    relay: Relay | None = None
    timers: Sequence[Timer] = ()


def main(
    build: Callable[[SettingsType], Service],
    migrate: Callable[[SettingsType], None],
    *,
    settings: type[SettingsType],
    commands: Mapping[str, Callable[[SettingsType], None]] | None = None,
) -> NoReturn:
    """The command line of a service; `commands` are its own ones beside the usual four."""
    actions = {"migrate": migrate, **(commands or {})}
    program = settings.__module__.partition(".")[0]
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("command", choices=(*MODES, *actions))
    command = parser.parse_args().command
    loaded = load(settings)
    logs.configure(service=program, instance=loaded.instance, level=loaded.log_level)
    if command in actions:
        if command == "migrate" and loaded.migration_database_url is None:
            sys.exit(f"{program} cannot migrate: MAILLAGE_MIGRATION_DATABASE_URL is missing.")
        actions[command](loaded)
        sys.exit(0)

    async def run() -> int:
        return await Process(build(loaded), mode=command).run()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(run()))


class Process:
    """Starts the parts of a service in their order, and stops them in theirs."""

    def __init__(self, service: Service, *, mode: str) -> None:
        self._service = service
        self._mode = mode
        self._asked_to_stop = asyncio.Event()
        self._standing = ["starting"]
        state = service.app.state
        state.consumers = service.consumers
        if mode != "api":
            state.worker_checks.append(self._ready)
            if service.relay is not None:
                service.database.committed = service.relay.wake

    async def run(self) -> int:
        """Run until a signal or a fatal error; the exit code."""
        gc.collect()
        gc.freeze()  # what was built at the start stays: no collection need look at it again
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._asked_to_stop.set)
        try:
            listener = self._listen()
        except OSError as error:
            settings = self._service.settings
            log.error("cannot_listen", host=settings.host, port=settings.port, reason=str(error))  # noqa: TRY400  the reason is all
            return 2
        app = probes(self._service.app) if self._mode == "worker" else self._service.app
        server = _Server(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=HTTP_STOP_MAX_S,
            )
        )
        serving = asyncio.create_task(server.serve([listener]), name="http")
        asked = asyncio.create_task(self._asked_to_stop.wait(), name="signal")
        parts: list[asyncio.Task[Any]] = [serving, asked]
        if self._mode != "api":
            parts.append(asyncio.create_task(self._work(), name="work"))
        log.info("started", mode=self._mode, port=listener.getsockname()[1])
        await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        return await self._stop(server, parts)

    async def _work(self) -> None:
        service = self._service
        await self._patiently(database_check(service.database))
        await self._patiently(self._topics)
        if service.relay is not None:
            await service.relay.start()
        await self._patiently(self._join)
        self._standing = []
        log.info("working")
        async with asyncio.TaskGroup() as group:
            for timer in (*service.timers, *self._own_timers()):
                group.create_task(self._repeat(timer), name=timer.name)

    async def _patiently(self, attempt: Callable[[], Awaitable[list[str]]]) -> None:
        wait_s = RETRY_FIRST_S
        while reasons := await attempt():
            if reasons != self._standing:
                log.warning("waiting", reasons=reasons)
            self._standing = reasons
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, RETRY_MAX_S)

    async def _topics(self) -> list[str]:
        """Nobody writes to a topic that does not exist, or waits for what it may bring."""
        wanted = set(self._service.topics)
        for inbox in self._service.consumers.inboxes.values() if self._service.consumers else ():
            wanted.update(inbox.subscription.topics)
        kafka = self._service.settings.kafka
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap, **kafka.client_options())
        try:
            await admin.start()
            missing = wanted.difference(await admin.list_topics())
        except (KafkaError, OSError) as error:
            return [f"kafka: {type(error).__name__}"]
        finally:
            await admin.close()
        return [f"topic {name} is missing" for name in sorted(missing)]

    async def _join(self) -> list[str]:
        if self._service.consumers is None:
            return []
        try:
            await self._service.consumers.start()
        except KafkaConnectionError as error:  # any other KafkaError ends the process
            await self._service.consumers.stop()
            return [f"kafka: {type(error).__name__}"]
        return []

    async def _repeat(self, timer: Timer) -> None:
        failures = self._service.app.state.metrics.timer_failures_total.labels(timer.name)
        while True:
            try:
                await timer.run()
            except Exception:
                failures.inc()
                log.exception("timer_failed", timer=timer.name)
            await asyncio.sleep(timer.every_s)

    def _own_timers(self) -> Iterator[Timer]:
        consumers = self._service.consumers
        if consumers is not None:
            yield Timer(name="expire", every_s=1, run=consumers.expire)
            yield Timer(name="measure", every_s=5, run=consumers.measure)
        yield Timer(name="prune", every_s=60, run=self._prune)

    async def _prune(self) -> None:
        async with self._service.database.transaction() as tx:
            await outbox.prune(tx.connection, tx.now)
            await idempotency.prune(tx.connection, tx.now)
            await queue.prune(tx.connection, tx.now)

    def _ready(self) -> list[str]:
        if self._standing:
            return self._standing
        parts = (self._service.relay, self._service.consumers)
        return [reason for part in parts if part is not None for reason in part.ready()]

    def _listen(self) -> socket.socket:
        settings = self._service.settings
        return socket.create_server((settings.host, settings.port), backlog=2048)

    async def _stop(self, server: uvicorn.Server, parts: Sequence[asyncio.Task[Any]]) -> int:
        """Stop in order, within the time we have.

        First the sweeps, which begin new work. Then the relay: what it has not sent is safe in the
        outbox. Then the consumers, which finish the batch in hand and commit its offsets; their
        facts wait in the outbox too. HTTP last: until then the probes tell that we are leaving,
        and people get their answers.
        """
        self._standing = ["stopping"]
        ended = [part for part in parts if part.done() and part.get_name() != "signal"]
        for part in ended:
            log.error("ended_by_itself", part=part.get_name(), exc_info=part.exception())
        log.info("stopping")
        try:
            async with asyncio.timeout(STOP_MAX_S):
                await self._stop_parts(server, parts)
        except TimeoutError:
            log.exception("not_stopped_in_time", limit_s=STOP_MAX_S)
            sys.stdout.flush()
            os._exit(1)  # whatever still hangs would hang the loop's own end too
        log.info("stopped")
        return 1 if ended else 0

    async def _stop_parts(self, server: uvicorn.Server, parts: Sequence[asyncio.Task[Any]]) -> None:
        serving, *others = parts
        for other in others:
            other.cancel()
        await asyncio.wait(others)
        for part in (self._service.relay, self._service.consumers):
            try:
                if part is not None:
                    await part.stop()
            except Exception:
                log.exception("not_stopped_well", part=type(part).__name__)
        self._service.app.state.stopping.set()
        server.should_exit = True
        await asyncio.wait([serving])
        await self._service.database.close()


class _Server(uvicorn.Server):
    """Leaves the signals to the process, which has more to stop than HTTP."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

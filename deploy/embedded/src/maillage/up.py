"""`maillage up`: from nothing, or from whatever is there, to a stack that answers."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from contracts.topics import SERVICES
from maillage import broker, databases, environments, running
from maillage.founding import entering
from maillage.home import CLONE, Home, Secrets, State, check_disk, prepare
from maillage.narration import Narration
from maillage.parallel import together
from maillage.servers.jars import default_cache, fetch
from maillage.servers.kafka import Kafka
from maillage.servers.postgres import Postgres, last_line
from maillage.servers.processes import wait_until
from maillage.trouble import Trouble
from maillage.version import version

SERVER_TIMEOUT_S = 90
READY_TIMEOUT_S = 90
MIGRATION_TIMEOUT_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One run of `up`: what it works on."""

    home: Home
    state: State
    secrets: Secrets
    narration: Narration


def up(home: Home, narration: Narration, *, forget: bool = False) -> State:
    """Brings the stack up, or says that it is. Raises Trouble.

    Args:
        home: Of the stack.
        narration: Where progress is shown.
        forget: The data were just wiped, so another department may be chosen.
    """
    with home.alone():
        check_disk(home)
        state = prepare(home, forget=forget)
        current = version(CLONE)
        if _already_up(home, state, current):
            narration.say("Maillage est déjà en route.")
            return state
        _make_room(home, state, narration=narration, current=current)
        start = Start(
            home=home, state=home.remember(state), secrets=home.secrets(), narration=narration
        )
        state = _start(start, current)
        return home.remember(replace(state, complete=current))


def _already_up(home: Home, state: State, current: str) -> bool:
    if running.supervised(home) is None or state.complete != current:
        return False
    if state != home.state():  # other ports are asked for: what answers there is not ours
        return False
    return all(running.ready(state.url(name)) for name in SERVICES)


def _make_room(home: Home, state: State, *, narration: Narration, current: str) -> None:
    """Ends what ran of this stack (older code, or half started), and checks the ports.

    What runs is left alone when the new ports are somebody else's.
    """
    if running.supervised(home) is not None:
        running.check_ports(state, own=home.state())
        changed = state.complete not in ("", current)
        ended = "Le code a changé : arrêt de l’ancienne version"
        with narration.step(ended if changed else "Arrêt, avant de reprendre"):
            running.end(home)
    else:
        running.end(home)
    running.check_ports(state)


def _start(start: Start, current: str) -> State:
    """The servers, what they hold, the services and the founding data."""
    home, state, narration = start.home, start.state, start.narration
    postgres, kafka = _servers(start)
    with narration.step("PostgreSQL et Kafka répondent, bases et sujets sont en place"):
        together(
            lambda: _ready_databases(start, postgres, current),
            lambda: _ready_broker(start, kafka),
        )
    state = home.remember(replace(state, migrated=current))
    with narration.step("Les cinq services sont prêts"):
        listed = environments.servers(home, postgres=postgres, kafka=kafka)
        running.extend(home, [*listed, *environments.services(home, state, start.secrets)])
        running.wait_ready(home, state, timeout_s=READY_TIMEOUT_S)
    with narration.step("Données de départ : organisations, accès, lieux, carnets de pass"):
        entering.enter(state, start.secrets)
    return state


def _servers(start: Start) -> tuple[Postgres, Kafka]:
    """Prepares both servers at the same time and lets the supervisor start them."""
    home, state, secrets = start.home, start.state, start.secrets
    with start.narration.step("Serveurs préparés : PostgreSQL 18 et Apache Kafka 4.3") as detail:
        postgres = environments.postgres(home, state, secrets)

        def prepared_kafka() -> Kafka:
            jars = fetch(cache(home), lambda done, of: detail(f"pièces de Kafka : {done} sur {of}"))
            kafka = environments.kafka(home, state, secrets, jars=jars)
            kafka.prepare()
            return kafka

        kafka, _ = together(prepared_kafka, postgres.prepare)
        running.launch(home, environments.servers(home, postgres=postgres, kafka=kafka))
    return postgres, kafka


def cache(home: Home) -> Path:
    """Where Kafka's jars are kept: with the user's caches, or in the home where that cannot be."""
    chosen = default_cache()
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError:
        return home.path / "cache"
    return chosen


def _ready_databases(start: Start, postgres: Postgres, current: str) -> None:
    _wait_for(start.home, "PostgreSQL", "postgres", answers=postgres.answers)
    asyncio.run(databases.prepare(postgres.url(), start.secrets))
    if start.state.migrated != current:
        together(*(partial(migrate, name, start) for name in SERVICES))


def _ready_broker(start: Start, kafka: Kafka) -> None:
    _wait_for(start.home, "Kafka", "kafka", answers=kafka.answers)
    broker.prepare(
        kafka.client(),
        partners=list(environments.KAFKA_DOORS),
        password=lambda name: start.secrets.password(f"kafka:{name}"),
    )


def migrate(name: str, start: Start) -> None:
    """Runs one service's migrations. Raises Trouble with what it said last."""
    environment = environments.migration(name, start.home, state=start.state, secrets=start.secrets)
    done = subprocess.run(
        [sys.executable, "-m", name, "migrate"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=MIGRATION_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        log = start.home.logs / f"{name}.log"
        with log.open("a") as file:
            file.write(done.stdout + done.stderr)
        said = last_line(done.stderr or done.stdout)
        raise Trouble(f"La base de {name} n’a pas pu être mise à jour. {said} Tout est dans {log}.")


def _wait_for(home: Home, label: str, name: str, *, answers: Callable[[], bool]) -> None:
    alive = partial(running.alive, home)
    if not wait_until(answers, timeout_s=SERVER_TIMEOUT_S, alive=alive):
        log = home.logs / f"{name}.log"
        said = last_line(log.read_text(errors="replace")) if log.exists() else ""
        raise Trouble(f"{label} ne répond pas. {said} Son journal : {log}.")

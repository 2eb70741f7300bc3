"""What each process of the stack finds in its environment, and how it is started."""

import os
import sys
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from contracts.topics import SERVICES
from maillage import databases
from maillage.home import Home, Secrets, State
from maillage.programmes import MARK, Programme
from maillage.servers import kafka as kafka_server
from maillage.servers import postgres as postgres_server
from maillage.servers.kafka import MECHANISM, SECURITY_PROTOCOL, Kafka
from maillage.servers.postgres import Postgres
from maillage.servers.processes import LOOPBACK

KAFKA_DOORS = ("caf", "mission-locale")
"""The two founding partners that come in by Kafka."""
ADMINISTRATOR = "plateforme"
TUNED = ("MAILLAGE_INTENT_WAIT_S", "MAILLAGE_LOG_LEVEL")
"""Settings of the services that this shell may change for its stack."""


def postgres(home: Home, state: State, secrets: Secrets) -> Postgres:
    """The stack's PostgreSQL."""
    return Postgres(
        directory=home.data / "postgres",
        port=state.port("postgres"),
        password=secrets.password("postgres:postgres"),
    )


def kafka(home: Home, state: State, secrets: Secrets, *, jars: list[Path]) -> Kafka:
    """The stack's Kafka. Without jars it can be reached, not started."""
    return Kafka(
        directory=home.data / "kafka",
        port=state.port("kafka"),
        controller_port=state.port("kafka-controller"),
        password=secrets.password("kafka:admin"),
        broker_password=secrets.password("kafka:broker"),
        jars=jars,
    )


def servers(home: Home, *, postgres: Postgres, kafka: Kafka) -> list[Programme]:
    """The two servers as the supervisor runs them, both prepared."""
    environment = inherited(home)
    return [
        Programme(
            name="postgres",
            argv=postgres.command(),
            environment=environment,
            stop_signal=postgres_server.STOP_SIGNAL,
            server=True,
        ),
        Programme(
            name="kafka",
            argv=kafka.command(),
            environment=environment,
            stop_signal=kafka_server.STOP_SIGNAL,
            server=True,
        ),
    ]


def services(home: Home, state: State, secrets: Secrets) -> list[Programme]:
    """The five services as the supervisor runs them."""
    return [
        Programme(
            name=name,
            argv=[sys.executable, "-m", name, "serve"],
            environment=service(name, home, state=state, secrets=secrets),
        )
        for name in SERVICES
    ]


def inherited(home: Home) -> dict[str, str]:
    """What every process of the stack takes from this shell: all but another stack's settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in TUNED or not name.startswith("MAILLAGE_")
    }
    return {**kept, **kafka_server.LOCALE, MARK: str(home.path), "PYTHONUNBUFFERED": "1"}


def service(name: str, home: Home, *, state: State, secrets: Secrets) -> dict[str, str]:
    """The environment of one service. Its migrations get the owner's address besides."""
    settings = {
        "database_url": _database(name, name, state=state, secrets=secrets),
        "kafka_bootstrap": f"{LOOPBACK}:{state.port('kafka')}",
        "kafka_username": name,
        "kafka_password": secrets.password(f"kafka:{name}"),
        "kafka_security_protocol": SECURITY_PROTOCOL,
        "kafka_mechanism": MECHANISM,
        "instance": f"{name}-0",
        "host": LOOPBACK,
        "port": str(state.port(name)),
        "public_url": state.url(name),
        "issuer": state.url("partners"),
        "demonstration": "true",
        **{f"{other}_url": state.url(other) for other in SERVICES},
        **(_for_partners(secrets) if name == "partners" else {}),
        **({"department": state.department} if name == "reporting" else {}),
    }
    variables = {f"MAILLAGE_{key.upper()}": value for key, value in settings.items()}
    return inherited(home) | variables


def migration(name: str, home: Home, *, state: State, secrets: Secrets) -> dict[str, str]:
    """The environment of `python -m <service> migrate`."""
    owner = _database(name, databases.owner(name), state=state, secrets=secrets)
    own = service(name, home, state=state, secrets=secrets)
    return own | {"MAILLAGE_MIGRATION_DATABASE_URL": owner}


def _database(service: str, role: str, *, state: State, secrets: Secrets) -> str:
    password = secrets.password(f"postgres:{role}")
    place = f"{LOOPBACK}:{state.port('postgres')}/{service}"
    return f"postgresql+asyncpg://{role}:{password}@{place}"


def _for_partners(secrets: Secrets) -> dict[str, str]:
    return {
        "personas": "true",
        "signing_key": str(secrets.get("signing-key", _signing_key)),
        "kafka_doors": ",".join(KAFKA_DOORS),
        "credential_key": secrets.password("credential-key"),
        "admin_secret": secrets.password("admin-secret"),
    }


def _signing_key() -> str:
    """A fresh Ed25519 key as JWK."""
    key: Any = OKPKey.generate_key("Ed25519", private=True)
    return str(key.as_bytes(encoding="PEM", private=True).decode())

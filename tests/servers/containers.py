"""The same servers in containers, where a Docker engine answers."""

import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from maillage.servers.kafka import ADMIN, BROKER, MECHANISM, Kafka, cluster_id
from maillage.servers.processes import LOOPBACK, free_port

INSIDE = Path("/tmp/maillage")  # noqa: S108 - in a container of our own
PORT = 9092


def available() -> bool:
    """Whether a Docker engine answers within three seconds."""
    try:
        client = DockerClient(timeout=3).client
        try:
            return bool(client.ping())
        finally:
            client.close()
    except Exception:  # noqa: BLE001 - no engine, no right to it, no answer: all mean no
        return False


@contextmanager
def postgres(_: Path) -> Iterator[dict[str, str]]:
    """PostgreSQL 18."""
    with PostgresContainer("postgres:18", driver=None) as container:
        yield {"url": container.get_connection_url()}


@contextmanager
def kafka(_: Path) -> Iterator[dict[str, str]]:
    """Apache Kafka with the embedded stack's settings; the image's own start knows no SCRAM."""
    outside = free_port()
    server = Kafka(
        directory=INSIDE,
        port=PORT,
        controller_port=PORT + 1,
        password=secrets.token_urlsafe(16),
        broker_password=secrets.token_urlsafe(16),
        listen_on="0.0.0.0",  # noqa: S104 - in a container, mapped to loopback
        advertised=f"{LOOPBACK}:{outside}",
    )
    on_loopback: Any = (LOOPBACK, outside)  # Docker takes the pair, the annotation does not know
    container = (
        DockerContainer("apache/kafka:4.3.1")
        .with_kwargs(entrypoint=["bash", "-c", _script(server)])
        .with_bind_ports(PORT, on_loopback)
        .waiting_for(LogMessageWaitStrategy("Kafka Server started"))
    )
    with container:
        reach = {"bootstrap": f"{LOOPBACK}:{outside}", "username": ADMIN}
        yield {**reach, "password": server.password}


def _script(server: Kafka) -> str:
    settings = f"{INSIDE}/server.properties"
    people = ((ADMIN, server.password), (BROKER, server.broker_password))
    scram = [f"--add-scram={MECHANISM}=[name={name},password={word}]" for name, word in people]
    form = ["/opt/kafka/bin/kafka-storage.sh", "format", "--config", settings]
    form += ["--cluster-id", cluster_id(), *scram]
    return (
        f"mkdir -p {INSIDE}/data && printf %s {shlex.quote(server.properties())} > {settings} && "
        f"{shlex.join(form)} && exec /opt/kafka/bin/kafka-server-start.sh {settings}"
    )

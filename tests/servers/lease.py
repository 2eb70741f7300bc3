"""Lends one real server to a test run, and takes it back when the run ends however it ends.

`python -m tests.servers.lease KIND DIRECTORY PID` starts PostgreSQL or Kafka (KIND `postgres` or
`kafka`): in a container where a Docker engine answers, else embedded. It writes how to reach it to
`DIRECTORY/KIND.json`, waits until process PID is gone or SIGTERM comes, and removes everything.
"""

import json
import secrets
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from maillage.servers import kafka, postgres
from maillage.servers.jars import default_cache, fetch
from maillage.servers.kafka import Kafka
from maillage.servers.postgres import Postgres
from maillage.servers.processes import Identity, free_port, stop, write_private
from tests.servers import containers

POLL_S = 0.2


@contextmanager
def embedded_postgres(directory: Path) -> Iterator[dict[str, str]]:
    """A throw-away cluster: no fsync, dropped at once."""
    server = Postgres(
        directory=directory, port=free_port(), password=secrets.token_urlsafe(16), durable=False
    )
    identity = server.start()
    yield {"url": server.url()}
    stop(identity, with_signal=postgres.IMMEDIATE_SIGNAL)


@contextmanager
def embedded_kafka(directory: Path) -> Iterator[dict[str, str]]:
    """A throw-away broker."""
    server = Kafka(
        directory=directory,
        port=free_port(),
        controller_port=free_port(),
        password=secrets.token_urlsafe(16),
        broker_password=secrets.token_urlsafe(16),
        jars=fetch(default_cache()),
    )
    identity = server.start()
    yield {"bootstrap": server.bootstrap, "username": kafka.ADMIN, "password": server.password}
    stop(identity, with_signal=kafka.STOP_SIGNAL)


EMBEDDED = {"postgres": embedded_postgres, "kafka": embedded_kafka}
IN_CONTAINERS = {"postgres": containers.postgres, "kafka": containers.kafka}


def lend(kind: str, directory: Path, borrowed: Callable[[], bool]) -> None:
    """Runs the server until it is no longer borrowed. The reason of a failure is left in a file."""
    start = IN_CONTAINERS[kind] if containers.available() else EMBEDDED[kind]
    own = directory / kind
    own.mkdir()
    try:
        with start(own) as reach:
            write_private(directory / f"{kind}.json", json.dumps(reach))
            while borrowed():
                pass
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiting test must be told
        write_private(directory / f"{kind}.json", json.dumps({"failed": str(error)}))
    shutil.rmtree(own, ignore_errors=True)


def main(kind: str, directory: str, pid: str) -> None:
    """The command line."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    borrower = Identity.of(int(pid))
    lend(kind, Path(directory), lambda: borrower.process() is not None and not ended.wait(POLL_S))


if __name__ == "__main__":
    main(*sys.argv[1:])

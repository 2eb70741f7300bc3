"""Fixtures every test may ask for: a real PostgreSQL and a real Kafka.

Addresses come from MAILLAGE_TEST_POSTGRES_URL and MAILLAGE_TEST_KAFKA_BOOTSTRAP, _USERNAME and
_PASSWORD if given, else from containers where a Docker engine answers, else embedded servers.
"""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from tests.servers.handles import DatabaseAccess, KafkaAccess, create_database, drop_database
from tests.servers.shared import ENDS, SERVERS, SharedServers, group_of, run


def pytest_configure(config: pytest.Config) -> None:
    """The main process owns the servers; xdist's workers borrow them."""
    given = getattr(config, "workerinput", {}).get("servers")
    if given:
        config.stash[SERVERS] = SharedServers(Path(given[0]), owner=given[1])
    else:
        config.stash[SERVERS] = SharedServers.create()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tells a worker of xdist where the servers are."""
    servers = node.config.stash[SERVERS]
    node.workerinput["servers"] = (str(servers.directory), servers.owner)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Ends what a group shares; without xdist its tests may be anywhere, and it lasts."""
    group = group_of(item)
    if group and group_of(nextitem) != group and hasattr(item.config, "workerinput"):
        item.config.stash.get(ENDS, {}).pop(group, contextlib.ExitStack()).close()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the servers of this run."""
    servers = config.stash.get(SERVERS, None)
    if servers is not None and not hasattr(config, "workerinput"):
        servers.close()


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> str:
    """The superuser's address of a PostgreSQL 18, `postgresql://…/postgres`."""
    given = os.environ.get("MAILLAGE_TEST_POSTGRES_URL")  # noqa: TID251 - tests' own setting
    return given or pytestconfig.stash[SERVERS].borrow("postgres")["url"]


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> KafkaAccess:
    """An Apache Kafka and its administrator. Topics must be made before they are used."""
    prefix = "MAILLAGE_TEST_KAFKA_"
    given = {
        name: os.environ[prefix + name.upper()]  # noqa: TID251 - tests' own setting
        for name in ("bootstrap", "username", "password")
        if prefix + name.upper() in os.environ  # noqa: TID251 - tests' own setting
    }
    return KafkaAccess(**(given or pytestconfig.stash[SERVERS].borrow("kafka")))


@pytest.fixture
def new_database(postgres: str) -> Iterator[Callable[..., DatabaseAccess]]:
    """Makes empty databases, each with an owner and a service role; dropped after the test.

    `new_database("referrals")` answers addresses of a database such as `referrals_3f2a90`.
    """
    made: list[DatabaseAccess] = []

    def make(label: str = "test") -> DatabaseAccess:
        made.append(run(create_database(postgres, f"{label}_{secrets.token_hex(4)}")))
        return made[-1]

    yield make
    for one in made:
        run(drop_database(postgres, one))


@pytest.fixture
def database(new_database: Callable[..., DatabaseAccess]) -> DatabaseAccess:
    """One empty database."""
    return new_database()


@pytest.fixture
def new_topic(kafka: KafkaAccess) -> Iterator[Callable[..., str]]:
    """Makes topics with names of their own; deleted after the test."""
    admin = AdminClient(kafka.confluent)
    made: list[str] = []

    def make(label: str = "test", *, partitions: int = 3) -> str:
        name = f"{label}.{secrets.token_hex(4)}"
        admin.create_topics([NewTopic(name, partitions)])[name].result(20)
        made.append(name)
        return name

    yield make
    for future in admin.delete_topics(made).values() if made else ():
        future.result(20)

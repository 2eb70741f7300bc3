"""Makes what the compose deployment stands on, as the embedded stack does, and ends.

Databases with their owners and roles; topics, principals, rights and quotas. Idempotent: it runs at
each `docker compose up`.
"""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from contracts.topics import SERVICES
from maillage import broker, databases
from maillage.home import Secrets
from maillage.trouble import Trouble


def main(environment: Mapping[str, str]) -> int:
    """Prepare both servers; 0, or 1 with a sentence on standard error."""
    try:
        asyncio.run(databases.prepare(postgres_url(environment), database_passwords(environment)))
        broker.prepare(
            kafka_client(environment),
            partners=list(filter(None, environment["KAFKA_DOORS"].split(","))),
            password=lambda principal: environment[kafka_variable(principal)],
        )
    except KeyError as missing:
        sys.stderr.write(f"prepare: the environment variable {missing.args[0]} is missing.\n")
    except Trouble as trouble:
        sys.stderr.write(f"prepare: {trouble}\n")
    else:
        return 0
    return 1


def postgres_url(environment: Mapping[str, str]) -> str:
    """The superuser's address."""
    place = environment.get("POSTGRES_PLACE", "postgres:5432")
    return f"postgresql://postgres:{environment['POSTGRES_PASSWORD']}@{place}/postgres"


def database_passwords(environment: Mapping[str, str]) -> Secrets:
    """The passwords of owners and roles, under the names that `databases.prepare` asks for."""
    passwords = {}
    for service in SERVICES:
        variable = service.upper()
        passwords[f"postgres:{databases.owner(service)}"] = environment[
            f"{variable}_OWNER_PASSWORD"
        ]
        passwords[f"postgres:{service}"] = environment[f"{variable}_DATABASE_PASSWORD"]
    return Secrets(Path(os.devnull), passwords)


def kafka_client(environment: Mapping[str, str]) -> dict[str, str | int]:
    """Settings of a confluent-kafka client that may do everything."""
    return {
        "bootstrap.servers": environment.get("KAFKA_PLACE", "kafka:9092"),
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": "admin",
        "sasl.password": environment["KAFKA_ADMIN_PASSWORD"],
        "log_level": 0,
    }


def kafka_variable(principal: str) -> str:
    """`partner.mission-locale` → `PARTNER_MISSION_LOCALE_KAFKA_PASSWORD`."""
    return f"{principal.upper().replace('.', '_').replace('-', '_')}_KAFKA_PASSWORD"


if __name__ == "__main__":
    raise SystemExit(main(os.environ))

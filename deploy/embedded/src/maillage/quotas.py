"""Producer quotas of single users, a request that no Python Kafka client offers yet.

The request is AlterClientQuotas, version 0 (KIP-546), spelt with aiokafka's own protocol classes.
"""

import asyncio
from collections.abc import Mapping

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from maillage.trouble import Trouble

VALIDATE_ONLY = False
ENTITY = Array(("type", String("utf-8")), ("name", String("utf-8")))


class _Answer(Response):  # type: ignore[misc]  # aiokafka has no annotations for mypy
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "entries",
            Array(("error_code", Int16), ("error_message", String("utf-8")), ("entity", ENTITY)),
        ),
    )


class _Struct(RequestStruct):  # type: ignore[misc]  # aiokafka has no annotations for mypy
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", ENTITY),
                (
                    "ops",
                    Array(("key", String("utf-8")), ("value", Float64), ("remove", Boolean)),
                ),
            ),
        ),
        ("validate_only", Boolean),
    )


class _AlterClientQuotas(Request[_Struct]):  # type: ignore[misc]  # aiokafka has no annotations
    API_KEY = 49

    def __init__(self, producer_bytes_per_s: Mapping[str, int]) -> None:
        self._limits = producer_bytes_per_s

    def build(self, request_struct_class: type[_Struct]) -> _Struct:
        entries = [
            ([("user", name)], [("producer_byte_rate", float(rate), False)])
            for name, rate in self._limits.items()
        ]
        return request_struct_class(entries, VALIDATE_ONLY)


def declare(
    client: Mapping[str, str | int | float | bool], *, producer_bytes_per_s: Mapping[str, int]
) -> None:
    """Limits what each user may send per second. Raises Trouble when the broker refuses."""
    if producer_bytes_per_s:
        asyncio.run(_declare(client, producer_bytes_per_s))


async def _declare(
    client: Mapping[str, str | int | float | bool], limits: Mapping[str, int]
) -> None:
    connection = AIOKafkaClient(
        bootstrap_servers=client["bootstrap.servers"],
        security_protocol=client["security.protocol"],
        sasl_mechanism=client["sasl.mechanism"],
        sasl_plain_username=client["sasl.username"],
        sasl_plain_password=client["sasl.password"],
    )
    try:
        await connection.bootstrap()
        answer = await connection.send(connection.get_random_node(), _AlterClientQuotas(limits))
    except KafkaError as error:
        raise Trouble(f"Kafka n’a pas pris les quotas des partenaires : {error}") from error
    finally:
        await connection.close()
    for code, message, _ in answer.entries:
        if code:
            raise Trouble(f"Kafka n’a pas pris les quotas des partenaires : {message or code}")

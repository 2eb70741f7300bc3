"""What lets a program in: a token for HTTP, the settings for Kafka."""

from contracts import topics
from maillage.doors import PATIENCE_S
from maillage.environments import KAFKA_DOORS
from maillage.servers.kafka import MECHANISM, SECURITY_PROTOCOL
from maillage.servers.processes import LOOPBACK
from maillage.stack import Stack
from maillage.trouble import Trouble


async def token(stack: Stack, name: str, *, patience_s: float = PATIENCE_S) -> str:
    """A fresh bearer token of a program of the founding data. Raises Trouble."""
    credential = stack.credential(name)
    async with stack.door("partners", patience_s=patience_s) as door:
        return await door.token(credential, name=name)


def kafka_config(stack: Stack, name: str) -> dict[str, str | None]:
    """How a partner, or the auditor, comes in by Kafka. Raises Trouble for anyone else."""
    if name != topics.AUDITOR and name not in KAFKA_DOORS:
        able = ", ".join((*KAFKA_DOORS, topics.AUDITOR))
        raise Trouble(f"« {name} » n’a pas de porte Kafka. Choisissez : {able}.")
    partner = name in KAFKA_DOORS
    principal = topics.partner_principal(name) if partner else topics.AUDITOR
    return {
        "bootstrap": f"{LOOPBACK}:{stack.state.port('kafka')}",
        "security_protocol": SECURITY_PROTOCOL,
        "mechanism": MECHANISM,
        "username": principal,
        "password": stack.secrets.password(f"kafka:{principal}"),
        "in_topic": topics.partner_in(name) if partner else None,
        "out_topic": topics.partner_out(name) if partner else None,
        "group_prefix": topics.group_prefix(principal),
    }

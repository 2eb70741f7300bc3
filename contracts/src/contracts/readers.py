"""Who reads what: each service announces its table of readers, and nobody here imports a service.

A service that reads declares, in its own `pyproject.toml`, an entry point of the group
`maillage.readers` that leads to the mapping `READS` of its `entrypoints/inbound.py`: from the type
of a message to the pydantic model with which it reads the data. The type `*` stands for every
message of the topics that it subscribes to.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from pydantic import BaseModel

from contracts.topics import topic

GROUP: Final = "maillage.readers"
EVERY: Final = "*"

Reads = Mapping[str, type[BaseModel] | None]


def announced() -> dict[str, Reads]:
    """The table of readers of each installed service that announces one, by service."""
    found = sorted(entry_points(group=GROUP), key=lambda each: each.name)
    return {each.name: each.load() for each in found}


def readers_of(
    message_type: str, topics: tuple[str, ...], tables: Mapping[str, Reads]
) -> list[str]:
    """The services that read messages of the type, which travels on these topics."""
    entitled = {reader for name in topics for reader in topic(name).readers}
    return [
        service
        for service, reads in tables.items()
        if message_type in reads or (EVERY in reads and service in entitled)
    ]

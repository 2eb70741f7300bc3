"""The directory's facts as partners puts them on the topic, record by record."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from chassis.codec import encode_kafka
from chassis.events import Event, Record
from contracts import topics
from contracts.codes import OrganisationKind
from contracts.events.partners import OrganisationRegistered
from contracts.message import Message

START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


class Directory:
    """Writes facts about organisations, each organisation's numbered from 1."""

    def __init__(self) -> None:
        self._offsets = itertools.count()
        self._sequences: dict[UUID, int] = {}

    def tell(self, organisation: UUID, message: Message, *, event_id: str | None = None) -> Record:
        sequence = self._sequences[organisation] = self._sequences.get(organisation, 0) + 1
        return self.record(
            organisation, message.type, message.to_data(), sequence=sequence, event_id=event_id
        )

    def record(
        self,
        organisation: UUID,
        event_type: str,
        data: dict[str, object],
        *,
        sequence: int,
        event_id: str | None = None,
    ) -> Record:
        """A record that the contract may not allow."""
        at = START + timedelta(minutes=sequence)
        headers, value = encode_kafka(
            Event(
                id=event_id or str(uuid4()),
                source="/partners",
                type=event_type,
                time=at,
                recordedtime=at,
                subject=str(organisation),
                partitionkey=str(organisation),
                sequence=sequence,
                data=data,
            )
        )
        return Record(
            topic=topics.DIRECTORY,
            partition=0,
            offset=next(self._offsets),
            key=str(organisation).encode(),
            headers=tuple(headers),
            value=value,
            timestamp_ms=int(at.timestamp() * 1000),
        )


def registered(organisation: UUID, *, name: str = "Tela", slug: str = "tela") -> Message:
    return OrganisationRegistered(
        organisation=organisation, slug=slug, name=name, kind=OrganisationKind.THIRD_PLACE
    )

"""What every intent has: who decides it, and the key that helps order."""

from typing import ClassVar
from uuid import UUID

from contracts.fields import PartnerReference
from contracts.message import Message
from contracts.topics import INTAKE


class Intent(Message):
    """Something a partner says or asks.

    Attributes:
        decided_by: The service that owns the noun.
        key: The field whose id the intent is about, or `submission` when it cites none.
    """

    topic: ClassVar[str] = INTAKE
    key: ClassVar[str] = "submission"
    decided_by: ClassVar[str]

    partner_reference: PartnerReference | None = None
    """The partner's own word for the case, at most 64 safe characters, echoed in every answer.
    Never a NIR or a beneficiary number."""

    def record_key(self, submission: UUID) -> UUID:
        """The key on the intake topic: the id that the intent is about, else the submission's."""
        value = getattr(self, self.key, submission)
        return value if isinstance(value, UUID) else submission

"""Verdicts: exactly one per submission, written by the owner on its own facts topic."""

from typing import ClassVar

from contracts.fields import Detail, EventId, Id, PartnerReference, ReasonCode, TypeName
from contracts.message import Message
from contracts.topics import FACTS_OF


class Verdict(Message):
    """The owner's answer to one intent; its own facts topic carries it, so no `topic` is fixed."""

    key: ClassVar[str] = "submission"
    topics: ClassVar[tuple[str, ...]] = tuple(
        FACTS_OF[owner] for owner in ("referrals", "scheduling", "vouchers")
    )

    submission: Id
    intent: TypeName
    """The type of the intent that was decided."""
    event_id: EventId | None = None
    """The id that the partner gave its event; on the partner's own doors only."""
    partner_reference: PartnerReference | None = None
    """The partner's own word for the case; on the partner's own doors only."""


class IntentAccepted(Verdict):
    """It is so; the correlation id travels as the attribute `correlationid`."""

    type: ClassVar[str] = "maillage.intent.accepted.v1"

    subject: Id
    """The aggregate that the intent opened or changed."""


class IntentRefused(Verdict):
    """A rule says no."""

    type: ClassVar[str] = "maillage.intent.refused.v1"

    reason: ReasonCode
    detail: Detail | None = None
    """A sentence for the partner's developer; it quotes no value."""

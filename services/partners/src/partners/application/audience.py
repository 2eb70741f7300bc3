"""Who hears a fact that partners' doors tell on, by which name of the person, and how it leaves."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from chassis.database import Transaction
from partners.domain.outgoing import Listener, OutgoingFact, Referral, outward_token
from partners.storage import listeners, submissions


class UnknownYetError(Exception):
    """Something that a fact needs to be told is not known yet; `token` says what comes."""

    def __init__(self, token: str) -> None:
        super().__init__("not known yet")
        self.token = token


async def listening(
    tx: Transaction, organisations: Sequence[UUID], person: UUID, kafka_doors: AbstractSet[str]
) -> list[Listener]:
    """Those of the organisations that can be told now, each with its own id of the person.

    Raises:
        UnknownYetError: one of them has no id for the person yet; nobody may be told before.
    """
    found = await listeners.find(
        tx.connection, organisations, slugs=sorted(kafka_doors), person=person
    )
    known = []
    for each in found:
        if each.outward is None:
            raise UnknownYetError(outward_token(each.organisation, person))
        known.append(Listener(organisation=each.organisation, slug=each.slug, outward=each.outward))
    return known


async def own_submission(
    tx: Transaction, referral: Referral
) -> tuple[Mapping[str, str], str | None]:
    """What the sender sent, by its stamp and by the sender's own word for the case."""
    if referral.submission is None:
        return {}, None
    found = await submissions.by_id(tx.connection, referral.submission)
    if found is None or found.organisation != referral.sender:
        return {}, None
    return {"submission": str(found.id)}, found.partner_reference


def emit(
    tx: Transaction,
    fact: OutgoingFact,
    *,
    key: UUID,
    outward: UUID | None,
    correlation: UUID,
    happened_at: datetime,
    stamps: Mapping[str, str] | None = None,
) -> None:
    """Put the fact before the relay."""
    # Without the owner's sequence: whoever is told a part of the facts would see gaps in it, and
    # could count what it is not told. The order of the organisation's one partition is the order.
    tx.emit(
        fact,
        key=key,
        sequence=None,
        happened_at=happened_at,
        correlation=correlation,
        # Not the id used inside: this one goes out with the record. An erasure finds both by the
        # table of outward ids.
        data_subject=outward,
        extensions=stamps,
    )

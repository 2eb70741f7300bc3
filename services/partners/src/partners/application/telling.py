"""Facts of referrals on their way out: the sender hears the answers, a target what it is asked."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from partners.application.communes import told_place
from partners.domain.outgoing import (
    Asked,
    Listener,
    OutgoingFact,
    Referral,
    outward_token,
    to_target,
)
from partners.storage import listeners, referrals, submissions


class UnknownOutwardId(Exception):
    """It is not known yet how an organisation that is to be told knows the person."""

    def __init__(self, organisation: UUID, person: UUID) -> None:
        super().__init__("no outward id yet")
        self.token = outward_token(organisation, person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A referral left for its targets."""

    type: str
    referral: Referral
    asked: Asked
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A target took the person, refused, or said what came of it; `code` as its fact names it."""

    type: str
    referral: UUID
    organisation: UUID
    happened_at: datetime
    code: Mapping[str, str]


async def tell_targets(tx: Transaction, sent: Sent, *, kafka_doors: AbstractSet[str]) -> int:
    """Keep the referral and tell each target that listens; how many were told.

    Raises:
        UnknownOutwardId: one of them has no id for the person yet; nobody may be told before.
    """
    referral = sent.referral
    await referrals.keep(tx.connection, referral, now=tx.now)
    told = await _listening(tx, referral.targets, referral.person, kafka_doors)
    place = told_place(sent.asked.commune)
    for target in told:
        data = to_target(target, referral, sent.asked, place)
        fact = OutgoingFact(slug=target.slug, type=sent.type, data=data)
        _emit(tx, fact, target, referral, happened_at=sent.happened_at)
    return len(told)


async def tell_sender(tx: Transaction, answered: Answered, *, kafka_doors: AbstractSet[str]) -> int:
    """Tell the sender, if it listens, with its own reference; how many were told.

    The facts of a referral come in their order, so one whose sending was never seen was sent before
    this service kept them: there is nobody to tell.

    Raises:
        UnknownOutwardId: the sender has no id for the person yet.
    """
    referral = await referrals.by_id(tx.connection, answered.referral)
    if referral is None:
        return 0
    told = await _listening(tx, [referral.sender], referral.person, kafka_doors)
    for sender in told:
        stamps, reference = await _own_submission(tx, referral)
        data: dict[str, Any] = {
            "referral": referral.id,
            "organisation": answered.organisation,
            **answered.code,
            "partner_reference": reference,
        }
        fact = OutgoingFact(slug=sender.slug, type=answered.type, data=data)
        _emit(tx, fact, sender, referral, happened_at=answered.happened_at, stamps=stamps)
    return len(told)


async def _listening(
    tx: Transaction, organisations: Sequence[UUID], person: UUID, kafka_doors: AbstractSet[str]
) -> list[Listener]:
    found = await listeners.find(
        tx.connection, organisations, slugs=sorted(kafka_doors), person=person
    )
    known = []
    for each in found:
        if each.outward is None:
            raise UnknownOutwardId(each.organisation, person)
        known.append(Listener(organisation=each.organisation, slug=each.slug, outward=each.outward))
    return known


async def _own_submission(
    tx: Transaction, referral: Referral
) -> tuple[Mapping[str, str], str | None]:
    """What the sender sent, by its stamp and by the sender's own word for the case."""
    if referral.submission is None:
        return {}, None
    found = await submissions.by_id(tx.connection, referral.submission)
    if found is None or found.organisation != referral.sender:
        return {}, None
    return {"submission": str(found.id)}, found.partner_reference


def _emit(
    tx: Transaction,
    fact: OutgoingFact,
    to: Listener,
    referral: Referral,
    *,
    happened_at: datetime,
    stamps: Mapping[str, str] | None = None,
) -> None:
    # Without the owner's sequence: whoever is told a part of the facts would see gaps in it, and
    # could count what it is not told. The order of the organisation's one partition is the order.
    tx.emit(
        fact,
        key=referral.id,
        sequence=None,
        happened_at=happened_at,
        correlation=referral.correlation,
        # Not the id used inside: this one goes out with the record. An erasure finds both by the
        # table of outward ids.
        data_subject=to.outward,
        extensions=stamps,
    )

"""Facts of referrals on their way out: the sender hears the answers, a target what it is asked."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from partners.application.audience import emit, listening, own_submission
from partners.application.communes import told_place
from partners.domain.outgoing import (
    Asked,
    Listener,
    OutgoingFact,
    Referral,
    referral_token,
    to_target,
)
from partners.storage import referrals


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A referral left for its targets."""

    type: str
    referral: Referral
    asked: Asked
    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A target took the person, refused, saw her or said what came of it.

    `code` is what its fact says besides, under the names of the fact.
    """

    type: str
    referral: UUID
    organisation: UUID
    happened_at: datetime
    code: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirected:
    """Others are asked in the place of a target; they hear it under `sent_type`, like the first."""

    type: str
    sent_type: str
    referral: UUID
    from_organisation: UUID
    targets: tuple[UUID, ...]
    reason: str | None
    happened_at: datetime


async def tell_targets(tx: Transaction, sent: Sent, *, kafka_doors: AbstractSet[str]) -> int:
    """Keep the referral and tell each target that listens; how many were told.

    Raises:
        UnknownYetError: one of them has no id for the person yet; nobody may be told before.
    """
    referral = sent.referral
    await referrals.keep(tx.connection, referral, sent.asked.to_data(), now=tx.now)
    tx.arrived(referral_token(referral.id))
    told = await listening(tx, referral.targets, referral.person, kafka_doors)
    for target in told:
        _ask(tx, sent, target)
    return len(told)


async def tell_redirected(
    tx: Transaction, redirected: Redirected, *, kafka_doors: AbstractSet[str]
) -> int:
    """Tell the sender whole, who was asked that it is asked no longer, and the new targets.

    The new ones hear the sending, as if it had been to them. How many were told.

    Raises:
        UnknownYetError: one of them has no id for the person yet; nobody may be told before.
    """
    asked = await referrals.ask(tx.connection, redirected.referral, redirected.targets)
    referral = await referrals.by_id(tx.connection, redirected.referral)
    if referral is None:
        return 0
    concerned = [referral.sender, redirected.from_organisation, *redirected.targets]
    told = await listening(tx, concerned, referral.person, kafka_doors)
    for each in told:
        if each.organisation in redirected.targets:
            if asked is not None:
                sent = Sent(
                    type=redirected.sent_type,
                    referral=referral,
                    asked=Asked.from_data(asked),
                    happened_at=redirected.happened_at,
                )
                _ask(tx, sent, each)
        else:
            await _tell_of_redirection(tx, redirected, referral, each)
    return len(told)


async def tell_sender(tx: Transaction, answered: Answered, *, kafka_doors: AbstractSet[str]) -> int:
    """Tell the sender, if it listens, with its own reference; how many were told.

    The facts of a referral come in their order, so one whose sending was never seen was sent before
    this service kept them: there is nobody to tell.

    Raises:
        UnknownYetError: the sender has no id for the person yet.
    """
    referral = await referrals.by_id(tx.connection, answered.referral)
    if referral is None:
        return 0
    told = await listening(tx, [referral.sender], referral.person, kafka_doors)
    for sender in told:
        stamps, reference = await own_submission(tx, referral)
        data: dict[str, Any] = {
            "referral": referral.id,
            "organisation": answered.organisation,
            **answered.code,
            "partner_reference": reference,
        }
        fact = OutgoingFact(slug=sender.slug, type=answered.type, data=data)
        emit(
            tx,
            fact,
            key=referral.id,
            outward=sender.outward,
            correlation=referral.correlation,
            happened_at=answered.happened_at,
            stamps=stamps,
        )
    return len(told)


def _ask(tx: Transaction, sent: Sent, target: Listener) -> None:
    """Tell one target what it is asked."""
    data = to_target(target, sent.referral, sent.asked, told_place(sent.asked.commune))
    emit(
        tx,
        OutgoingFact(slug=target.slug, type=sent.type, data=data),
        key=sent.referral.id,
        outward=target.outward,
        correlation=sent.referral.correlation,
        happened_at=sent.happened_at,
    )


async def _tell_of_redirection(
    tx: Transaction, redirected: Redirected, referral: Referral, to: Listener
) -> None:
    data: dict[str, Any] = {
        "referral": referral.id,
        "from_organisation": redirected.from_organisation,
        "reason": redirected.reason,
    }
    stamps: Mapping[str, str] = {}
    if to.organisation == referral.sender:
        stamps, reference = await own_submission(tx, referral)
        data |= {"targets": list(redirected.targets), "partner_reference": reference}
    emit(
        tx,
        OutgoingFact(slug=to.slug, type=redirected.type, data=data),
        key=referral.id,
        outward=to.outward,
        correlation=referral.correlation,
        happened_at=redirected.happened_at,
        stamps=stamps,
    )

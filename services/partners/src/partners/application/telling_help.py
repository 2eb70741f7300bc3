"""Facts of help on their way out: seats, presences, visits, booklets and vouchers.

The organisation of the place or the counter hears them whole. Whoever sent the person there hears
that they happened, under its own word for the case.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from partners.application.audience import UnknownYetError, emit, own_submission
from partners.domain.outgoing import (
    Helped,
    OutgoingFact,
    Referral,
    booking_token,
    outward_token,
    referral_token,
    to_sender,
)
from partners.storage import bookings, listeners, referrals
from partners.storage.listeners import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpFact:
    """What of a fact goes out; the person is put in by the id of each who is told."""

    type: str
    key: UUID
    correlation: UUID
    happened_at: datetime
    data: Mapping[str, Any]


async def tell_booked(
    tx: Transaction, fact: HelpFact, helped: Helped, *, kafka_doors: AbstractSet[str]
) -> int:
    """Keep whom the booking is for, and tell of it; how many were told.

    Raises:
        UnknownYetError: its referral, or an organisation's id for the person, is not known yet.
    """
    await bookings.keep(tx.connection, fact.key, helped, now=tx.now)
    tx.arrived(booking_token(fact.key))
    return await tell_help(tx, fact, helped, kafka_doors=kafka_doors)


async def tell_of_booking(
    tx: Transaction, fact: HelpFact, booking: UUID, *, kafka_doors: AbstractSet[str]
) -> int:
    """Tell what became of a booking; how many were told.

    The facts of a booking come in their order, so one that was never seen was confirmed before this
    service kept them: there is nobody to tell.

    Raises:
        UnknownYetError: as for `tell_help`.
    """
    helped = await bookings.by_id(tx.connection, booking)
    return 0 if helped is None else await tell_help(tx, fact, helped, kafka_doors=kafka_doors)


async def tell_of_voucher(
    tx: Transaction, fact: HelpFact, booking: UUID, *, kafka_doors: AbstractSet[str]
) -> int:
    """Tell what became of a voucher, which may overtake its booking; how many were told.

    Raises:
        UnknownYetError: the booking is not known yet, or as for `tell_help`.
    """
    helped = await bookings.by_id(tx.connection, booking)
    if helped is None:
        raise UnknownYetError(booking_token(booking))
    return await tell_help(tx, fact, helped, kafka_doors=kafka_doors)


async def tell_help(
    tx: Transaction, fact: HelpFact, helped: Helped, *, kafka_doors: AbstractSet[str]
) -> int:
    """Tell the organisation itself, and the sender of the referral, if any; how many were told.

    Raises:
        UnknownYetError: the referral, or an organisation's id for the person, is not known yet.
    """
    referral = await _referral(tx, helped.referral)
    stamps, reference = ({}, None) if referral is None else await own_submission(tx, referral)
    told = await _listening(tx, helped, referral, kafka_doors)
    for each in told:
        sent = referral is not None and each.organisation == referral.sender
        own = each.organisation == helped.organisation
        data = {**(fact.data if own else to_sender(fact.data)), "person": each.outward}
        if sent and reference:
            data["partner_reference"] = reference
        emit(
            tx,
            OutgoingFact(slug=each.slug, type=fact.type, data=data),
            key=fact.key,
            outward=each.outward,
            correlation=fact.correlation,
            happened_at=fact.happened_at,
            stamps=stamps if sent else None,
        )
    return len(told)


async def _referral(tx: Transaction, identifier: UUID | None) -> Referral | None:
    if identifier is None:
        return None
    found = await referrals.by_id(tx.connection, identifier)
    if found is None:
        raise UnknownYetError(referral_token(identifier))
    return found


async def _listening(
    tx: Transaction, helped: Helped, referral: Referral | None, kafka_doors: AbstractSet[str]
) -> list[Found]:
    """Who is told; sender and targets of a referral are each given an id, which is waited for.

    Any other organisation is told without the person: it may never be given an id.
    """
    person = helped.person if referral is None else referral.person
    named = set() if referral is None else {referral.sender, *referral.targets}
    wanted = [helped.organisation, *([] if referral is None else [referral.sender])]
    found = await listeners.find(tx.connection, wanted, slugs=sorted(kafka_doors), person=person)
    for each in found:
        if person is not None and each.outward is None and each.organisation in named:
            raise UnknownYetError(outward_token(each.organisation, person))
    return found

"""A distributor hands a booklet over to a person (remettre)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from vouchers.application.acts import Act, RefusedError, begin, record
from vouchers.application.redemption import reconcile_all
from vouchers.domain.directory import Standing
from vouchers.domain.events import BookletIssued
from vouchers.domain.instants import day_in_france
from vouchers.domain.ledger import OperationKind
from vouchers.domain.refusals import (
    NoStock,
    NotYourReferral,
    OrganisationNotActive,
    OtherPerson,
    StatementClosed,
    UnknownProgramme,
    UnknownReferral,
    ValidityOver,
)
from vouchers.storage import bookings, booklets, organisations, programmes, statements
from vouchers.storage.bookings import Referral
from vouchers.storage.booklets import Issue
from vouchers.storage.ledger import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueBooklet:
    """`person` may be left out under a referral: it says whom it is about."""

    act: Act
    distributor: UUID
    programme: UUID
    person: UUID | None
    referral: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a handing over came to; not `fresh` when it was done before."""

    reply: dict[str, Any]
    fresh: bool
    booklet: UUID
    correlation: UUID
    person: UUID | None = None


async def issue_booklet(tx: Transaction, command: IssueBooklet) -> Issued:
    """Hand the distributor's next booklet over; the person's bookings get their holds.

    Raises:
        RefusedError: a rule says no; nothing of the command may be kept.
    """
    begun = await begin(tx, command.act)
    if isinstance(begun, Stored):
        return _issued(begun.reply, fresh=False)
    await _check_active(tx, command.distributor)
    programme = await programmes.find(tx.connection, command.programme)
    if programme is None:
        raise RefusedError(UnknownProgramme())
    if programme.valid_until < day_in_france(begun):
        raise RefusedError(ValidityOver())
    person, correlation = await _for_whom(tx, command)
    next_one = await booklets.next_in_stock(
        tx.connection, distributor=command.distributor, programme=programme.id
    )
    if next_one is None:
        raise RefusedError(NoStock())
    booklet, sequence = next_one
    if await statements.is_closed(tx.connection, programme.id):
        raise RefusedError(StatementClosed())
    reply = {"booklet": str(booklet), "correlation_id": str(correlation)}
    await record(tx, command.act, OperationKind.ISSUE, reply=reply)
    issue = Issue(
        booklet=booklet,
        holder=new_id(),
        person=person,
        issued_at=begun,
        referral=command.referral,
        correlation=correlation,
    )
    await booklets.issue(tx.connection, issue)
    fact = BookletIssued(
        booklet=booklet,
        programme=programme.id,
        person=person,
        distributor=command.distributor,
        referral=command.referral,
        face_cents=programme.booklet_cents,
        valid_until=programme.valid_until,
    )
    tx.emit(
        fact,
        key=booklet,
        sequence=sequence + 1,
        happened_at=begun,
        correlation=correlation,
        data_subject=person,
    )
    found = await bookings.of_person(tx.connection, person)
    await reconcile_all(tx, command.act, list(found))
    return _issued(reply, fresh=True, person=person)


async def hear_of_referral(tx: Transaction, referral: Referral) -> None:
    """Keep whose journey a referral is; what waited for it is decided now."""
    await bookings.hear_referral(tx.connection, referral)
    tx.arrived(f"referral:{referral.id}")


async def hear_of_redirection(tx: Transaction, referral: UUID, targets: Sequence[UUID]) -> None:
    """Others are asked in the place of a target: they take part from now on."""
    await bookings.add_parties(tx.connection, referral, targets)


async def _for_whom(tx: Transaction, command: IssueBooklet) -> tuple[UUID, UUID]:
    """The person, and the journey: the referral's, or one that opens here."""
    if command.referral is None:
        if command.person is None:
            raise TypeError("neither a person nor a referral")
        return command.person, new_id()
    referral = await bookings.find_referral(tx.connection, command.referral)
    if referral is None:
        raise RefusedError(UnknownReferral())
    if command.distributor not in referral.parties:
        raise RefusedError(NotYourReferral())
    if command.person is not None and command.person != referral.person:
        raise RefusedError(OtherPerson())
    return referral.person, referral.correlation


async def _check_active(tx: Transaction, distributor: UUID) -> None:
    found = await organisations.find(tx.connection, distributor)
    if found is None or found.standing is not Standing.ACTIVE:
        raise RefusedError(OrganisationNotActive())


def _issued(reply: Any, *, fresh: bool, person: UUID | None = None) -> Issued:  # noqa: ANN401 - JSON
    return Issued(
        reply=dict(reply),
        fresh=fresh,
        booklet=UUID(reply["booklet"]),
        correlation=UUID(reply["correlation_id"]),
        person=person,
    )

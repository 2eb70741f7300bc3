"""Accounts and postings of the voucher ledger, as data (ledger.md §2, the part that stands here).

Always, per programme: funds = backing + booklet + held + due + settled + expired. Later postings
bring accounts of their own (recoverable, credit); none of these changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("b3d1f0a4-6c1e-5b0e-9a65-0e5f5c3f7a11")


class AccountKind(StrEnum):
    """What stands on an account, and whose it is."""

    FUNDS = "funds"
    """Money that payment orders brought to a programme; the one account that debits raise."""
    BACKING = "backing"
    """What backs an order whose titles have no value yet."""
    BOOKLET = "booklet"
    """What the holder of a booklet can still spend."""
    HELD = "held"
    """What of a booklet is set aside for bookings."""
    DUE = "due"
    """What an organisation of places earned and no settlement names yet: a sum, no balance."""
    SETTLED = "settled"
    """What one settlement says will be paid."""
    EXPIRED = "expired"
    """What of an order nobody used in time."""


class OperationKind(StrEnum):
    """What an operation did; half of them move no money, so that one journal covers all."""

    PROGRAMME_OPENING = "programme-opening"
    LABEL_GRANT = "label-grant"
    LABEL_WITHDRAWAL = "label-withdrawal"
    ORDER = "order"
    PAYMENT_ORDER_PROPOSAL = "payment-order-proposal"
    PAYMENT_ORDER = "payment-order"
    DELIVERY = "delivery"
    ACTIVATION_PROPOSAL = "activation-proposal"
    ACTIVATION = "activation"
    ISSUE = "issue"
    HOLD = "hold"
    RELEASE = "release"
    REDEMPTION = "redemption"
    REDEMPTION_REFUSAL = "redemption-refusal"
    REVERSAL = "reversal"
    REVERSAL_AFTER_STATEMENT = "reversal-after-statement"
    """The value would have expired by now, had it not been redeemed (ledger.md §2, note 1)."""
    SETTLEMENT = "settlement"
    STATEMENT_PROPOSAL = "statement-proposal"
    STATEMENT = "statement"
    """The grace is over: what is left on the booklets expires."""


POSTINGS: Final[Mapping[OperationKind, tuple[AccountKind, AccountKind]]] = MappingProxyType(
    {
        OperationKind.PAYMENT_ORDER: (AccountKind.FUNDS, AccountKind.BACKING),
        OperationKind.ACTIVATION: (AccountKind.BACKING, AccountKind.BOOKLET),
        OperationKind.HOLD: (AccountKind.BOOKLET, AccountKind.HELD),
        OperationKind.RELEASE: (AccountKind.HELD, AccountKind.BOOKLET),
        OperationKind.REDEMPTION: (AccountKind.HELD, AccountKind.DUE),
        OperationKind.REVERSAL: (AccountKind.DUE, AccountKind.BOOKLET),
        OperationKind.REVERSAL_AFTER_STATEMENT: (AccountKind.DUE, AccountKind.EXPIRED),
        OperationKind.SETTLEMENT: (AccountKind.DUE, AccountKind.SETTLED),
        OperationKind.STATEMENT: (AccountKind.BOOKLET, AccountKind.EXPIRED),
    }
)
"""Debit and credit of each kind of operation that moves money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account (compte): of a programme, an order, a booklet, an organisation, a settlement."""

    kind: AccountKind
    programme: UUID
    owner: UUID

    @property
    def id(self) -> UUID:
        """Follows from what the account is: two who need it first make the same one."""
        return uuid5(_NAMESPACE, f"{self.kind}:{self.programme}:{self.owner}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Positive integer cents from one account to another (écriture).

    `resolves` is the number of the operation that made the hold which ends here.
    """

    debit: Account
    credit: Account
    cents: int
    resolves: int | None = None


def posting(
    kind: OperationKind,
    *,
    programme: UUID,
    debit: UUID,
    credit: UUID,
    cents: int,
    resolves: int | None = None,
) -> Transfer:
    """The transfer that an operation of this kind makes, between the owners' accounts."""
    debited, credited = POSTINGS[kind]
    return Transfer(
        debit=Account(kind=debited, programme=programme, owner=debit),
        credit=Account(kind=credited, programme=programme, owner=credit),
        cents=cents,
        resolves=resolves,
    )


def effect(transfer: Transfer) -> Mapping[Account, int]:
    """By how much each stored balance changes; money comes in through funds, raised by debits."""
    return {
        account: cents if (account.kind is AccountKind.FUNDS) == debited else -cents
        for account, debited, cents in (
            (transfer.debit, True, transfer.cents),
            (transfer.credit, False, transfer.cents),
        )
        if account.kind is not AccountKind.DUE
    }

"""The facts of vouchers: programmes, labels, orders, booklets, redemptions, settlements.

Amounts are integer cents of euro. Whoever pays for a voucher is told with it: the split names each
funder's part, and the parts add up to the amount. On a partner's own topic a person bears that
partner's id, or none where the partner was given no id of them.
"""

from typing import Annotated, ClassVar

from pydantic import Field

from contracts.codes import HoldReleaseReason, LabelEndReason, ReversalReason
from contracts.fields import (
    Booklets,
    Cents,
    Count,
    Date,
    Id,
    PartnerReference,
    ProgrammeName,
    ReasonCode,
    Serial,
)
from contracts.message import Message, Part
from contracts.topics import DIRECTORY, VOUCHERS


class Funder(Part):
    """One funder of a programme (financeur) and its parts of every voucher."""

    funder: Id
    parts: Annotated[int, Field(ge=1, le=1_000_000)]
    """Its weight: 60, 20 and 20, or 1, 1 and 1."""


class FunderCents(Part):
    """What one funder bears of an amount."""

    funder: Id
    cents: Annotated[int, Field(ge=0, le=10_000_000_000)]


class Stock(Part):
    """Booklets that one distributor received."""

    distributor: Id
    booklets: Booklets


Funders = Annotated[list[Funder], Field(min_length=1, max_length=20)]
Split = Annotated[list[FunderCents], Field(min_length=1, max_length=20)]
Stocks = Annotated[list[Stock], Field(min_length=1, max_length=200)]


class ProgrammeOpened(Message):
    """A programme of vouchers (dispositif de pass numériques) is open."""

    type: ClassVar[str] = "maillage.programme.opened.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "programme"

    programme: Id
    name: ProgrammeName
    denomination_cents: Cents
    """The face value of one voucher."""
    booklet_size: Count
    """How many vouchers one booklet (carnet) holds."""
    valid_until: Date
    """The last day on which a session may be paid with a voucher."""
    grace_until: Date
    """The last day, inclusive, on which such a session may be recorded."""
    statement_on: Date
    """The day of the statement of what was left unused."""
    funders: Funders


class LabelGranted(Message):
    """A place accepts the vouchers of a programme, from a day on (labellisation)."""

    type: ClassVar[str] = "maillage.label.granted.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "label"

    label: Id
    programme: Id
    place: Id
    from_on: Date
    until_on: Date | None = None
    """The last day, inclusive; without it the label has no end yet."""


class LabelWithdrawn(Message):
    """The label ends; what was redeemed under it stays."""

    type: ClassVar[str] = "maillage.label.withdrawn.v1"
    topic: ClassVar[str] = DIRECTORY
    key: ClassVar[str] = "label"

    label: Id
    programme: Id
    place: Id
    until_on: Date
    """The last day, inclusive."""
    reason: LabelEndReason


class OrderPlaced(Message):
    """Booklets are ordered for a programme (commande)."""

    type: ClassVar[str] = "maillage.order.placed.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "order"

    order: Id
    programme: Id
    buyer: Id
    booklets: Booklets
    face_cents: Cents
    """The value of all vouchers of the order."""


class OrderFunded(Message):
    """A payment order (mandat de paiement) backs the order, in part or in full."""

    type: ClassVar[str] = "maillage.order.funded.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "order"

    order: Id
    programme: Id
    buyer: Id
    cents: Cents
    """What this payment order brought."""
    funded_cents: Cents
    """What the order has been given so far."""
    face_cents: Cents


class OrderDelivered(Message):
    """The booklets are with their distributors (livraison)."""

    type: ClassVar[str] = "maillage.order.delivered.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "order"

    order: Id
    programme: Id
    booklets: Booklets
    stocks: Stocks


class OrderActivated(Message):
    """Backed and delivered, the booklets have value; the funders' shares are fixed."""

    type: ClassVar[str] = "maillage.order.activated.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "order"

    order: Id
    programme: Id
    buyer: Id
    booklets: Booklets
    face_cents: Cents
    split: Split


class BookletIssued(Message):
    """A distributor handed a booklet over to a person (remise)."""

    type: ClassVar[str] = "maillage.booklet.issued.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "booklet"
    about: ClassVar[str | None] = "person"

    booklet: Id
    programme: Id
    person: Id | None = None
    """Always, but on a partner's topic."""
    distributor: Id
    referral: Id | None = None
    face_cents: Cents
    valid_until: Date
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class BookletHeld(Message):
    """An amount of the booklet is set aside for a booking."""

    type: ClassVar[str] = "maillage.booklet.held.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "booklet"
    about: ClassVar[str | None] = "person"

    booklet: Id
    programme: Id
    person: Id
    booking: Id
    session: Id
    place: Id
    amount_cents: Cents


class BookletHoldReleased(Message):
    """The amount set aside is free again."""

    type: ClassVar[str] = "maillage.booklet.hold-released.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "booklet"
    about: ClassVar[str | None] = "person"

    booklet: Id
    programme: Id
    person: Id
    booking: Id
    amount_cents: Cents
    reason: HoldReleaseReason


class RedemptionRefused(Message):
    """A title was presented and cannot be redeemed; the booking and the attendance stand."""

    type: ClassVar[str] = "maillage.redemption.refused.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "refusal"
    about: ClassVar[str | None] = "person"

    refusal: Id
    person: Id
    booking: Id
    session: Id
    place: Id
    organisation: Id
    """The organisation of the place, which is not paid for this session."""
    reason: ReasonCode


class VoucherRedeemed(Message):
    """A voucher paid for a session that took place (encaissement)."""

    type: ClassVar[str] = "maillage.voucher.redeemed.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "voucher"
    about: ClassVar[str | None] = "person"

    voucher: Id
    serial: Serial
    """The voucher's rank in its order."""
    booklet: Id
    programme: Id
    person: Id | None = None
    """Always, but on a partner's topic."""
    booking: Id
    """The booking whose attendance proves the redemption."""
    session: Id
    place: Id
    organisation: Id
    """The organisation of the place, to which the amount is due."""
    cents: Cents
    split: Split
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class VoucherReversed(Message):
    """The presence was corrected: the voucher pays nothing and may be used again (annulation)."""

    type: ClassVar[str] = "maillage.voucher.reversed.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "voucher"
    about: ClassVar[str | None] = "person"

    voucher: Id
    serial: Serial
    booklet: Id
    programme: Id
    person: Id
    booking: Id
    place: Id
    organisation: Id
    """The organisation of the place, to which the amount is no longer due."""
    cents: Cents
    split: Split
    reason: ReversalReason
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class VoucherSettled(Message):
    """The voucher stands in a settlement: its amount will be paid to the place's organisation."""

    type: ClassVar[str] = "maillage.voucher.settled.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "voucher"
    about: ClassVar[str | None] = "person"

    voucher: Id
    serial: Serial
    booklet: Id
    settlement: Id
    programme: Id
    person: Id | None = None
    """Always, but on a partner's topic."""
    booking: Id
    place: Id
    organisation: Id
    cents: Cents
    split: Split
    partner_reference: PartnerReference | None = None
    """The word for the case of the sender of the referral; on the sender's own topic only."""


class SettlementDrawnUp(Message):
    """What is due to one organisation up to a cut-off (décompte de remboursement)."""

    type: ClassVar[str] = "maillage.settlement.drawn-up.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "settlement"

    settlement: Id
    programme: Id
    organisation: Id
    number: Annotated[int, Field(ge=1, le=1_000_000)]
    """Counts the settlements of the organisation in the programme."""
    cut_off: Annotated[int, Field(ge=1, le=2**63 - 1)]
    """The number of the last operation of the ledger that counts."""
    cents: Cents
    vouchers: Count
    split: Split


class StatementIssued(Message):
    """What nobody used of a programme after its grace (état des pass non utilisés)."""

    type: ClassVar[str] = "maillage.statement.issued.v1"
    topic: ClassVar[str] = VOUCHERS
    key: ClassVar[str] = "statement"

    statement: Id
    programme: Id
    on: Date
    """The day in France on which it was issued: what is learnt later is redeemed no more."""
    vouchers: Annotated[int, Field(ge=0, le=10_000_000)]
    cents: Annotated[int, Field(ge=0, le=10_000_000_000)]
    split: Split

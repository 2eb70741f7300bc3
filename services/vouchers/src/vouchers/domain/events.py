"""What became so at vouchers. Codes, ids and integer cents only."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from vouchers.domain.booklets import Share
from vouchers.domain.programmes import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeOpened:
    programme: Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGranted:
    label: UUID
    programme: UUID
    place: UUID
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelWithdrawn:
    label: UUID
    programme: UUID
    place: UUID
    until_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced:
    order: UUID
    programme: UUID
    buyer: UUID
    booklets: int
    face_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFunded:
    """Un mandat de paiement: `cents` came, `funded_cents` are there."""

    order: UUID
    programme: UUID
    buyer: UUID
    cents: int
    funded_cents: int
    face_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered:
    """Booklets by distributor."""

    order: UUID
    programme: UUID
    booklets: int
    stocks: tuple[tuple[UUID, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderActivated:
    order: UUID
    programme: UUID
    buyer: UUID
    booklets: int
    face_cents: int
    split: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletIssued:
    booklet: UUID
    programme: UUID
    person: UUID
    distributor: UUID
    referral: UUID | None
    face_cents: int
    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletHeld:
    booklet: UUID
    programme: UUID
    person: UUID
    booking: UUID
    session: UUID
    place: UUID
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BookletHoldReleased:
    booklet: UUID
    programme: UUID
    person: UUID
    booking: UUID
    amount_cents: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionRefused:
    """A title was presented for nothing; the attendance stands, and a person will look at it."""

    refusal: UUID
    person: UUID
    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRedeemed:
    voucher: UUID
    serial: int
    booklet: UUID
    programme: UUID
    person: UUID
    booking: UUID
    session: UUID
    place: UUID
    organisation: UUID
    cents: int
    split: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherReversed:
    """The presence was corrected: the place is not due this voucher, and it may be used again."""

    voucher: UUID
    serial: int
    booklet: UUID
    programme: UUID
    person: UUID
    booking: UUID
    place: UUID
    organisation: UUID
    cents: int
    split: tuple[Share, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherSettled:
    voucher: UUID
    serial: int
    booklet: UUID
    settlement: UUID
    programme: UUID
    person: UUID
    booking: UUID
    place: UUID
    organisation: UUID
    cents: int
    split: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementDrawnUp:
    settlement: UUID
    programme: UUID
    organisation: UUID
    number: int
    cut_off: int
    cents: int
    vouchers: int
    split: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementIssued:
    """What nobody used of a programme, and what each funder had put into it."""

    statement: UUID
    programme: UUID
    on: date
    vouchers: int
    cents: int
    split: tuple[Share, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionAccepted:
    submission: UUID
    intent: str
    subject: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionRefused:
    submission: UUID
    intent: str
    reason: str
    detail: str

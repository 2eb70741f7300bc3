"""Every "no" that vouchers can say, as data; the words for it are made at the edge.

Refusal
├── of any command     TimeOutOfRange · OrganisationNotActive · UnknownProgramme
├── of an order        UnknownOrder · WrongStep · SplitNegative · SamePerson · PaymentOrderTwice
│                      AboveFaceValue · UnknownProposal · StocksDiffer · UnknownOrganisation
├── of a programme     CalendarDisordered
├── of a label         UnknownPlace · UnknownLabel · LabelOverlaps · WithdrawnBeforeToday
├── of a handing over  NoStock · UnknownReferral · OtherPerson · NotYourReferral · ValidityOver
├── of a redemption    NoBooklet · PlaceNotLabelled · StatementClosed
├── of a settlement    CutOffAhead · UnknownSettlement
└── of a statement     GraceRunning · StatementProposed · StatementClosed
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule said no. `code` is what a verdict, a problem, a fact or a page carries."""

    code: ClassVar[str]


class TimeOutOfRange(Refusal):
    """Too far back for a credential without the scope `history`, or ahead of now."""

    code: ClassVar[str] = "time-out-of-range"


class OrganisationNotActive(Refusal):
    code: ClassVar[str] = "organisation-not-active"


class UnknownOrganisation(Refusal):
    code: ClassVar[str] = "unknown-organisation"


class UnknownProgramme(Refusal):
    code: ClassVar[str] = "unknown-programme"


class CalendarDisordered(Refusal):
    """The end of validity, of grace and the statement do not follow each other."""

    code: ClassVar[str] = "calendar-disordered"


class UnknownOrder(Refusal):
    code: ClassVar[str] = "unknown-order"


class WrongStep(Refusal):
    """The order has not come to this step, or is past it."""

    code: ClassVar[str] = "wrong-step"


class SplitNegative(Refusal):
    """With these shares a voucher would cost a funder less than nothing."""

    code: ClassVar[str] = "split-negative"


class SamePerson(Refusal):
    """Four eyes: whoever proposed may not approve."""

    code: ClassVar[str] = "same-person"


class PaymentOrderTwice(Refusal):
    """The buyer's payment order of that year and number was entered before."""

    code: ClassVar[str] = "payment-order-twice"


class AboveFaceValue(Refusal):
    """More money than the order's vouchers are worth."""

    code: ClassVar[str] = "above-face-value"


class UnknownProposal(Refusal):
    code: ClassVar[str] = "unknown-proposal"


class StocksDiffer(Refusal):
    """The distributors' booklets do not add up to the order's."""

    code: ClassVar[str] = "stocks-differ"


class UnknownPlace(Refusal):
    code: ClassVar[str] = "unknown-place"


class UnknownLabel(Refusal):
    code: ClassVar[str] = "unknown-label"


class LabelOverlaps(Refusal):
    """The place has a label of the programme on some of these days."""

    code: ClassVar[str] = "label-overlaps"


class WithdrawnBeforeToday(Refusal):
    """A withdrawal never takes effect before today (ledger.md rule 13)."""

    code: ClassVar[str] = "withdrawn-before-today"


class NoStock(Refusal):
    """The distributor has no active booklet of the programme left."""

    code: ClassVar[str] = "no-stock"


class UnknownReferral(Refusal):
    code: ClassVar[str] = "unknown-referral"


class OtherPerson(Refusal):
    """The referral is about somebody else."""

    code: ClassVar[str] = "other-person"


class NotYourReferral(Refusal):
    """The organisation neither sent the referral nor was asked."""

    code: ClassVar[str] = "not-your-referral"


class ValidityOver(Refusal):
    """The programme's vouchers can pay no session any more."""

    code: ClassVar[str] = "validity-over"


class NoBooklet(Refusal):
    """The person has no booklet with enough left that is valid on the day of the session."""

    code: ClassVar[str] = "no-booklet"


class PlaceNotLabelled(Refusal):
    """The place did not accept the person's vouchers on the day of the session."""

    code: ClassVar[str] = "place-not-labelled"


class StatementClosed(Refusal):
    """The programme's unused vouchers are stated: none is used, activated or stated any more."""

    code: ClassVar[str] = "statement-closed"


class StatementProposed(Refusal):
    """The statement waits for a second pair of eyes."""

    code: ClassVar[str] = "statement-proposed"


class GraceRunning(Refusal):
    """Vouchers of the programme may still be recorded: nothing expires yet."""

    code: ClassVar[str] = "grace-running"


class UnknownSettlement(Refusal):
    """No such settlement, or none of the caller's organisation."""

    code: ClassVar[str] = "unknown-settlement"


class CutOffAhead(Refusal):
    """The ledger has no operation of that number yet."""

    code: ClassVar[str] = "cut-off-ahead"


BY_CODE = {each.code: each for each in Refusal.__subclasses__()}

"""Who may read a name: the agreement to share gates it, each time it is read (messages.md §2.7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from referrals.domain.referrals import State
from referrals.domain.refusals import NoAgreement

# The one scope that reaches beyond the receivers of the referral it was taken with.
WIDE_SCOPE: Final = "consortium"
_HELPS_NO_MORE: Final = frozenset({State.REFUSED, State.REDIRECTED})


class Ground(StrEnum):
    """Why a name may be read; stands in the journal of look-ups."""

    REGISTERED_BY_US = "registered-by-us"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A referral of the person to the organisation that asks, and the agreement taken with it."""

    referral: UUID
    agreement: UUID | None
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    ground: Ground
    referral: UUID | None = None
    agreement: UUID | None = None


def permit(
    *, registered_by_us: bool, shares: Sequence[Share], wide_agreement: UUID | None
) -> Permission | NoAgreement:
    """Decide whether an organisation may read the name of a person, and on what ground.

    Who deposited the person always may. A receiver may while an agreement covers a referral that
    it has not refused, and for which it is still asked: who will not help has no more need of the
    name (domain.md §7.1).
    `wide_agreement` is one that the person gave for every organisation that helps her.
    """
    if registered_by_us:
        return Permission(ground=Ground.REGISTERED_BY_US)
    for share in shares:
        agreement = share.agreement or wide_agreement
        if agreement is not None and share.state not in _HELPS_NO_MORE:
            return Permission(ground=Ground.AGREEMENT, referral=share.referral, agreement=agreement)
    return NoAgreement()

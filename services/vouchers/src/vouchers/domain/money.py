"""Integer cents, divided so that the parts always add up (ledger.md rule 4)."""

from collections.abc import Sequence


class NegativeShareError(Exception):
    """With these weights one serial's line would be negative: the split is refused."""

    def __init__(self, serial: int) -> None:
        super().__init__(f"serial {serial} would have a negative share")
        self.serial = serial


def largest_remainder(cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide `cents` by `weights`; the cents left over go to the largest remainders.

    Of equal remainders the first in the list is served first, so that the same question always
    has the same answer.
    """
    total = sum(weights)
    parts = [cents * weight // total for weight in weights]
    remainders = [cents * weight % total for weight in weights]
    left = cents - sum(parts)
    first_served = sorted(range(len(weights)), key=lambda place: (-remainders[place], place))
    for place in first_served[:left]:
        parts[place] += 1
    return tuple(parts)


def shares_of_serial(serial: int, *, face_cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """What each funder bears of one voucher: LR(k·face) - LR((k-1)·face), k from 1.

    Every prefix of an order is divided by largest remainder as a whole, so no funder drifts by
    more than a cent however many vouchers there are.

    Raises:
        NegativeShareError: largest remainder took a cent back, which it may with tiny faces.
    """
    up_to_here = largest_remainder(serial * face_cents, weights)
    before = largest_remainder((serial - 1) * face_cents, weights)
    shares = tuple(after - earlier for after, earlier in zip(up_to_here, before, strict=True))
    if min(shares) < 0:
        raise NegativeShareError(serial)
    return shares

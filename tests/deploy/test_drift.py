"""The comparison of counts: what differs is told, a count that nobody made is 0."""

import pytest

from maillage.drift import Line, compare, show
from maillage.narration import Narration

OWNERS = {
    "referrals": {"referrals_sent": 3},
    "vouchers": {"cents_settled": 200, "cents_settled_in_settlements": 200, "vouchers_unused": 0},
}
FOLD = {"referrals_sent": 3, "cents_settled": 200}


def differing(lines: list[Line]) -> list[str]:
    return [line.name for line in lines if line.differs]


def test_equal_counts_differ_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    lines = compare(OWNERS, FOLD)
    assert len(lines) == 4
    assert show(lines, Narration()) == 0
    assert "0 écart sur 4 comptes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("owners", "fold", "names"),
    [
        (OWNERS, FOLD | {"referrals_sent": 2}, ["referrals_sent"]),
        (OWNERS, FOLD | {"visits": 1}, ["visits"]),
        (OWNERS | {"scheduling": {"visits": 1}}, FOLD, ["visits"]),
        (
            {"vouchers": {"cents_settled": 200, "cents_settled_in_settlements": 199}},
            {"cents_settled": 200},
            ["cents_settled_in_settlements"],
        ),
    ],
    ids=["one less", "only told", "only done", "settlements against the journal"],
)
def test_what_differs_is_named(
    owners: dict[str, dict[str, int]],
    fold: dict[str, int],
    names: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = compare(owners, fold)
    assert differing(lines) == names
    assert show(lines, Narration()) == 1
    assert "1 écart sur" in capsys.readouterr().out

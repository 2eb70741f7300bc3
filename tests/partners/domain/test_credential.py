"""Secrets are kept as keyed hashes."""

import pytest

from partners.domain.credential import check_label, secret_hash, secret_matches
from partners.domain.refusals import BadGrant

KEY = b"k" * 32


def test_a_secret_is_known_again_and_no_other_is() -> None:
    kept = secret_hash("correct", key=KEY)

    assert secret_matches("correct", kept, key=KEY)
    assert not secret_matches("correct ", kept, key=KEY)
    assert not secret_matches("", kept, key=KEY)


def test_the_hash_is_worth_nothing_under_another_key() -> None:
    assert not secret_matches("correct", secret_hash("correct", key=KEY), key=b"j" * 32)


def test_the_secret_does_not_stand_in_the_hash() -> None:
    assert "correct" not in secret_hash("correct", key=KEY)


@pytest.mark.parametrize("label", ["", "  ", "x" * 81, "a\0b"])
def test_a_label_is_short_and_printable(label: str) -> None:
    with pytest.raises(BadGrant):
        check_label(label)

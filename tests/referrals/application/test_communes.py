import pytest

from referrals.application.communes import Commune, recognise


@pytest.mark.parametrize("written", ["23121", "Malval"])
def test_a_commune_that_a_merger_ended_is_the_one_of_today(written: str) -> None:
    assert recognise(written) == Commune(code="23109", name="Linard-Malval", corrected=True)


def test_a_code_of_today_needs_no_correction() -> None:
    assert recognise(" 23247 ") == Commune(code="23247", name="Saint-Vaury", corrected=False)

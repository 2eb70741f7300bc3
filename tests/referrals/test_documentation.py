"""The README says what the code does."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from referrals.domain import refusals
from referrals.domain.referrals import TRANSITIONS, State, Step
from referrals.domain.refusals import Refusal
from referrals.entrypoints.wording import SENTENCES
from referrals.metrics import Metrics

README = (Path(__file__).parents[2] / "services/referrals/README.md").read_text(encoding="utf-8")
CODES = sorted(
    each.code for each in Refusal.__subclasses__() if each.__module__ == refusals.__name__
)


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_has_its_sentence_and_stands_in_the_readme(code: str) -> None:
    assert SENTENCES[code].endswith(".")
    assert f"`{code}`" in README or code == "no-agreement"


def test_the_table_of_the_readme_is_the_table_of_the_code() -> None:
    for state in State:
        results = [TRANSITIONS[state, step] for step in Step]
        cells = [each.code if isinstance(each, Refusal) else each.value for each in results]
        assert f"| `{state}` | " + " | ".join(f"`{cell}`" for cell in cells) + " |" in README


def test_every_metric_stands_in_the_readme() -> None:
    registry = CollectorRegistry()
    Metrics(registry)

    names = [family.name for family in registry.collect()]

    assert names
    assert all(f"`{name}_total" in README for name in names)

"""What people must be able to look up stands in the docs: codes, settings, metrics."""

import re
from typing import Literal, get_args, get_origin

import pytest
from prometheus_client import CollectorRegistry

from chassis.settings import ENV_PREFIX
from tests.architecture.built import build, settings_class
from tests.architecture.codes import codes_in_code, codes_of
from tests.architecture.sources import ROOT, SERVICES, Source

OPERATIONS = "docs/operations.md"
TABLE_CODE = re.compile(r"^\| (?P<codes>(?:`[a-z-]+`(?:, )?)+) \|", re.MULTILINE)


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def documented_codes() -> set[str]:
    rows = TABLE_CODE.finditer(text_of("docs/errors.md"))
    return {code for row in rows for code in re.findall(r"`([a-z-]+)`", row["codes"])}


def metric_names(registry: CollectorRegistry) -> set[str]:
    """The names as Prometheus shows them, the client library's own apart."""
    families = [family for family in registry.collect() if not family.name.startswith(CLIENT)]
    return {
        f"{family.name}_total" if family.type == "counter" else family.name for family in families
    }


CLIENT = ("python_", "process_")


def names_missing(names: set[str], text: str) -> set[str]:
    """Those of the names that do not stand in the text, in code font."""
    return {name for name in names if f"`{name}`" not in text}


def values_told(variable: str, text: str) -> set[str]:
    """What stands in code font in the variable's row: its default and what it may be besides."""
    row = re.search(rf"^\| `{variable}` \|(?P<rest>.*)$", text, re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", row["rest"])) if row else set()


def test_every_code_that_is_given_is_explained() -> None:
    known = documented_codes()
    missing = {code: place for code, place in codes_in_code().items() if code not in known}

    assert missing == {}


def test_every_code_that_is_explained_is_given() -> None:
    assert documented_codes() - set(codes_in_code()) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_is_explained(service: str) -> None:
    fields = settings_class(service).model_fields
    names = {f"{ENV_PREFIX}{field.upper()}" for field in fields}

    assert names_missing(names, text_of(OPERATIONS)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_settings_with_fixed_values_offer_those_alone(service: str) -> None:
    allowed = {
        f"{ENV_PREFIX}{name.upper()}": set(get_args(field.annotation))
        for name, field in settings_class(service).model_fields.items()
        if get_origin(field.annotation) is Literal
    }

    assert allowed
    assert {name: values_told(name, text_of(OPERATIONS)) for name in allowed} == allowed


@pytest.mark.parametrize("service", SERVICES)
def test_every_metric_is_explained(service: str) -> None:
    names = metric_names(build(service).app.state.metrics.registry)

    assert names
    assert names_missing(names, text_of(OPERATIONS)) == set()


def test_no_setting_is_explained_that_nobody_reads() -> None:
    told = set(re.findall(rf"^\| `({ENV_PREFIX}\w+)`", text_of(OPERATIONS), re.MULTILINE))
    read = {
        f"{ENV_PREFIX}{field.upper()}"
        for service in SERVICES
        for field in settings_class(service).model_fields
    }

    assert told - read == set()


@pytest.mark.parametrize(
    "code",
    [
        'Problem(404, "unknown-thing", "No such thing")',
        'raise Poison("unknown-thing", "detail")',
        'class UnknownThing(Refusal):\n    code: ClassVar[str] = "unknown-thing"',
        'THING_REFUSED: Final = "unknown-thing"',
        'reason = Reason(state="parked", code="unknown-thing")',
    ],
)
def test_a_code_is_seen_wherever_it_is_given(code: str) -> None:
    assert [found for _, found in codes_of(Source("x.py", code))] == ["unknown-thing"]


def test_a_missing_name_is_seen() -> None:
    assert names_missing({"MAILLAGE_NEW"}, "`MAILLAGE_OLD`") == {"MAILLAGE_NEW"}


def test_a_value_that_is_offered_is_seen() -> None:
    row = "| `MAILLAGE_COLOUR` | `RED` | or `BLUE` |\n| `MAILLAGE_SHADE` | `DARK` | |"
    assert values_told("MAILLAGE_COLOUR", row) == {"RED", "BLUE"}

"""`deploy/compose/new_env.py` gives each name of `.env.example` a secret of its own."""

import pytest
from joserfc.jwk import OKPKey

from tests.compose.composition import ROOT, fresh_environment

GIVEN = {"KAFKA_DOORS", "DEMONSTRATION"}


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return fresh_environment()


def test_every_name_of_the_example_gets_a_value(environment: dict[str, str]) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    assert set(environment) == names
    assert all(environment.values())


def test_no_two_names_share_a_secret_and_no_two_runs_do(environment: dict[str, str]) -> None:
    secrets = [value for name, value in environment.items() if name not in GIVEN]
    others = fresh_environment()

    assert len(set(secrets)) == len(secrets)
    assert not set(secrets) & set(others.values())


def test_the_signing_key_is_a_private_ed25519_key(environment: dict[str, str]) -> None:
    key = OKPKey.import_key(environment["SIGNING_KEY"])

    assert key.is_private
    assert key.as_dict(private=False)["crv"] == "Ed25519"


def test_the_example_itself_holds_no_secret() -> None:
    for line in (ROOT / ".env.example").read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        assert line.startswith("#") or not equals or name in GIVEN or not value

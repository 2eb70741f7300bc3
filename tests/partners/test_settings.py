"""What the settings refuse before anything starts."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import OKPKey
from pydantic import SecretStr, ValidationError

from partners.settings import private_key
from tests.partners.world import NOWHERE, SIGNING_KEY, settings_of

PEM = SIGNING_KEY.as_pem(private=True).decode()
RSA = (
    rsa.generate_private_key(65537, 2048)
    .private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    .decode()
)


def test_personas_do_not_exist_outside_a_demonstration() -> None:
    with pytest.raises(ValidationError, match="MAILLAGE_PERSONAS"):
        settings_of(NOWHERE, personas=True, demonstration=False)


def test_without_personas_a_real_platform_starts() -> None:
    assert not settings_of(NOWHERE, personas=False, demonstration=False).personas


@pytest.mark.parametrize(
    "key",
    [PEM, PEM.replace("\n", "\\n"), json.dumps(SIGNING_KEY.as_dict(private=True))],
    ids=["pem", "pem-in-one-line", "jwk"],
)
def test_a_signing_key_is_pem_or_jwk_and_keeps_its_id(key: str) -> None:
    assert private_key(key).kid == SIGNING_KEY.thumbprint()


@pytest.mark.parametrize(
    "key",
    [
        "x",
        "{}",
        "[1]",
        RSA,
        OKPKey.generate_key("X25519", private=True).as_pem(private=True).decode(),
        json.dumps(SIGNING_KEY.as_dict(private=False)),
        SIGNING_KEY.as_pem(private=False).decode(),
        '{"kty": "OKP", "crv": "Ed25519", "x": 1, "d": 2}',
        '{"kty": "oct", "k": "AAAA"}',
    ],
    ids=["a letter", "empty", "a list", "rsa", "x25519", "public", "public pem", "odd", "shared"],
)
def test_any_other_signing_key_is_refused_without_being_quoted(key: str) -> None:
    with pytest.raises(ValidationError, match="MAILLAGE_SIGNING_KEY") as refused:
        settings_of(NOWHERE, signing_key=SecretStr(key))
    assert len(key) < 5 or key not in str(refused.value)


@pytest.mark.parametrize("name", ["credential_key", "admin_secret"])
@pytest.mark.parametrize("secret", ["", "short", "x" * 31])
def test_a_short_secret_is_refused(name: str, secret: str) -> None:
    changes: dict[str, Any] = {name: SecretStr(secret)}
    with pytest.raises(ValidationError, match=name):
        settings_of(NOWHERE, **changes)


@pytest.mark.parametrize(
    ("written", "slugs"),
    [("", set()), ("caf", {"caf"}), (" caf , mission-locale,", {"caf", "mission-locale"})],
)
def test_doors_are_a_list_of_slugs(written: str, slugs: set[str]) -> None:
    assert settings_of(NOWHERE, kafka_doors=written).door_slugs == slugs


@pytest.mark.parametrize("written", ["caf/..", "CAF", "caf mission-locale"])
def test_a_door_that_could_reach_another_topic_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="MAILLAGE_KAFKA_DOORS"):
        settings_of(NOWHERE, kafka_doors=written)

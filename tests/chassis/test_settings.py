"""A service starts with everything it needs, or says in one sentence what is wrong."""

import inspect
import ssl
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from faststream.kafka.security import parse_security
from pydantic import SecretStr

from chassis.settings import ServiceSettings, load

COMPLETE = {
    "MAILLAGE_DATABASE_URL": "postgresql+asyncpg://one:fX8-hT2q@127.0.0.1:5432/one",
    "MAILLAGE_KAFKA_BOOTSTRAP": "127.0.0.1:9092",
    "MAILLAGE_KAFKA_USERNAME": "one",
    "MAILLAGE_KAFKA_PASSWORD": "kR7-wB5z",
    "MAILLAGE_PORT": "8101",
    "MAILLAGE_PUBLIC_URL": "http://127.0.0.1:8101",
    "MAILLAGE_ISSUER": "http://127.0.0.1:8105",
}


class Settings(ServiceSettings):
    mail_password: SecretStr = SecretStr("uM3-pQ9d")
    other_url: str = ""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        load(Settings)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_a_complete_environment_is_read_and_what_follows_from_it_is_derived() -> None:
    settings = load(Settings)

    assert settings.port == 8101
    assert settings.jwks_url == "http://127.0.0.1:8105/.well-known/jwks.json"
    assert settings.instance.endswith("-0")
    assert settings.intent_wait_s == 60
    assert settings.demonstration is False


def test_what_is_given_wins_over_what_is_derived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILLAGE_INSTANCE", "one-7")
    monkeypatch.setenv("MAILLAGE_JWKS_URL", "http://keys.internal/jwks")

    settings = load(Settings)

    assert (settings.instance, settings.jwks_url) == ("one-7", "http://keys.internal/jwks")


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_each_missing_variable_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(name)

    sentence = refusal(capsys)

    assert f"the environment variable {name} is missing" in sentence
    assert sentence.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAILLAGE_PORT", "eighty"),
        ("MAILLAGE_PORT", "70000"),
        ("MAILLAGE_DATABASE_URL", "mysql://somewhere/else"),
        ("MAILLAGE_PUBLIC_URL", "127.0.0.1:8101"),
        ("MAILLAGE_OTHER_URL", "ftp://elsewhere"),
        ("MAILLAGE_ISSUER", "nowhere"),
        ("MAILLAGE_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT"),
        ("MAILLAGE_INSTANCE", "a b"),
        ("MAILLAGE_DEMONSTRATION", "perhaps"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)

    sentence = refusal(capsys)

    assert name in sentence
    assert f"'{value}'" not in sentence
    assert sentence.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAILLAGE_KAFKA_PASSWORD", "changeme"),
        ("MAILLAGE_KAFKA_PASSWORD", "Secret"),
        ("MAILLAGE_KAFKA_PASSWORD", ""),
        ("MAILLAGE_MAIL_PASSWORD", "password"),
        ("MAILLAGE_DATABASE_URL", "postgresql+asyncpg://one:postgres@127.0.0.1/one"),
        ("MAILLAGE_DATABASE_URL", "postgresql+asyncpg://one@127.0.0.1/one"),
        ("MAILLAGE_MIGRATION_DATABASE_URL", "postgresql+asyncpg://owner:change%2Dme@127.0.0.1/one"),
    ],
)
def test_a_known_default_is_no_secret(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)

    assert f"{name} holds a known default instead of a secret" in refusal(capsys)


def test_a_printed_setting_shows_no_secret() -> None:
    settings = load(Settings)

    shown = f"{settings!r} {settings.kafka!r}"

    assert "fX8-hT2q" not in shown
    assert "kR7-wB5z" not in shown


def test_both_kafka_clients_are_told_the_same() -> None:
    kafka = load(Settings).kafka

    options = kafka.client_options()

    assert options == parse_security(kafka.faststream_security())
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert options.keys() <= inspect.signature(AIOKafkaProducer).parameters.keys()


def test_an_encrypted_listener_gets_a_context_that_checks_certificates() -> None:
    kafka = replace(load(Settings).kafka, security_protocol="SASL_SSL")

    for context in (
        kafka.client_options()["ssl_context"],
        parse_security(kafka.faststream_security())["ssl_context"],
    ):
        assert context.verify_mode is ssl.CERT_REQUIRED

"""What a service reads from its environment: variables with the prefix `MAILLAGE_`, nothing else.

A service declares `class Settings(ServiceSettings)` in its `settings.py` and adds its own fields
there, the public addresses of the services it links to among them (`<name>_url: str` is read from
`MAILLAGE_<NAME>_URL`).
"""

import re
import ssl
import sys
from dataclasses import dataclass, field
from typing import Any, Literal, Self, TypeVar
from urllib.parse import unquote, urlsplit

from faststream.security import SASLScram512
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_PREFIX = "MAILLAGE_"
# What people leave in place after copying an example; a stack that starts with one is open to all.
KNOWN_DEFAULTS = frozenset(
    {"", "admin", "change-me", "change_me", "changeme", "default", "example", "kafka"}
    | {"letmein", "maillage", "motdepasse", "password", "passw0rd", "postgres", "secret"}
)
WEB_ADDRESS = re.compile(r"^https?://[^\s/]+\S*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaSettings:
    """How this process reaches the broker, in the two spellings that our clients want."""

    bootstrap: str
    username: str
    password: str = field(repr=False)
    security_protocol: str = "SASL_PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments of any aiokafka client, `bootstrap_servers` apart."""
        return {
            "security_protocol": self.security_protocol,
            "ssl_context": self._ssl_context(),
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }

    def faststream_security(self) -> SASLScram512:
        """The same for `KafkaBroker(security=…)`."""
        context = self._ssl_context()
        return SASLScram512(
            self.username, self.password, ssl_context=context, use_ssl=context is not None
        )

    def _ssl_context(self) -> ssl.SSLContext | None:
        encrypted = self.security_protocol == "SASL_SSL"
        return ssl.create_default_context() if encrypted else None


class ServiceSettings(BaseSettings):
    """What every service needs. No secret and no address has a default."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: str = Field(repr=False, pattern=r"^postgresql\+asyncpg://.+")
    migration_database_url: str | None = Field(default=None, repr=False)  # for `migrate` alone
    kafka_bootstrap: str = Field(min_length=1)
    kafka_username: str = Field(min_length=1)
    kafka_password: SecretStr
    kafka_security_protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] = "SASL_PLAINTEXT"
    kafka_mechanism: Literal["SCRAM-SHA-512"] = "SCRAM-SHA-512"
    instance: str = Field(default="", pattern=r"^[A-Za-z0-9._-]*$")  # unique among live processes
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    public_url: str  # where browsers and other services reach this one
    issuer: str  # public address of the service that signs tokens and shows the sign-in page
    jwks_url: str = ""  # where this process fetches the public keys; of the issuer if not given
    consortium: str = "Consortium de l'inclusion numérique"  # heads every page
    help_phone: str = "01 99 00 00 00"  # a number of fiction (ARCEP) until the real one is given
    accessibility_url: str = ""  # the statement of the law; at the issuer if not given
    intent_wait_s: float = Field(default=60, gt=0)  # messages.md §2.6
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    demonstration: bool = False  # things that must not exist on a real platform

    @property
    def kafka(self) -> KafkaSettings:
        return KafkaSettings(
            bootstrap=self.kafka_bootstrap,
            username=self.kafka_username,
            password=self.kafka_password.get_secret_value(),
            security_protocol=self.kafka_security_protocol,
            mechanism=self.kafka_mechanism,
        )

    @model_validator(mode="before")
    @classmethod
    def _derive(cls, values: dict[str, Any]) -> dict[str, Any]:
        issuer = str(values.get("issuer", "")).rstrip("/")
        derived = {
            "instance": f"{cls.__module__.partition('.')[0]}-0",
            "jwks_url": f"{issuer}/.well-known/jwks.json",
            "accessibility_url": f"{issuer}/accessibilite",
        }
        return {**values, **{name: values.get(name) or derived[name] for name in derived}}

    @model_validator(mode="after")
    def _refuse_what_cannot_be_meant(self) -> Self:
        for name, value in self:
            secret = _secret_in(name, value)
            if secret is not None and secret.strip().lower() in KNOWN_DEFAULTS:
                raise ValueError(f"{_variable(name)} holds a known default instead of a secret")
            is_address = name.endswith(("_url", "issuer")) and not name.endswith("database_url")
            if is_address and value and not WEB_ADDRESS.match(value):
                raise ValueError(f"{_variable(name)} is not an http(s) address")
        return self


SettingsType = TypeVar("SettingsType", bound=ServiceSettings)


def load(settings_class: type[SettingsType]) -> SettingsType:
    """Read the environment; on anything missing or wrong, say it in one sentence and exit with 2.

    The sentence names variables and never shows a value: it may end in a log.
    """
    try:
        return settings_class()
    except ValidationError as error:
        wrong = "; ".join(_complaint(detail) for detail in error.errors(include_input=False))
        program = settings_class.__module__.partition(".")[0]
        sys.stderr.write(f"{program} cannot start: {wrong}.\n")
        raise SystemExit(2) from None


def _complaint(detail: Any) -> str:  # noqa: ANN401  pydantic's ErrorDetails has no stable shape
    if not detail["loc"]:  # one of our own sentences, which names its variable
        return str(detail["msg"]).removeprefix("Value error, ")
    variable = _variable(str(detail["loc"][0]))
    if detail["type"] == "missing":
        return f"the environment variable {variable} is missing"
    return f"the environment variable {variable} is wrong ({detail['msg']})"


def _variable(name: str) -> str:
    return f"{ENV_PREFIX}{name.upper()}"


def _secret_in(name: str, value: object) -> str | None:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if name.endswith("database_url") and isinstance(value, str):
        return unquote(urlsplit(value).password or "")
    return None

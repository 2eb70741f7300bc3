"""What partners reads from its environment, beyond what every service does."""

import json
from typing import Final, Self

from joserfc.errors import JoseError
from joserfc.jwk import KeyParameters, OKPKey
from pydantic import Field, SecretStr, model_validator

from chassis.settings import ServiceSettings
from contracts.topics import partner_in

CURVE: Final = "Ed25519"

SECRET_LENGTH_MIN = 32
"""256 bits written in hexadecimal are 64 characters, in base64 43; 32 leaves room for neither
a word nor a date."""


class Settings(ServiceSettings):
    """The keys of the house, the doors on Kafka, and where the other services show their pages."""

    signing_key: SecretStr  # private Ed25519 key of every token: PEM or JWK
    credential_key: SecretStr = Field(min_length=SECRET_LENGTH_MIN)  # keys the hash of secrets
    admin_secret: SecretStr = Field(min_length=SECRET_LENGTH_MIN)  # of the client `plateforme`
    kafka_doors: str = ""  # organisations with topics of their own: `caf,mission-locale`
    personas: bool = False  # one-click sign-in: on a demonstration only
    referrals_url: str  # public addresses of the other services, to which pages lead
    vouchers_url: str
    scheduling_url: str
    reporting_url: str

    @property
    def hash_key(self) -> bytes:
        """The key of the hash under which secrets are kept."""
        return self.credential_key.get_secret_value().encode()

    @property
    def door_slugs(self) -> frozenset[str]:
        """The organisations with topics of their own."""
        return frozenset(filter(None, map(str.strip, self.kafka_doors.split(","))))

    @property
    def sibling_urls(self) -> tuple[str, ...]:
        """The public addresses of the services a sign-in may lead back to."""
        others = (self.referrals_url, self.vouchers_url, self.scheduling_url, self.reporting_url)
        return (self.public_url, *others)

    @model_validator(mode="after")
    def _keys_and_doors_are_usable(self) -> Self:
        private_key(self.signing_key.get_secret_value())
        for slug in self.door_slugs:
            try:
                partner_in(slug)
            except ValueError:
                raise ValueError("MAILLAGE_KAFKA_DOORS must list slugs of organisations") from None
        return self

    @model_validator(mode="after")
    def _personas_are_for_demonstrations(self) -> Self:
        if self.personas and not self.demonstration:
            raise ValueError(
                "MAILLAGE_PERSONAS lets anybody in as anybody: "
                "it needs MAILLAGE_DEMONSTRATION and has no place on a real platform"
            )
        return self


def private_key(text: str) -> OKPKey:
    """The signing key with its id (`kid`), the RFC 7638 thumbprint.

    Raises:
        ValueError: it is no private Ed25519 key; the message names the variable, never the value.
    """
    written = text.strip()
    parameters: KeyParameters = {"use": "sig", "alg": CURVE}
    try:
        # A PEM in an environment file has its line ends written out.
        value = json.loads(written) if written[:1] == "{" else written.replace("\\n", "\n")
        key = OKPKey.import_key(value, parameters)
    except (JoseError, ValueError, KeyError, TypeError):
        raise ValueError(_NO_KEY) from None
    if key.curve_name != CURVE or not key.is_private:
        raise ValueError(_NO_KEY)
    key.ensure_kid()
    return key


_NO_KEY: Final = "MAILLAGE_SIGNING_KEY must be a private Ed25519 key, PEM or JWK"

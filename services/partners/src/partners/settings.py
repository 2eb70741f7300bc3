"""What partners reads from its environment, beyond what every service does."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from chassis.settings import ServiceSettings

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
    def door_slugs(self) -> tuple[str, ...]:
        """The organisations with topics of their own."""
        return tuple(filter(None, map(str.strip, self.kafka_doors.split(","))))

    @property
    def sibling_urls(self) -> tuple[str, ...]:
        """The public addresses of the services a sign-in may lead back to."""
        others = (self.referrals_url, self.vouchers_url, self.scheduling_url, self.reporting_url)
        return (self.public_url, *others)

    @model_validator(mode="after")
    def _personas_are_for_demonstrations(self) -> Self:
        if self.personas and not self.demonstration:
            raise ValueError(
                "MAILLAGE_PERSONAS lets anybody in as anybody: "
                "it needs MAILLAGE_DEMONSTRATION and has no place on a real platform"
            )
        return self

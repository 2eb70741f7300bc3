"""What this service reads from its environment: what every service needs, and nothing more."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`MAILLAGE_…`; README.md has the table."""

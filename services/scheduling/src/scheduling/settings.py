"""What scheduling reads from its environment."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where referrals shows its pages: their forms lead here, and ours lead back."""

    referrals_url: str

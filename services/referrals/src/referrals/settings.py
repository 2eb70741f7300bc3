"""What referrals reads from its environment."""

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where scheduling shows its pages: the form that keeps a seat leads there."""

    scheduling_url: str

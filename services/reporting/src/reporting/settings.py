"""What reporting reads from its environment."""

from pydantic import Field

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Beyond what every service needs: how many live streams one process keeps open.

    A stream costs a socket, some 60 kB and one short query per step; 500 is the number of readers
    for whom live pages are promised.
    """

    live_streams_max: int = Field(default=500, ge=1)
    live_streams_per_reader_max: int = Field(default=20, ge=1)
    department: str = Field(default="23", pattern=r"^(23|19|03)$")
    """The département whose communes the dashboard maps and lists."""

"""What surrounds every page: where one is, who one is, how the platform does."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """``roles`` says who is offered the link; without any, everybody is."""

    label: str
    href: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who is signed in, and for which organisation (« CAF de la Creuse »)."""

    name: str
    acting_for: str | None
    sign_out_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The variable ``frame`` that ``layout.html`` needs.

    ``path`` is the path of the page being shown; the navigation marks the link that equals it.
    ``now`` dates the print and is what « il y a 3 jours » counts from.
    """

    service: str
    path: str
    now: datetime
    platform_state: str
    navigation: tuple[Link, ...] = ()
    reader: Reader | None = None
    sign_in_url: str | None = None
    search_url: str | None = None
    consortium: str
    help_phone: str
    accessibility_url: str
    demonstration: bool = False

    @property
    def help_phone_url(self) -> str:
        return "tel:+33" + "".join(filter(str.isdigit, self.help_phone)).removeprefix("0")

"""What the register holds."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    """*Commune*: the smallest authority, as of 2026.

    ``code`` is Insee's (*code officiel géographique*, five characters, not a postcode);
    ``population`` the number of inhabitants (*population légale*); ``epci`` the SIREN of its EPCI.
    """

    code: str
    name: str
    population: int
    postcodes: tuple[str, ...]
    epci: str

    @property
    def department(self) -> str:
        return self.code[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Epci:
    """*Établissement public de coopération intercommunale*: a group of communes.

    ``kind`` is ``CC`` (*communauté de communes*) or ``CA`` (*communauté d'agglomération*).
    Some have members outside the three départements, which the register does not hold.
    """

    siren: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """A commune as it was until a merger: `until` is the first day on which it is no more.

    ``into`` is the code of the commune that took it in, which may be its own: the seat of a
    merger keeps its code and often changes its name.
    """

    code: str
    name: str
    until: date
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommuneThen:
    """A commune under the code and name that it had on a day, and the commune of today it is in."""

    code: str
    name: str
    today: Commune


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the Earth, in degrees (WGS 84)."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A commune and how far it is by road, in kilometres (an estimate)."""

    code: str
    km: float

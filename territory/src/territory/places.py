"""What the register holds."""

from dataclasses import dataclass


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

"""Who a person is. Names stay out of every representation: a traceback must not print one."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Final

_BAND_YEARS: Final = 10
# So few were born before that a band of ten years would point at one person.
_FIRST_BAND: Final = 1920


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the vault keeps of une personne accompagnée: the least that lets one reach her.

    Year of birth, never the date; commune (INSEE code), never the address (domain.md §7.1).
    """

    family_name: str = field(repr=False)
    given_name: str = field(repr=False)
    birth_year: int | None = field(default=None, repr=False)
    commune: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    preferred_contact: str | None = field(default=None, repr=False)

    def changed_from(self, before: "Identity") -> tuple[str, ...]:
        """The names of the fields that differ, never their values."""
        return tuple(_differing(before, self))


def birth_band(birth_year: int | None) -> str | None:
    """The ten years one was born in: « 1950-1959 »; all that travels of an age."""
    if birth_year is None:
        return None
    if birth_year < _FIRST_BAND:
        return f"before-{_FIRST_BAND}"
    first = birth_year - birth_year % _BAND_YEARS
    return f"{first}-{first + _BAND_YEARS - 1}"


def _differing(before: Identity, after: Identity) -> Iterator[str]:
    for item in fields(Identity):
        if getattr(before, item.name) != getattr(after, item.name):
            yield item.name

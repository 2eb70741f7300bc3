"""The form of a deposit, by the vault's door and on the page: bounded, and never with a NIR."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from contracts.nir import contains_nir
from referrals.domain.persons import Identity
from referrals.entrypoints.wording import NIR_REFUSED, sentence_of
from web.problems import Problem

# No control character: a name with a line feed in it breaks every list it stands in.
Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
# As people write it, in France or abroad: at most the 15 digits of E.164, with their separators.
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9](?:[ .()-]{0,2}[0-9]){5,14}$")]
Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s\x00-\x1f]+@[^@\s]+\.[^@\s]+$", max_length=254)
]


class PreferredContact(StrEnum):
    """How the person wants to be reached: the choices of DORA's form."""

    PHONE = "phone"
    EMAIL = "email"
    KEY_WORKER = "key_worker"
    OTHER = "other"


class PersonDeposit(BaseModel):
    """A person as the organisation knows them. Anything else, an address or a NIR, is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    family_name: Line
    given_name: Line
    birth_year: Annotated[int, Field(ge=1890, le=2029)] | None = None
    commune: Line | None = Field(
        default=None, description="INSEE code, or the name as people write it"
    )
    phone: Phone | None = None
    email: Email | None = None
    preferred_contact: PreferredContact | None = None

    def identity(self) -> Identity:
        """What the vault keeps of it."""
        return Identity(
            family_name=self.family_name,
            given_name=self.given_name,
            birth_year=self.birth_year,
            commune=self.commune,
            phone=self.phone,
            email=self.email,
            preferred_contact=self.preferred_contact,
        )


# The 13-digit form without key counts where people write words; in a number it hits too much.
_WORDS: Final = frozenset({"family_name", "given_name", "commune"})


def fields_with_nir(texts: Mapping[str, object]) -> list[str]:
    """The names of the fields in which a social-security number stands."""
    return [
        name
        for name, value in texts.items()
        if isinstance(value, str) and contains_nir(value, free_text=name in _WORDS)
    ]


def refuse_nir(texts: Mapping[str, object]) -> None:
    """Turn a deposit away that holds a social-security number.

    Raises:
        Problem: 422 `nir-refused`, with the places.
    """
    found = fields_with_nir(texts)
    if found:
        raise Problem(
            422,
            NIR_REFUSED,
            "A social-security number (NIR) is accepted nowhere",
            sentence_of(NIR_REFUSED),
            errors=[{"pointer": f"#/{name}", "detail": "holds a NIR"} for name in found],
        )

"""What people type at scheduling, and what to write otherwise."""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Form, Request
from pydantic import BaseModel, Field

import territory
from contracts.codes import BirthBand, Code, Need
from scheduling.application.bookings import Nameless

Text = Annotated[str, Form(max_length=200)]
# What most people come for; the others are one fold further.
USUAL_TOPICS: Final = (
    Need.ONLINE_PROCEDURES,
    Need.DEVICE_FIRST_STEPS,
    Need.EMAIL,
    Need.HEALTH,
    Need.OFFICE_SOFTWARE,
    Need.SECURITY,
)
MINUTES: Final = (("15", "15 min"), ("30", "30 min"), ("45", "45 min"), ("60", "1 h"))


class VisitForm(BaseModel):
    """« Une visite en deux gestes »; `act` was minted with the page: a double click is one."""

    act: UUID
    place: UUID
    topic: str = Field(default="", max_length=200)
    other: str = Field(default="", max_length=200)
    minutes: str = Field(default="", max_length=200)
    autonomy: str = Field(default="", max_length=200)
    commune: str = Field(default="", max_length=200)
    birth_band: str = Field(default="", max_length=200)

    @property
    def about(self) -> str:
        """The topic that counts: another one that was looked for, else the one at hand."""
        return self.other or self.topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One field that cannot be read, and how to write it."""

    field: str
    said: str


def commune_of(written: str) -> str | Fault | None:
    """The Insee code of the commune that is meant; nothing written is nothing known."""
    text = written.strip()
    if not text:
        return None
    found = territory.commune(text)
    named = [found] if found is not None else list(territory.find(text))
    if len(named) == 1:
        return named[0].code
    near = territory.by_postcode(text) or territory.suggest(text)
    meant = " ou ".join(f"{each.name} ({each.code})" for each in near[:3])
    way = f"Vouliez-vous dire {meant} ?" if meant else "Donnez son nom en entier ou son code Insee."
    return Fault(field="commune", said=f"Nous n'avons pas reconnu la commune « {text} ». {way}")


def band_of(written: str) -> str | None:
    """The code of a birth band, or nothing."""
    return written if is_code(BirthBand, written) else None


def person_of(commune: str, birth_band: str) -> Nameless | Fault:
    """Someone without a name, as typed."""
    code = commune_of(commune)
    if isinstance(code, Fault):
        return code
    return Nameless(commune=code, birth_band=band_of(birth_band))


def referral_of(written: str) -> UUID | Fault | None:
    """The id of a referral, or nothing."""
    text = written.strip()
    try:
        return UUID(text) if text else None
    except ValueError:
        return Fault(
            field="referral",
            said="Recopiez la référence de l'orientation en entier, ou laissez vide.",
        )


def is_code(codes: type[Code], value: str) -> bool:
    """Whether the list holds the code."""
    return value in list(codes)


async def typed(request: Request) -> dict[str, str]:
    """Every field of a form whose names depend on what it is about; the last of each name."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}

"""The form that sends a referral, as typed, and as it can be decided: each fault by its field."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, Field, ValidationError

from contracts.codes import AgreementScope, BirthBand, Channel, Code, Level, Need, Urgency
from contracts.nir import contains_nir
from referrals.application.sending import Nameless
from referrals.domain.persons import Identity, birth_band
from referrals.domain.sending import AgreementTaken
from referrals.entrypoints.deposits import PersonDeposit, fields_with_nir
from referrals.entrypoints.wording import NIR_REFUSED, sentence_of

# The wording that stands on the page beside the box; a new wording is a new version.
TEXT_VERSION: Final = "2026-11-b"
TARGETS_MAX: Final = 10

# As at the vault's door; without the slash that only an address may hold.
REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:#-]{0,63}\Z")

Typed = Annotated[str, Field(max_length=1_000)]


class SendForm(BaseModel):
    """What came, as text: a form keeps what was typed when it comes back."""

    act: UUID
    reference: Typed = ""
    family_name: Typed = ""
    given_name: Typed = ""
    birth_year: Typed = ""
    commune: Typed = ""
    phone: Typed = ""
    email: Typed = ""
    need: Typed = ""
    level: Typed = ""
    urgency: Typed = Urgency.ORDINARY.value
    due_on: Typed = ""
    targets: Annotated[list[Typed], Field(max_length=100)] = []
    nearest: Typed = ""
    agreed: Typed = ""
    channel: Typed = ""
    taken_on: Typed = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sendable:
    """A form without fault. `who` is an identity for the vault, or what is known without one.

    `nearest`: besides the targets, those with the nearest free seats are asked.
    """

    who: Identity | Nameless
    reference: str | None
    nearest: bool
    need: str
    level: str | None
    urgency: str
    due_on: date | None
    targets: tuple[UUID, ...]
    agreement: AgreementTaken | None


Faults = Mapping[str, str]

_FAULTS: Final = MappingProxyType(
    {
        "family_name": "Écrivez le nom, ou laissez vides le nom et le prénom.",
        "given_name": "Écrivez le prénom, ou laissez vides le nom et le prénom.",
        "birth_year": "Écrivez l'année en quatre chiffres, par exemple 1951.",
        "commune": "Écrivez la commune où vit la personne, par exemple Guéret.",
        "phone": "Écrivez un numéro de téléphone, par exemple 05 55 00 00 00.",
        "email": "Écrivez une adresse de courriel, par exemple nom@exemple.fr.",
        "need": "Choisissez un besoin.",
        "level": "Choisissez un niveau de la liste.",
        "urgency": "Dites si la demande est urgente.",
        "due_on": "Écrivez une date, par exemple 2026-12-15.",
        "targets": "Choisissez de une à dix organisations, ou les plus proches.",
        "reference": "Écrivez votre référence sans espace ni accent, par exemple D-2026-042.",
        "channel": "Dites comment la personne a donné son accord.",
        "taken_on": "Écrivez le jour de l'accord, par exemple 2026-11-24.",
    }
)


def read_form(form: SendForm) -> Sendable | Faults:
    """The referral that the form asks for, or what to write otherwise, in the order of the page."""
    faults = dict(_faults(form))
    if faults:
        return {name: faults[name] for name in SendForm.model_fields if name in faults}
    return Sendable(
        who=_who(form),
        reference=form.reference.strip() or None,
        nearest=bool(form.nearest),
        need=form.need,
        level=form.level or None,
        urgency=form.urgency,
        due_on=_date(form.due_on),
        targets=tuple(UUID(target) for target in form.targets),
        agreement=_agreement(form),
    )


def _faults(form: SendForm) -> Iterator[tuple[str, str]]:
    yield from _person_faults(form)
    for name, codes, value in (
        ("need", Need, form.need),
        ("urgency", Urgency, form.urgency),
        *([("level", Level, form.level)] if form.level else []),
        *([("channel", Channel, form.channel)] if form.agreed else []),
    ):
        if not _is_code(codes, value):
            yield name, _FAULTS[name]
    if form.due_on and _date(form.due_on) is None:
        yield "due_on", _FAULTS["due_on"]
    if form.agreed and _date(form.taken_on) is None:
        yield "taken_on", _FAULTS["taken_on"]
    fewest = 0 if form.nearest else 1
    if not fewest <= len(form.targets) <= TARGETS_MAX or not all(map(_is_id, form.targets)):
        yield "targets", _FAULTS["targets"]


def _person_faults(form: SendForm) -> Iterator[tuple[str, str]]:
    typed = _identity_typed(form)
    reference = form.reference.strip()
    if contains_nir(reference):
        yield "reference", sentence_of(NIR_REFUSED)
    elif reference and not REFERENCE.match(reference):
        yield "reference", _FAULTS["reference"]
    for name in fields_with_nir(typed):
        yield name, sentence_of(NIR_REFUSED)
    named = bool(typed.get("family_name") or typed.get("given_name"))
    if not typed.get("commune"):
        yield "commune", _FAULTS["commune"]
    try:
        PersonDeposit.model_validate(
            typed if named else {"family_name": "-", "given_name": "-", **typed}
        )
    except ValidationError as error:
        for each in error.errors(include_input=False):
            name = str(each["loc"][0])
            yield name, _FAULTS[name]


def _who(form: SendForm) -> Identity | Nameless:
    typed = _identity_typed(form)
    if "family_name" in typed:
        return PersonDeposit.model_validate(typed).identity()
    year = int(typed["birth_year"]) if "birth_year" in typed else None
    return Nameless(
        commune=typed["commune"], birth_band=birth_band(year) or BirthBand.UNKNOWN.value
    )


def _identity_typed(form: SendForm) -> dict[str, Any]:
    names = ("family_name", "given_name", "birth_year", "commune", "phone", "email")
    typed = {name: str(getattr(form, name)).strip() for name in names}
    return {name: value for name, value in typed.items() if value}


def _agreement(form: SendForm) -> AgreementTaken | None:
    taken_on = _date(form.taken_on)
    if not form.agreed or taken_on is None:
        return None
    return AgreementTaken(
        taken_on=taken_on,
        channel=form.channel,
        text_version=TEXT_VERSION,
        scope=AgreementScope.RECEIVING_ORGANISATIONS.value,
    )


def _is_code(codes: type[Code], value: str) -> bool:
    return value in list(codes)


def as_ids(typed: Iterable[str]) -> tuple[UUID, ...]:
    """The ids among what was typed; the rest is left out, and can be told by the number."""
    return tuple(UUID(each) for each in typed if _is_id(each))


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None

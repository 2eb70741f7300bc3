"""Reads the founding data of a département: one TOML file each, beside this module."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An organisation, as partners' door takes it."""

    slug: str
    name: str
    kind: str
    commune: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Someone who signs in. `shows` says in French what there is to see as this person."""

    login: str
    organisation: str
    name: str
    roles: list[str]
    shows: str = ""
    service: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of an organisation that holds a credential, known to `maillage token NAME`."""

    name: str
    organisation: str
    roles: list[str]
    scopes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """All of it, in the order in which it is entered."""

    organisations: list[Organisation]
    colleagues: list[Colleague]
    programs: list[Program]


def founding(department: str) -> Founding:
    """The founding data of the département with that INSEE code."""
    file = Path(__file__).with_name(f"{department}.toml")
    content = tomllib.loads(file.read_text(encoding="utf-8"))
    return Founding(
        organisations=[Organisation(**one) for one in content["organisation"]],
        colleagues=[Colleague(**one) for one in content["colleague"]],
        programs=[Program(**one) for one in content["program"]],
    )

"""Look-ups by code. The files are read at the first question and kept."""

from collections import defaultdict
from functools import cache
from types import MappingProxyType

from territory.files import rows
from territory.places import Commune, Epci


def communes(department: str | None = None) -> tuple[Commune, ...]:
    """All communes in the order of their codes, or those of one département."""
    return tuple(
        each for each in _communes().values() if department is None or each.department == department
    )


def commune(code: str) -> Commune | None:
    """The commune of an Insee code; None outside the three départements or for a former code.

    `territory.history.today` knows the former codes too.
    """
    return _communes().get(code)


def by_postcode(postcode: str) -> tuple[Commune, ...]:
    """The communes that share a postcode; a space inside, « 23 000 », does not matter."""
    return _by_postcode().get("".join(postcode.split()), ())


def epcis() -> tuple[Epci, ...]:
    """Every EPCI with at least one commune in the three départements."""
    return tuple(_epcis().values())


def epci(siren: str) -> Epci | None:
    return _epcis().get(siren)


@cache
def _communes() -> MappingProxyType[str, Commune]:
    return MappingProxyType(
        {
            row["code"]: Commune(
                code=row["code"],
                name=row["name"],
                population=int(row["population"]),
                postcodes=tuple(row["postcodes"].split("|")),
                epci=row["epci"],
            )
            for row in rows("communes.csv")
        }
    )


@cache
def _by_postcode() -> dict[str, tuple[Commune, ...]]:
    sharing: defaultdict[str, tuple[Commune, ...]] = defaultdict(tuple)
    for each in communes():
        for postcode in each.postcodes:
            sharing[postcode] += (each,)
    return dict(sharing)


@cache
def _epcis() -> MappingProxyType[str, Epci]:
    return MappingProxyType({row["siren"]: Epci(**row) for row in rows("epci.csv")})

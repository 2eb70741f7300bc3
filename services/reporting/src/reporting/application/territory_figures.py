"""Figures by territory, with what would reveal a person hidden: the same in pages and files.

EPCI of the département are one table, the communes of each EPCI another, the months of a territory
a third; `reporting.domain.disclosure` says what is hidden in each. None stands for a hidden number.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final, TypeVar

import territory
from reporting.application import territories
from reporting.application.overview import Measure, Overview
from reporting.application.territories import ELSEWHERE
from reporting.domain import disclosure
from reporting.storage.activity import Place

Key = TypeVar("Key", str, date)
Shown = Mapping[Key, int | None]

PERSONAL: Final = (Measure.CAME, Measure.REFERRALS, Measure.REDEEMED)
"""Measures of what persons did; sessions and places are an offer, which reveals nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One territory's line of a table; None where the number is hidden."""

    code: str
    places: int
    sessions: int
    people: int | None
    came: int | None
    referrals: int | None
    redeemed: int | None

    def of(self, measure: Measure) -> int | None:
        """One of the `PERSONAL` measures."""
        return {
            Measure.CAME: self.came,
            Measure.REFERRALS: self.referrals,
            Measure.REDEEMED: self.redeemed,
        }[measure]


_HIDDEN: Final = Row(
    code=ELSEWHERE, places=0, sessions=0, people=None, came=None, referrals=None, redeemed=None
)


class Territories:
    """The tables by territory of one overview."""

    def __init__(self, overview: Overview, department: str) -> None:
        self.overview = overview
        self.department = department
        self._listed = [each.siren for each in territories.epcis_of(department)]

    @cached_property
    def epcis(self) -> list[Row]:
        """One line per EPCI of the département, and last what lies elsewhere or is not known."""
        return _rows(
            [*self._listed, ELSEWHERE],
            people=_shown(
                self._folded(self.overview.people.by_epci), whole=self.overview.people.total
            ),
            numbers={measure: self._epci_column(measure) for measure in PERSONAL},
            sessions=self._folded(self.overview.by_epci(Measure.SESSIONS)),
            places=self._folded(Counter(territories.epci_of(each.commune) for each in self._open)),
        )

    def communes(self, siren: str) -> list[Row]:
        """One line per commune of an EPCI, by name."""
        listed = [each.code for each in territories.communes_of(siren)]
        whole = next((row for row in self.epcis if row.code == siren), _HIDDEN)
        people = {code: self.overview.people.by_commune.get(code, 0) for code in listed}
        return _rows(
            listed,
            people=_shown(people, whole=whole.people),
            numbers={
                measure: _shown(
                    {code: self._by_commune[measure].get(code, 0) for code in listed},
                    whole=whole.of(measure),
                )
                for measure in PERSONAL
            },
            sessions=self._by_commune[Measure.SESSIONS],
            places=Counter(territories.commune_of(each.commune) for each in self._open),
        )

    def epci(self, siren: str) -> Row:
        """The line of one EPCI, hidden as in its table; all is hidden when it has none there."""
        return next((row for row in self.epcis if row.code == siren), replace(_HIDDEN, code=siren))

    def commune(self, code: str) -> Row:
        """The line of one commune of today, hidden as in the table of its EPCI."""
        return next(row for row in self.communes(territories.epci_of(code)) if row.code == code)

    def referrals_by_commune(self) -> Shown[str]:
        """Of every commune of the département, hidden as in the tables of their EPCI."""
        return {row.code: row.referrals for siren in self._listed for row in self.communes(siren)}

    def months(self, measure: Measure, codes: frozenset[str], *, whole: int | None) -> Shown[date]:
        """The months of the territory of these codes; `whole` is its total as it is shown."""
        return _shown(self.overview.by_month(measure, codes), whole=whole)

    def former_codes(self, measure: Measure, commune: str, *, whole: int | None) -> Shown[str]:
        """What a commune of today counts under each code that was written."""
        codes = codes_of_commune(commune)
        written = {
            code: number for code, number in self.overview.by_code(measure).items() if code in codes
        }
        return _shown(written, whole=whole)

    @cached_property
    def without_offer(self) -> list[territory.Commune]:
        """The communes of the département in which no open place is known, by name."""
        every = territory.communes(self.department)
        found = [each for each in every if each.code not in self.served]
        return sorted(found, key=lambda each: each.name)

    @cached_property
    def served(self) -> frozenset[str]:
        """The communes in which a place is open."""
        return frozenset(territories.commune_of(each.commune) for each in self._open)

    @cached_property
    def _open(self) -> tuple[Place, ...]:
        return self.overview.open_places()

    @cached_property
    def _by_commune(self) -> Mapping[Measure, Mapping[str, int]]:
        measures = (*PERSONAL, Measure.SESSIONS)
        return {measure: self.overview.by_commune(measure) for measure in measures}

    def _epci_column(self, measure: Measure) -> Shown[str]:
        numbers = self._folded(self.overview.by_epci(measure))
        return _shown(numbers, whole=self.overview.total(measure))

    def _folded(self, numbers: Mapping[str, int]) -> Mapping[str, int]:
        found = dict.fromkeys([*self._listed, ELSEWHERE], 0)
        for siren, number in numbers.items():
            found[siren if siren in found else ELSEWHERE] += number
        return found


def codes_of_commune(commune: str) -> frozenset[str]:
    """The codes, former ones too, that lie in a commune of today."""
    return frozenset(each.code for each in territories.register() if each.commune == commune)


def codes_of_epci(siren: str) -> frozenset[str]:
    """The codes, former ones too, that lie in an EPCI today."""
    return frozenset(each.code for each in territories.register() if each.epci == siren)


def _shown(numbers: Mapping[Key, int], *, whole: int | None) -> Shown[Key]:
    """The numbers with what must be hidden as None; all but zeros where the whole is hidden."""
    if whole is None:
        return {key: None if number else 0 for key, number in numbers.items()}
    kept_back = disclosure.hidden(numbers)
    return {key: None if key in kept_back else number for key, number in numbers.items()}


def _rows(
    codes: Iterable[str],
    *,
    people: Shown[str],
    numbers: Mapping[Measure, Shown[str]],
    sessions: Mapping[str, int],
    places: Mapping[str, int],
) -> list[Row]:
    return [
        Row(
            code=code,
            places=places.get(code, 0),
            sessions=sessions.get(code, 0),
            people=people[code],
            came=numbers[Measure.CAME][code],
            referrals=numbers[Measure.REFERRALS][code],
            redeemed=numbers[Measure.REDEEMED][code],
        )
        for code in codes
    ]

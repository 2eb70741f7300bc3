"""The tables of the dashboard: one description each, shown on a page and given as a file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import territory
from contracts.codes import PlaceKind
from pages import french, spreadsheet
from reporting.application import territories as here
from reporting.application.figures import Value
from reporting.application.overview import Measure, Overview
from reporting.application.territory_figures import Row, Territories
from reporting.domain.disclosure import THRESHOLD
from reporting.domain.figures import Unit
from reporting.domain.journeys import Entry
from reporting.entrypoints import activity_words, wording
from reporting.entrypoints.sentences import Names, label_of
from reporting.storage.activity import Place

HIDDEN: Final = "masqué"
WHY_HIDDEN: Final = (
    f"« {HIDDEN} » : moins de {THRESHOLD} personnes ou événements, ou un nombre qui permettrait "
    "de retrouver celui-là par soustraction."
)
NONE: Final = "aucun"
ELSEWHERE: Final = "Hors du département, ou non précisé"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is shown, what a spreadsheet gets, and where it leads."""

    shown: str
    plain: spreadsheet.Cell
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: the same figures on the page and in the file."""

    name: str
    caption: str
    columns: Sequence[Mapping[str, object]]
    rows: Sequence[Mapping[str, Cell]]
    file_columns: Sequence[Mapping[str, object]] = ()
    """Codes and the like, which a file has besides and a page has no room for."""

    def csv(self) -> bytes:
        """The table as a file for a spreadsheet."""
        columns = (*self.columns, *self.file_columns)
        keys = [str(column["key"]) for column in columns]
        titles = [str(column["label"]) for column in columns]
        return spreadsheet.csv_file(titles, ([row[key].plain for key in keys] for row in self.rows))


def words(text: str, href: str | None = None) -> Cell:
    """A cell of words."""
    return Cell(shown=text, plain=text, href=href)


def number(value: int | None, href: str | None = None) -> Cell:
    """A cell with a number, or with the word for one that is hidden."""
    if value is None:
        return words(HIDDEN)
    return Cell(shown=french.number(value), plain=value, href=href)


def money(cents: int) -> Cell:
    """A cell with an amount."""
    return Cell(shown=french.euros(cents), plain=spreadsheet.euros(cents))


def column(key: str, label: str, *, numeric: bool = True) -> Mapping[str, object]:
    """A column; most are of numbers."""
    return {"key": key, "label": label, "numeric": numeric}


_MEASURES: Final = (
    *(column("places", "Lieux"), column("sessions", "Séances")),
    *(column("people", "Personnes"), column("came", "Venues")),
    *(column("referrals", "Orientations"), column("redeemed", "Pass")),
)


def epcis(territories: Territories, query: str) -> Table:
    """The EPCI of the département."""
    named = {each.siren: each.name for each in territory.epcis()}
    rows = [
        {
            "name": words(named[row.code], f"/epci/{row.code}{query}")
            if row.code
            else words(ELSEWHERE),
            "code": words(row.code),
            **_numbers(row),
        }
        for row in territories.epcis
    ]
    return Table(
        name="epci",
        caption="Par intercommunalité (EPCI)",
        columns=(column("name", "EPCI", numeric=False), *_MEASURES),
        rows=rows,
        file_columns=(column("code", "SIREN", numeric=False),),
    )


def communes(territories: Territories, siren: str, query: str) -> Table:
    """The communes of one EPCI."""
    rows = []
    for row in territories.communes(siren):
        commune = territory.commune(row.code)
        name = row.code if commune is None else commune.name
        rows.append(
            {
                "name": words(name, f"/communes/{row.code}{query}"),
                "code": words(row.code),
                **_numbers(row),
            }
        )
    return Table(
        name="communes",
        caption="Par commune",
        columns=(column("name", "Commune", numeric=False), *_MEASURES),
        rows=rows,
        file_columns=(column("code", "Code Insee", numeric=False),),
    )


def figures(values: Iterable[Value]) -> Table:
    """The figures of the consortium."""
    rows = []
    for value in values:
        counted = value.amount if isinstance(value.amount, int) else None
        said = activity_words.amount(value)
        is_money = value.figure.unit is Unit.CENTS
        rows.append(
            {
                "title": words(value.figure.title),
                "amount": words(said)
                if counted is None
                else Cell(shown=said, plain=None)
                if is_money
                else number(counted),
                "out_of": Cell(shown="", plain=value.out_of),
                "euros": Cell(shown="", plain=_euros(counted if is_money else value.cents)),
                "formula": words(value.figure.formula),
            }
        )
    return Table(
        name="figures",
        caption="Chiffres de la période",
        columns=(
            column("title", "Chiffre", numeric=False),
            column("amount", "Valeur"),
            column("out_of", "Sur"),
            column("euros", "Euros"),
            column("formula", "Comment il est compté", numeric=False),
        ),
        rows=rows,
    )


def parts(value: Value, names: Mapping[UUID, str]) -> Table:
    """What one figure is made of."""
    is_money = value.figure.unit is Unit.CENTS
    return Table(
        name="parts",
        caption=value.figure.title,
        columns=(
            column("label", "Détail", numeric=False),
            column("count", "Euros" if is_money else "Nombre"),
        ),
        rows=[
            {
                "label": words(activity_words.part_name(value.figure, code, names)),
                "count": money(count) if is_money else number(count),
            }
            for code, count in value.parts
        ],
    )


def events(found: Iterable[Entry], names: Names) -> Table:
    """Events behind a figure, as their page lists them: no person appears."""
    return Table(
        name="events",
        caption="Événements comptés",
        columns=(
            column("title", "Événement", numeric=False),
            column("type", "Type", numeric=False),
            column("id", "Identifiant", numeric=False),
            column("happened", "Quand", numeric=False),
            column("recorded", "Appris", numeric=False),
            column("journey", "Parcours", numeric=False),
        ),
        rows=[
            {
                "title": words(wording.tell(each, names).title),
                "type": words(each.type),
                "id": words(each.event_id),
                "happened": words(french.day_and_hour(each.happened_at)),
                "recorded": words(french.day_and_hour(each.recorded_at)),
                "journey": words(str(each.correlation_id or "")),
            }
            for each in found
        ],
    )


def funders(overview: Overview) -> Table:
    """What each funder bears: at the counter, and once settled."""
    borne: dict[UUID, dict[str, int]] = {}
    for (funder, step), cents in overview.funders.items():
        of_funder = borne.setdefault(funder, {})
        of_funder[step.value] = of_funder.get(step.value, 0) + cents
    rows = [
        {
            "name": words(activity_words.funder_name(str(funder), overview.names)),
            "redeemed": money(by_step.get("redeemed", 0) - by_step.get("reversed", 0)),
            "settled": money(by_step.get("settled", 0)),
            "unused": money(by_step.get("unused", 0)),
        }
        for funder, by_step in borne.items()
    ]
    return Table(
        name="funders",
        caption="Par financeur",
        columns=(
            column("name", "Financeur", numeric=False),
            column("redeemed", "Encaissé par les lieux"),
            column("settled", "Remboursé"),
            column("unused", "Non utilisé"),
        ),
        rows=sorted(rows, key=lambda row: row["name"].shown),
    )


def months(overview: Overview) -> Table:
    """The whole consortium, month by month."""
    columns = {
        measure: overview.by_month(measure)
        for measure in (
            *(Measure.CAME, Measure.SESSIONS, Measure.REFERRALS),
            *(Measure.REDEEMED, Measure.SETTLED_CENTS),
        )
    }
    rows = [
        {
            "month": words(french.month(month)),
            **{
                measure.value: number(by_month[month])
                for measure, by_month in columns.items()
                if measure is not Measure.SETTLED_CENTS
            },
            "settled": money(columns[Measure.SETTLED_CENTS][month]),
        }
        for month in overview.months
    ]
    return Table(
        name="months",
        caption="Mois par mois",
        columns=(
            column("month", "Mois", numeric=False),
            column(Measure.CAME, "Venues"),
            column(Measure.SESSIONS, "Séances"),
            column(Measure.REFERRALS, "Orientations"),
            column(Measure.REDEEMED, "Pass"),
            column("settled", "Remboursé"),
        ),
        rows=rows,
    )


def without_offer(department: str, served: frozenset[str], query: str) -> Table:
    """The communes without a place, by name, and where the nearest one is."""
    far = here.nearest(department, served)
    rows = []
    for commune in sorted(territory.communes(department), key=lambda each: each.name):
        if commune.code in served:
            continue
        near = far[commune.code]
        nearest = territory.commune(near.code) if near else None
        rows.append(
            {
                "name": words(commune.name, f"/communes/{commune.code}{query}"),
                "people": number(commune.population),
                "nearest": words(NONE if nearest is None else nearest.name),
                "km": number(round(near.km)) if near else words(NONE),
            }
        )
    return Table(
        name="without-offer",
        caption="Communes sans lieu",
        columns=(
            column("name", "Commune", numeric=False),
            column("people", "Habitants"),
            column("nearest", "Lieu le plus proche à", numeric=False),
            column("km", "Kilomètres (estimation)"),
        ),
        rows=rows,
    )


def places(found: Iterable[Place], names: Mapping[UUID, str]) -> Table:
    """Places, with who answers for them."""
    rows = [
        {
            "name": words(each.name),
            "kind": words(label_of(PlaceKind, each.kind)),
            "organisation": words(names.get(each.organisation, NONE)),
            "commune": words(_commune_name(each.commune)),
        }
        for each in found
    ]
    return Table(
        name="places",
        caption="Lieux",
        columns=(
            column("name", "Lieu", numeric=False),
            column("kind", "Type", numeric=False),
            column("organisation", "Organisation", numeric=False),
            column("commune", "Commune", numeric=False),
        ),
        rows=rows,
    )


def places_in(overview: Overview, codes: frozenset[str]) -> Table:
    """The open places of a territory."""
    found = (each for each in overview.open_places() if each.commune in codes)
    return places(found, overview.names)


def former(territories: Territories, code: str) -> Table | None:
    """The past under the names of that time, where a merger made the commune."""
    made_from = territory.made_from(code)
    if not made_from:
        return None
    row = territories.commune(code)
    came = territories.former_codes(Measure.CAME, code, whole=row.came)
    referrals = territories.former_codes(Measure.REFERRALS, code, whole=row.referrals)
    names = {each.code: each.name for each in made_from}
    return Table(
        name="former",
        caption="Selon le code écrit à l'époque",
        columns=(
            column("name", "Commune", numeric=False),
            column("came", "Venues"),
            column("referrals", "Orientations"),
        ),
        rows=[
            {
                "name": words(f"{names.get(each, each)} ({each})"),
                "came": number(came.get(each, 0)),
                "referrals": number(referrals.get(each, 0)),
            }
            for each in dict.fromkeys([code, *names, *came, *referrals])
        ],
    )


def by_month(caption: str, shown: Mapping[date, int | None], label: str) -> Table:
    """One measure of one territory, month by month."""
    return Table(
        name="months",
        caption=caption,
        columns=(column("month", "Mois", numeric=False), column("number", label)),
        rows=[
            {"month": words(french.month(month)), "number": number(value)}
            for month, value in shown.items()
        ],
    )


def _numbers(row: Row) -> dict[str, Cell]:
    return {
        "places": number(row.places),
        "sessions": number(row.sessions),
        "people": number(row.people),
        "came": number(row.came),
        "referrals": number(row.referrals),
        "redeemed": number(row.redeemed),
    }


def _euros(cents: int | None) -> spreadsheet.Cell:
    return None if cents is None else spreadsheet.euros(cents)


def _commune_name(code: str) -> str:
    found = territory.today(code)
    return code if found is None else found.name

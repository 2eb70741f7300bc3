"""What the figures of activity amount to, for the whole consortium."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

import territory
from reporting.application.figures import Value, read_figures
from reporting.application.overview import Measure, Overview, read_overview
from reporting.application.territory_figures import Territories
from reporting.domain import activity_figures as a
from reporting.domain.facts import Step
from reporting.domain.figures import Scope


async def read_all_figures(
    connection: AsyncConnection, scope: Scope, *, department: str, today: date
) -> tuple[list[Value], Mapping[UUID, str]]:
    """All figures that the scope is shown, and the names of the organisations in them.

    What is done at places and with vouchers is counted for the whole consortium alone.
    """
    found = await read_figures(connection, scope)
    if scope.organisation is not None:
        return found, {}
    overview = await read_overview(connection, scope.period, today=today)
    return [*found, *values(Territories(overview, department))], overview.names


def values(territories: Territories) -> list[Value]:
    """All of them, in the order in which they are shown."""
    overview = territories.overview
    total = overview.total
    resolved = sum(map(total, (Measure.SEEN, Measure.MISSED, Measure.EXCUSED)))
    communes = len(territory.communes(territories.department))
    return [
        Value(figure=a.PEOPLE_MET, amount=overview.people.total),
        Value(figure=a.VISITS, amount=total(Measure.VISITS)),
        Value(figure=a.SEEN, amount=total(Measure.SEEN)),
        Value(figure=a.SESSIONS, amount=total(Measure.SESSIONS)),
        Value(figure=a.FILL, amount=total(Measure.TAKEN), out_of=total(Measure.SEATS)),
        Value(figure=a.MISSED, amount=total(Measure.MISSED), out_of=resolved),
        Value(figure=a.ISSUED, amount=total(Measure.ISSUED), cents=total(Measure.ISSUED_CENTS)),
        Value(figure=a.HELD, amount=total(Measure.HELD)),
        Value(
            figure=a.REDEEMED,
            amount=total(Measure.REDEEMED),
            cents=total(Measure.REDEEMED_CENTS),
        ),
        Value(figure=a.SETTLED, amount=total(Measure.SETTLED), cents=total(Measure.SETTLED_CENTS)),
        _by_funder(overview),
        Value(figure=a.UNUSED, amount=total(Measure.UNUSED), cents=total(Measure.UNUSED_CENTS)),
        Value(figure=a.PLACES, amount=len(overview.open_places())),
        Value(figure=a.WITHOUT_OFFER, amount=len(territories.without_offer), out_of=communes),
    ]


def _by_funder(overview: Overview) -> Value:
    parts = {
        str(funder): cents
        for (funder, step), cents in overview.funders.items()
        if step is Step.SETTLED
    }
    ordered = sorted(parts.items(), key=lambda each: (-each[1], each[0]))
    return Value(figure=a.FUNDERS, amount=sum(parts.values()), parts=tuple(ordered))

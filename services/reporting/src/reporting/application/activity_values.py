"""What the figures of activity amount to, for the whole consortium."""

import territory
from reporting.application.figures import Value
from reporting.application.overview import Measure, Overview
from reporting.application.territory_figures import Territories
from reporting.domain import activity_figures as a
from reporting.domain.facts import Step


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

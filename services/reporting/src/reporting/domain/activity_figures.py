"""The figures of what is done at places and with vouchers, for the consortium's dashboard.

They follow what departments already count: La Coop (people met, visits), RDV-Insertion (share of
those who could not come), APTIC (titles from their issue to their payment).
"""

from typing import Final

from reporting.domain.figures import Figure, Unit

PEOPLE_MET: Final = Figure(
    code="people-met",
    title="Personnes rencontrées",
    formula="Nombre de personnes différentes venues à une séance pendant la période, ou passées "
    "sans rendez-vous. Une personne connue compte une fois, si souvent qu'elle vienne ; un "
    "passage dont on ne sait pas de qui il est compte pour une personne.",
    unit=Unit.PEOPLE,
)
VISITS: Final = Figure(
    code="visits",
    title="Passages sans rendez-vous",
    formula="Nombre de passages notés pendant la période, au jour du passage.",
    unit=Unit.VISITS,
)
SEEN: Final = Figure(
    code="attendances-seen",
    title="Venues à une séance",
    formula="Nombre de présences à une séance de la période, telles qu'elles sont après "
    "correction. La même personne compte à chaque séance.",
    unit=Unit.ATTENDANCES,
)
SESSIONS: Final = Figure(
    code="sessions-held",
    title="Séances tenues",
    formula="Nombre d'ateliers et de rendez-vous individuels de la période qui ont commencé et "
    "n'ont pas été annulés, au jour où ils commencent.",
    unit=Unit.SESSIONS,
)
FILL: Final = Figure(
    code="sessions-fill",
    title="Places prises dans les séances",
    formula="Parmi les places offertes par les séances tenues, nombre de celles qui étaient "
    "réservées, que la personne soit venue ou non. Une réservation annulée ne compte pas.",
    unit=Unit.SEATS,
)
MISSED: Final = Figure(
    code="attendances-missed",
    title="Personnes qui n'ont pas pu venir",
    formula="Parmi les réservations des séances tenues dont la suite est connue (venue, excusée, "
    "n'a pas pu venir), nombre de celles où la personne n'est pas venue sans avoir prévenu.",
    unit=Unit.ATTENDANCES,
)
ISSUED: Final = Figure(
    code="booklets-issued",
    title="Carnets remis",
    formula="Nombre de carnets remis à une personne pendant la période, et leur valeur faciale.",
    unit=Unit.BOOKLETS,
)
HELD: Final = Figure(
    code="vouchers-held",
    title="Pass retenus pour une séance",
    formula="Nombre de retenues faites pendant la période sur un carnet, à la réservation d'une "
    "séance. Une retenue levée ensuite compte aussi.",
    unit=Unit.VOUCHERS,
)
REDEEMED: Final = Figure(
    code="vouchers-redeemed",
    title="Pass encaissés",
    formula="Nombre de pass encaissés pendant la période, moins ceux dont l'encaissement a été "
    "annulé pendant la période.",
    unit=Unit.VOUCHERS,
)
SETTLED: Final = Figure(
    code="vouchers-settled",
    title="Pass remboursés",
    formula="Nombre de pass portés sur un décompte de remboursement arrêté pendant la période, et "
    "le montant dû aux lieux.",
    unit=Unit.VOUCHERS,
)
FUNDERS: Final = Figure(
    code="cents-settled-by-funder",
    title="Euros remboursés, par financeur",
    formula="Montant des pass remboursés pendant la période, réparti entre les financeurs selon "
    "les parts fixées pour chaque pass à l'activation de la commande, au centime.",
    unit=Unit.CENTS,
)
UNUSED: Final = Figure(
    code="vouchers-unused",
    title="Pass non utilisés",
    formula="Nombre de pass jamais encaissés, tels que les états de fin de validité établis "
    "pendant la période les donnent.",
    unit=Unit.VOUCHERS,
)
PLACES: Final = Figure(
    code="places-open",
    title="Lieux ouverts",
    formula="Nombre de lieux connus aujourd'hui qui n'avaient pas fermé avant le début de la "
    "période.",
    unit=Unit.PLACES,
)
WITHOUT_OFFER: Final = Figure(
    code="communes-without-offer",
    title="Communes sans lieu",
    formula="Nombre de communes du département où aucun lieu ouvert pendant la période n'est "
    "connu. Le bus numérique compte dans la commune où il est déclaré.",
    unit=Unit.COMMUNES,
)

ACTIVITY_FIGURES: Final = (
    *(PEOPLE_MET, VISITS, SEEN, SESSIONS, FILL, MISSED),
    *(ISSUED, HELD, REDEEMED, SETTLED, FUNDERS, UNUSED),
    *(PLACES, WITHOUT_OFFER),
)
BY_CODE: Final = {figure.code: figure for figure in ACTIVITY_FIGURES}

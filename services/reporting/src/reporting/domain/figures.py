"""The figures: what each one is called and how it is counted.

The list follows the referral family of the indicators that departments already know
(Conseillers-Entreprises, RDV-Insertion); every figure is counted from facts, by civil day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from reporting.domain.days import Period, day_of
from reporting.domain.facts import (
    Fact,
    PersonRegistered,
    ReferralAccepted,
    ReferralCompleted,
    ReferralRedirected,
    ReferralRefused,
    ReferralSent,
)


class Unit(StrEnum):
    """What a value is a number of."""

    REFERRALS = "referrals"
    ANSWERS = "answers"
    SECONDS = "seconds"
    ORGANISATIONS = "organisations"
    PEOPLE = "people"
    VISITS = "visits"
    ATTENDANCES = "attendances"
    SESSIONS = "sessions"
    SEATS = "seats"
    BOOKLETS = "booklets"
    VOUCHERS = "vouchers"
    CENTS = "cents"
    PLACES = "places"
    COMMUNES = "communes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: its stable code, its French title and the sentence that defines it."""

    code: str
    title: str
    formula: str
    unit: Unit


SENT: Final = Figure(
    code="referrals-sent",
    title="Orientations envoyées",
    formula="Nombre d'orientations envoyées pendant la période, comptées au jour de l'envoi. "
    "Une orientation adressée à plusieurs organisations compte une fois.",
    unit=Unit.REFERRALS,
)
ACCEPTED: Final = Figure(
    code="referrals-accepted",
    title="Prises en charge",
    formula="Nombre de réponses « acceptée » données pendant la période, comptées au jour de la "
    "réponse. Une orientation peut être acceptée par plusieurs des organisations interrogées.",
    unit=Unit.ANSWERS,
)
REFUSED: Final = Figure(
    code="referrals-refused",
    title="Refus, par motif",
    formula="Nombre de réponses « refusée » données pendant la période, comptées au jour de la "
    "réponse et rangées par motif.",
    unit=Unit.ANSWERS,
)
COMPLETED: Final = Figure(
    code="referrals-completed",
    title="Accompagnements terminés, par résultat",
    formula="Nombre d'accompagnements déclarés terminés pendant la période, comptés au jour où ils "
    "se sont terminés et rangés par résultat. Ne pas souhaiter de formation est un résultat, "
    "pas un échec.",
    unit=Unit.ANSWERS,
)
WITHIN_3_DAYS: Final = Figure(
    code="referrals-answered-within-3-days",
    title="Répondues en 3 jours au plus",
    formula="Parmi les orientations envoyées pendant la période, nombre de celles dont la première "
    "réponse, acceptée ou refusée, est venue au plus tard le troisième jour suivant l'envoi "
    "(jours du calendrier).",
    unit=Unit.REFERRALS,
)
WITHIN_5_DAYS: Final = Figure(
    code="referrals-answered-within-5-days",
    title="Répondues en 5 jours au plus",
    formula="Parmi les orientations envoyées pendant la période, nombre de celles dont la première "
    "réponse, acceptée ou refusée, est venue au plus tard le cinquième jour suivant l'envoi "
    "(jours du calendrier).",
    unit=Unit.REFERRALS,
)
MEDIAN_DELAY: Final = Figure(
    code="first-answer-median-delay",
    title="Délai médian de première réponse",
    formula="Parmi les orientations envoyées pendant la période et qui ont reçu une réponse, durée "
    "entre l'envoi et la première réponse : la moitié attend moins, la moitié attend plus.",
    unit=Unit.SECONDS,
)
ACTIVE: Final = Figure(
    code="organisations-active",
    title="Organisations actives",
    formula="Nombre d'organisations partenaires actives aujourd'hui, quelle que soit la période.",
    unit=Unit.ORGANISATIONS,
)

FIGURES: Final[Mapping[str, Figure]] = MappingProxyType(
    {
        figure.code: figure
        for figure in (
            *(SENT, ACCEPTED, REFUSED, COMPLETED),
            *(WITHIN_3_DAYS, WITHIN_5_DAYS, MEDIAN_DELAY, ACTIVE),
        )
    }
)

REGISTERED: Final = "persons-registered"
REDIRECTED: Final = "referrals-redirected"
"""Counted by day and organisation as figures are, and asked for by `counts` alone."""

DELAY_DAYS: Final[Mapping[str, int]] = MappingProxyType(
    {WITHIN_3_DAYS.code: 3, WITHIN_5_DAYS.code: 5}
)
"""The latest civil day after the sending on which an answer still counts, by figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which part of the figures is asked: which days, and which organisation (None: all)."""

    period: Period
    organisation: UUID | None


class Cell(NamedTuple):
    """What is counted together: one figure, one day, one organisation, one code (or none)."""

    figure: str
    day: date
    organisation: UUID
    code: str


def counted_in(fact: Fact) -> tuple[Cell, ...]:
    """The cells in which the fact counts for one.

    Sums do not depend on the order of their terms: late and reordered facts give the same figures.
    What has a row of its own counts for nothing here: what it is worth changes with what follows.
    """
    match fact:
        case ReferralSent():
            figure, whose, code = SENT.code, fact.sender, ""
        case ReferralAccepted():
            figure, whose, code = ACCEPTED.code, fact.organisation, ""
        case ReferralRefused():
            figure, whose, code = REFUSED.code, fact.organisation, fact.reason
        case ReferralCompleted():
            figure, whose, code = COMPLETED.code, fact.organisation, fact.outcome
        case ReferralRedirected():
            figure, whose, code = REDIRECTED, fact.organisation, ""
        case PersonRegistered():
            figure, whose, code = REGISTERED, fact.organisation, ""
        case _:
            return ()
    return (Cell(figure, day_of(fact.happened_at), whose, code),)

"""How the year goes: shares and habits, as data.

domain.md names prescribers, refusal reasons, results and the share of people who want no training;
the numbers between them are assumptions of this demonstration and stand here alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from contracts.codes import Autonomy, Need, Outcome, RefusalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who refers: its share of the referrals, whom it meets, and whether it hands the pass over."""

    share: float
    born: tuple[int, int]
    needs: Mapping[Need, float]
    at_home: float = 0.0
    """Share of the people who live in the organisation's own commune."""


_EVERYDAY: Final = {
    Need.ONLINE_PROCEDURES: 5.0,
    Need.DEVICE_FIRST_STEPS: 3.0,
    Need.EMAIL: 3.0,
    Need.BROWSING: 1.5,
    Need.HEALTH: 1.5,
    Need.SECURITY: 1.0,
    Need.BANKING_AND_SHOPPING: 1.0,
}
_WORK: Final = {
    Need.EMPLOYMENT: 5.0,
    Need.OFFICE_SOFTWARE: 3.0,
    Need.EMAIL: 2.0,
    Need.ONLINE_PROCEDURES: 2.0,
    Need.ARTIFICIAL_INTELLIGENCE: 0.5,
}
_FAMILY: Final = {
    Need.ONLINE_PROCEDURES: 6.0,
    Need.EMAIL: 2.0,
    Need.PARENTING: 1.0,
    Need.SCHOOLING: 1.0,
    Need.DEVICE_FIRST_STEPS: 1.0,
}

# By the slug that all three départements share; the CCAS is whichever there is.
CCAS: Final = "ccas"
SENDERS: Final[Mapping[str, Sender]] = {
    "caf": Sender(share=25, born=(1958, 2003), needs=_FAMILY),
    "mission-locale": Sender(share=16, born=(1999, 2008), needs=_WORK),
    "france-travail": Sender(share=16, born=(1962, 2003), needs=_WORK),
    "departement": Sender(share=14, born=(1948, 1998), needs=_EVERYDAY),
    "msa": Sender(share=12, born=(1934, 1985), needs=_EVERYDAY),
    CCAS: Sender(share=10, born=(1934, 1992), needs=_EVERYDAY, at_home=0.85),
    "udaf": Sender(share=7, born=(1944, 1996), needs=_EVERYDAY),
}
DISTRIBUTORS: Final = frozenset({"caf", "mission-locale", "france-travail", "msa", "departement"})

# January to December: quiet summers, busy autumns.
MONTHS: Final = (1.1, 1.0, 1.05, 0.95, 0.85, 0.95, 0.6, 0.35, 1.2, 1.3, 1.25, 0.9)

NAMED: Final = 0.88
AGREED: Final = 0.93
KNOWN_ALREADY: Final = 0.06
URGENT: Final = 0.1
SECOND_TARGET: Final = 0.15

ACCEPTED: Final = 0.72
REFUSED: Final = 0.12  # the rest is silence
REDIRECTED: Final[Mapping[bool, float]] = {False: 0.5, True: 0.3}  # of those refused, and silent
REFUSALS: Final[Mapping[RefusalReason, float]] = {
    RefusalReason.NOT_REACHABLE: 4,
    RefusalReason.SESSION_FULL: 3,
    RefusalReason.NOT_MOBILE: 3,
    RefusalReason.NOT_INTERESTED: 2,
    RefusalReason.BARRIERS: 1.5,
    RefusalReason.NOT_ELIGIBLE: 1,
    RefusalReason.DUPLICATE: 0.5,
}

BOOKED: Final = 0.84  # of those accepted
BOOKED_BY_SENDER: Final = 0.15  # of those booked where the place takes bookings from others
WITH_PASS: Final = 0.8  # of those whose sender hands booklets over and whose place accepts them
PASS_SESSIONS: Final[Mapping[int, float]] = {1: 15, 2: 25, 3: 28, 4: 20, 5: 12}
FREE_SESSIONS: Final[Mapping[int, float]] = {1: 65, 2: 25, 3: 10}
ALONE: Final = 0.4  # share of the free ones helped alone rather than in a workshop

MISSED: Final = 0.19
EXCUSED: Final = 0.05
CAME_BACK: Final = 0.75  # after a session that was missed
CANCELLED: Final = 0.05
TITLE_FORGOTTEN: Final = 0.06
CORRECTED: Final = 0.05  # of those noted missed

TOLD: Final = 0.82  # share of the journeys at a place of which an outcome is written
OUTCOMES: Final[Mapping[Outcome, float]] = {
    Outcome.HELPED_TO_DO: 36,
    Outcome.AUTONOMOUS: 28,
    Outcome.NEEDS_MORE: 22,
    Outcome.WANTS_NO_TRAINING: 14,
}
OUTCOMES_UNSEEN: Final[Mapping[Outcome, float]] = {
    Outcome.WANTS_NO_TRAINING: 45,
    Outcome.NOT_REACHABLE: 40,
    Outcome.HELPED_TO_DO: 15,
}

VISIT_TOPICS: Final[Mapping[Need, float]] = {
    Need.ONLINE_PROCEDURES: 9,
    Need.EMAIL: 4,
    Need.DEVICE_FIRST_STEPS: 4,
    Need.SECURITY: 3,
    Need.HEALTH: 2,
    Need.FILES: 2,
    Need.BROWSING: 2,
    Need.BANKING_AND_SHOPPING: 1,
    Need.SOCIAL_NETWORKS: 1,
}
TROUBLES: Final[Mapping[Need, float]] = {
    Need.SECURITY: 5,
    Need.EMAIL: 4,
    Need.FILES: 3,
    Need.DEVICE_CARE: 3,
}
"""« Petits tracas du numérique » (press: Ussel): passwords, FranceConnect, a mailbox to sort."""
AUTONOMIES: Final[Mapping[Autonomy, float]] = {
    Autonomy.FULLY_ACCOMPANIED: 50,
    Autonomy.PARTLY_AUTONOMOUS: 38,
    Autonomy.AUTONOMOUS: 12,
}
VISITORS_BORN: Final[Mapping[int, float]] = {
    1930: 3,
    1940: 12,
    1950: 22,
    1960: 22,
    1970: 14,
    1980: 11,
    1990: 8,
    2000: 6,
    2010: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of a year, and how much in it."""

    months: tuple[int, ...] = tuple(range(1, 13))
    referrals: int = 1_200
    visits: int = 4_000
    walk_ins: int = 250
    """Seats in workshops taken by people whom nobody referred."""
    troubles: int = 4
    """« Petits tracas » days, with forty visits each."""
    rooms: float = field(default=1.0)
    """Share of the workshops of the timetable that are held."""


WHOLE: Final = Size()
SHORT: Final = Size(months=(11, 12), referrals=48, visits=80, walk_ins=8, troubles=1, rooms=0.5)

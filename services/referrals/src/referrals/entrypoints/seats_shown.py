"""Seats in the words of the pages: what became of them, and which are free. It decides nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import territory
from contracts.codes import Code, Level, SessionKind
from pages import Step
from pages.french import count, day, day_and_hour, hour
from referrals.domain.appointments import AppointmentStep
from referrals.domain.offering import Offer
from referrals.storage.appointments import Noted

Tone = Literal["neutral", "done", "watch", "late"]

SAME_MOMENT: Final = timedelta(minutes=1)
_NEAR_KM: Final = 1.0

_SAID: Final[dict[AppointmentStep, tuple[str, str, Tone]]] = {
    AppointmentStep.SET: ("Rendez-vous {day} à {hour}", "Fixé", "neutral"),
    AppointmentStep.CANCELLED: ("Rendez-vous du {day} annulé", "Annulé", "watch"),
    AppointmentStep.SEEN: ("Venue {day}", "Venue", "done"),
    AppointmentStep.MISSED: ("N'a pas pu venir {day}", "Absente", "watch"),
    AppointmentStep.EXCUSED: ("Excusée {day}", "Excusée", "watch"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatShown:
    """A free seat as it is proposed. `where` stands in the name of its button too."""

    session: UUID
    organisation: UUID
    organisation_name: str
    place: str
    where: str
    when: str
    what: str
    left: str
    on_the_spot: bool


def appointment_step(noted: Noted) -> Step:
    """A line of the timeline: « Rendez-vous mardi 24 novembre 2026 à 14 h »."""
    title, word, tone = _SAID[noted.step]
    starts_at = noted.seat.starts_at
    details = [f"{noted.place_name}{_in_commune(noted.commune)}."] if noted.place_name else []
    if noted.learnt_at - noted.happened_at >= SAME_MOMENT:
        details.append(f"Enregistré le {day_and_hour(noted.learnt_at)}.")
    return Step(
        # A correction of a correction is a line of its own too.
        key=f"{noted.step}-{noted.seat.booking}-{int(noted.learnt_at.timestamp() * 1000)}",
        title=title.format(day=day(starts_at), hour=hour(starts_at)),
        state_word=word,
        tone=tone,
        at=noted.happened_at,
        detail=" ".join(details) or None,
    )


def appointment_line(noted: Noted) -> str:
    """« mardi 24 novembre 2026 à 14 h, à Tela (Guéret) »."""
    starts_at = noted.seat.starts_at
    where = f", {noted.place_name}{_in_commune(noted.commune)}" if noted.place_name else ""
    return f"{day(starts_at)} à {hour(starts_at)}{where}"


def seat_shown(offer: Offer) -> SeatShown:
    seat = offer.seat
    starts_at, ends_at = seat.starts_at, seat.ends_at
    level = _label(Level, seat.level)
    return SeatShown(
        session=seat.session,
        organisation=seat.organisation,
        organisation_name=seat.organisation_name,
        place=seat.place_name,
        where=", ".join(filter(None, (_commune(seat.commune), _way(offer.km)))),
        when=f"{day(starts_at)}, de {hour(starts_at)} à {hour(ends_at)}",
        what=", ".join(filter(None, (_label(SessionKind, seat.kind), level.lower()))),
        left=count(seat.free, "place libre", "places libres"),
        on_the_spot=seat.on_the_spot,
    )


def seats_lead(view_commune: str | None) -> str:
    """What the list is, before it."""
    near = " au plus près de chez la personne" if view_commune else ""
    return f"Des six semaines à venir{near}, pour ce besoin et ce niveau."


def _way(km: float | None) -> str:
    if km is None:
        return ""
    if km < _NEAR_KM:
        return "sur place"
    return f"à {count(round(km), 'km', 'km')} environ"


def _commune(code: str) -> str:
    found = territory.commune(code)
    return found.name if found else code


def _in_commune(code: str | None) -> str:
    return f" ({_commune(code)})" if code else ""


def _label(codes: type[Code], value: str | None) -> str:
    return next((code.label for code in codes if code.value == value), value or "")

"""Sentences for what happens at a place: seats, attendance, visits, and the vouchers they cost."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from contracts.codes import AttendanceStatus, BookingCancellation, HoldReleaseReason, ReversalReason
from pages import french
from reporting.domain.journeys import Entry
from reporting.entrypoints.names import by
from reporting.entrypoints.sentences import Names, Sentence, Teller, Tone, label_of, lower

_PRESENCES: Final[Mapping[object, tuple[str, Tone]]] = MappingProxyType(
    {
        AttendanceStatus.SEEN: ("Venue à la séance", "done"),
        AttendanceStatus.MISSED: ("N'a pas pu venir à la séance", "watch"),
        AttendanceStatus.EXCUSED: ("Excusée pour la séance", "neutral"),
    }
)


def _booked(entry: Entry, names: Names) -> Sentence:
    session = f"Séance proposée {by(names.of(entry.data.get('organisation')))}"
    starts_at = _instant(entry.data.get("starts_at"))
    when = f", le {french.day_and_hour(starts_at)}" if starts_at else ""
    return Sentence(title="Place réservée", word="Réservée", detail=f"{session}{when}.")


def _cancelled(entry: Entry, _names: Names) -> Sentence:
    return Sentence(
        title="Réservation annulée",
        word="Annulée",
        tone="watch",
        detail=_reason(BookingCancellation, entry),
    )


def _attended(entry: Entry, names: Names) -> Sentence:
    title, tone, word = _presence(entry)
    pass_shown = " Un pass a été présenté." if entry.data.get("title_presented") is True else ""
    welcomed = f"Noté {by(names.of(entry.data.get('organisation')))}."
    return Sentence(title=title, word=word, tone=tone, detail=f"{welcomed}{pass_shown}")


def _attendance_corrected(entry: Entry, names: Names) -> Sentence:
    title, tone, word = _presence(entry)
    corrected = f"Corrigé {by(names.of(entry.data.get('organisation')))}."
    return Sentence(
        title=f"Présence corrigée : {lower(title)}", word=word, tone=tone, detail=corrected
    )


def _visited(entry: Entry, names: Names) -> Sentence:
    minutes = entry.data.get("minutes")
    lasted = f" ({french.count(minutes, 'minute')})" if isinstance(minutes, int) else ""
    welcomed = f"Accueil {by(names.of(entry.data.get('organisation')))}{lasted}."
    return Sentence(title="Passage sans rendez-vous", word="Passage", tone="done", detail=welcomed)


def _issued(entry: Entry, _names: Names) -> Sentence:
    worth = _euros(entry.data.get("face_cents"))
    return Sentence(title=f"Carnet de pass remis{worth}", word="Remis")


def _held(_entry: Entry, _names: Names) -> Sentence:
    return Sentence(title="Un pass du carnet est retenu pour la séance", word="Retenu")


def _released(entry: Entry, _names: Names) -> Sentence:
    return Sentence(
        title="Le pass retenu est de nouveau disponible",
        word="Disponible",
        detail=_reason(HoldReleaseReason, entry),
    )


def _redeemed(entry: Entry, names: Names) -> Sentence:
    at = f"Dans un lieu tenu {by(names.of(entry.data.get('organisation')))}."
    return Sentence(
        title=f"Pass utilisé{_euros(entry.data.get('cents'))}",
        word="Utilisé",
        tone="done",
        detail=at,
    )


def _not_redeemed(_entry: Entry, _names: Names) -> Sentence:
    return Sentence(
        title="Un pass a été présenté et ne peut pas être payé",
        word="Non payé",
        tone="watch",
        detail="La séance compte quand même ; le lieu voit la raison sur sa page.",
    )


def _reversed(entry: Entry, _names: Names) -> Sentence:
    return Sentence(
        title=f"Pass rendu à la personne{_euros(entry.data.get('cents'))}",
        word="Rendu",
        tone="watch",
        detail=_reason(ReversalReason, entry),
    )


def _settled(entry: Entry, names: Names) -> Sentence:
    return Sentence(
        title=f"Pass compté dans un décompte{_euros(entry.data.get('cents'))}",
        word="Compté",
        tone="done",
        detail=f"Le lieu est tenu {by(names.of(entry.data.get('organisation')))}.",
    )


AT_A_PLACE: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        "maillage.booking.confirmed.v1": _booked,
        "maillage.booking.cancelled.v1": _cancelled,
        "maillage.attendance.recorded.v1": _attended,
        "maillage.attendance.corrected.v1": _attendance_corrected,
        "maillage.visit.recorded.v1": _visited,
        "maillage.booklet.issued.v1": _issued,
        "maillage.booklet.held.v1": _held,
        "maillage.booklet.hold-released.v1": _released,
        "maillage.redemption.refused.v1": _not_redeemed,
        "maillage.voucher.redeemed.v1": _redeemed,
        "maillage.voucher.reversed.v1": _reversed,
        "maillage.voucher.settled.v1": _settled,
    }
)
"""By type of message; a test compares the types with the catalogue."""


def _presence(entry: Entry) -> tuple[str, Tone, str]:
    status = entry.data.get("status")
    known = status if isinstance(status, str) else None
    title, tone = _PRESENCES.get(known, ("Présence notée", "neutral"))
    return title, tone, label_of(AttendanceStatus, known)


def _reason(
    codes: type[BookingCancellation | HoldReleaseReason | ReversalReason], entry: Entry
) -> str:
    return f"Motif : {lower(label_of(codes, entry.data.get('reason')))}."


def _euros(cents: object) -> str:
    return f" : {french.euros(cents)}" if isinstance(cents, int) else ""


def _instant(value: object) -> datetime | None:
    """The instant of a message's text; the log keeps what was told, so it may be anything."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
